-- The ledger of Ducat. Amounts are whole credits, instants are cut to milliseconds by whoever writes them.
-- Every key starts with workspace_id, so that the schema can be distributed by it.
--
-- At most one CHECK a table, and a short one: PostgreSQL reads each of them anew for every statement, and with one for
-- every column that was an eighth of the time of a lone charge. Upper bounds are the program's: it knows no larger number.

create table {schema}.catalog_version (
  version text collate "C" primary key,
  -- json, not jsonb: the order in which a catalog names its features is the order in which screens show them.
  catalog json not null,
  published_n bigint not null unique,
  published_at timestamptz not null default clock_timestamp()
);

create table {schema}.workspace (
  id text collate "C" primary key,
  name text,
  metadata jsonb not null,
  created_at timestamptz not null,
  archived_at timestamptz,
  seq bigint not null,
  last_instant timestamptz not null,
  test_clock timestamptz,
  test_clock_from timestamptz,
  pending_plan text,
  pending_at timestamptz,
  pending_by_period boolean,
  pending_anchor timestamptz,
  period_ends_at timestamptz,
  pinned_epoch text,
  pinned_cycle timestamptz,
  pinned_version text,
  parked_pin jsonb,
  roles jsonb not null,
  epochs integer not null,
  -- What spares a command a look at other tables: whether the pool has a grant that is not closed, and an instant
  -- before which no open charge's lease ends (null: there is no open charge).
  pool_live boolean not null,
  lease_due timestamptz,
  -- Rises with every change of this row but of seq, last_instant and lease_due, and with every new term: who remembers
  -- the rest of the row and the terms knows by it whether they are still the same.
  revision integer not null
) with (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_cost_delay = 0);

create table {schema}.terms (
  workspace_id text collate "C" not null references {schema}.workspace (id),
  n integer not null check (n >= 1),
  starts_at timestamptz not null,
  plan text not null,
  paid boolean not null,
  status text not null check (status in ('active', 'trialing', 'past_due', 'ended')),
  anchor timestamptz not null,
  epoch text not null,
  epoch_starts_at timestamptz not null,
  run integer not null,
  waited boolean not null,
  past_due_since timestamptz,
  catalog_version text not null,
  primary key (workspace_id, n)
);

-- One row for each member, and one called `workspace` for the pool: who has no role is no member.
create table {schema}.holder (
  workspace_id text collate "C" not null references {schema}.workspace (id),
  id text collate "C" not null,
  balance bigint not null,
  debt bigint not null,
  epoch text,
  cycle_starts_at timestamptz,
  mark bigint not null,
  allotted bigint not null,
  cap_used bigint not null,
  notices smallint not null,
  term integer not null,
  last_at timestamptz not null,
  parked jsonb,
  role text,
  name text,
  email text,
  cap bigint,
  removed_at timestamptz,
  primary key (workspace_id, id),
  constraint holder_numbers check (least(balance, debt, mark, allotted, cap_used) >= 0)
) with (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_cost_delay = 0);

-- No index, also not in its predicate, on a column that a charge changes: its updates stay on their page.
create table {schema}.credit_grant (
  workspace_id text collate "C" not null,
  id text collate "C" not null,
  holder text collate "C" not null,
  source text not null,
  amount bigint not null,
  available bigint not null,
  held bigint not null,
  spent bigint not null,
  expired bigint not null,
  revoked bigint not null,
  at timestamptz not null,
  expires_at timestamptz,
  epoch text,
  run integer,
  cycle_starts_at timestamptz,
  purchase text collate "C",
  clawback jsonb,
  noticed smallint not null,
  closed boolean not null,
  primary key (workspace_id, id),
  foreign key (workspace_id, holder) references {schema}.holder (workspace_id, id),
  -- Closed: every credit that was granted is in exactly one place, and none is missing.
  constraint credit_grant_balance check (
    amount = available + held + spent + expired + revoked and least(available, held, spent, expired, revoked) >= 0
  )
) with (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_cost_delay = 0);

create index credit_grant_live on {schema}.credit_grant (workspace_id, holder) where not closed;
create index credit_grant_expiry on {schema}.credit_grant (expires_at) where not closed and expires_at is not null;

create table {schema}.charge (
  workspace_id text collate "C" not null,
  id text collate "C" not null,
  member text collate "C" not null,
  feature text not null,
  mode text not null,
  quantity integer not null,
  delivered integer not null default 0,
  unit_price bigint,
  rates jsonb,
  estimate jsonb,
  usage jsonb,
  estimated boolean not null default false,
  settles text not null,
  unlimited boolean not null default false,
  amount bigint not null,
  state text not null default 'open',
  settled_amount bigint not null default 0,
  refunded_amount bigint not null default 0,
  refunded_units integer not null default 0,
  uncollected bigint not null default 0,
  reason text,
  cancel_requested boolean not null default false,
  -- [[grant, source, holder, amount, returned], …] in burn order: text that is JSON, because every charge writes it and
  -- PostgreSQL need not take it apart.
  slices text not null,
  -- The numbers of this charge's entries.
  entries bigint[] not null,
  catalog_version text not null,
  attempt text not null,
  superseded jsonb,
  ended_by text,
  ended_attempt text,
  lease_ms integer not null,
  lease_expires_at timestamptz not null,
  created_at timestamptz not null,
  ended_at timestamptz,
  metadata jsonb not null default '{}',
  epoch text not null,
  cycle_starts_at timestamptz not null,
  version integer not null default 0,
  primary key (workspace_id, id),
  constraint charge_numbers check (
    (state = 'open') = (ended_at is null) and greatest(settled_amount, refunded_amount) <= amount
    and least(settled_amount, refunded_amount, uncollected, delivered, quantity - delivered) >= 0
  )
-- Half of a page is left for the end of each charge, which is an update of its row on the same page.
) with (fillfactor = 45, autovacuum_vacuum_scale_factor = 0.05, autovacuum_vacuum_cost_delay = 0);

-- The usage history: a workspace's charges, newest first. Its predicate is always true: a query that does not repeat it
-- cannot use this index, and so a look-up by id never goes by it, whatever a planner without statistics thinks.
create index charge_history on {schema}.charge (workspace_id, created_at) where quantity > 0;

-- Narrow: a charge inserts, its end deletes.
create table {schema}.lease (
  workspace_id text collate "C" not null,
  expires_at timestamptz not null,
  charge_id text collate "C" not null,
  primary key (workspace_id, expires_at, charge_id)
) with (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_cost_delay = 0);

-- Never changed, never deleted. No foreign keys: `verify` checks what they would.
create table {schema}.entry (
  workspace_id text collate "C" not null,
  seq bigint not null,
  kind text not null,
  holder text collate "C" not null,
  member text collate "C",
  grant_id text collate "C" not null,
  charge_id text collate "C",
  purchase text collate "C",
  amount bigint not null,
  moved bigint not null,
  balance_after bigint not null,
  at timestamptz not null,
  recorded_at timestamptz not null,
  primary key (workspace_id, seq),
  constraint entry_numbers check (moved > 0 and balance_after >= 0)
);

create table {schema}.top_up (
  workspace_id text collate "C" not null references {schema}.workspace (id),
  id text collate "C" not null,
  state text not null check (state in ('awaiting_payment', 'paid')),
  buyer text,
  pack text not null,
  credits bigint not null check (credits >= 1),
  price_amount bigint not null check (price_amount >= 0),
  price_currency text not null,
  recipients jsonb not null,
  payment text,
  refunded bigint not null check (refunded >= 0),
  checkout_url text,
  created_at timestamptz not null,
  paid_at timestamptz,
  primary key (workspace_id, id)
);

create table {schema}.top_up_request (
  workspace_id text collate "C" not null references {schema}.workspace (id),
  id text collate "C" not null,
  state text not null check (state in ('open', 'approved', 'declined', 'withdrawn')),
  member text collate "C" not null,
  pack text not null,
  note text,
  decided_by text,
  top_up text,
  created_at timestamptz not null,
  decided_at timestamptz,
  primary key (workspace_id, id)
);

-- Ids that were used, for what, and the first answer. Actors and notes stand here, so that they can be erased.
create table {schema}.operation (
  workspace_id text collate "C" not null references {schema}.workspace (id),
  kind text not null,
  id text collate "C" not null,
  fingerprint text not null,
  actor text,
  note text,
  result jsonb not null,
  at timestamptz not null,
  primary key (workspace_id, kind, id)
);

-- What somebody wants to be told: kept in the transaction that made it so, until it is delivered.
create table {schema}.event (
  workspace_id text collate "C" not null references {schema}.workspace (id),
  id text collate "C" not null,
  kind text not null,
  at timestamptz not null,
  payload jsonb not null,
  created_at timestamptz not null default clock_timestamp(),
  -- Until when a process is delivering it. When that process has died, another one delivers it after that.
  delivering_until timestamptz,
  delivered_at timestamptz,
  primary key (workspace_id, id)
);

create index event_undelivered on {schema}.event (created_at) where delivered_at is null;
