import type {
  AdvanceClockInput,
  Balance,
  BalanceAfter,
  CallOptions,
  CancelInput,
  Catalog,
  Charge,
  ChargeEnded,
  ChargeInput,
  ChargeOutcome,
  ChargeRefusal,
  ChargesInput,
  DecideRequestInput,
  DecideRequestOutcome,
  Ended,
  EntriesInput,
  Entry,
  Explanation,
  ExtendInput,
  ExtendOutcome,
  GrantInput,
  GrantOutcome,
  HeartbeatInput,
  HeartbeatOutcome,
  ListInput,
  Member,
  MemberInput,
  MemberOutcome,
  Page,
  PublishedCatalog,
  Quote,
  QuoteInput,
  RefundInput,
  RefundOutcome,
  RemoveMemberInput,
  RevokeGrantInput,
  SettleInput,
  SettleOutcome,
  SubscriptionInput,
  SupportRefundInput,
  SupportRefundOutcome,
  SyncedMembers,
  SyncMembersInput,
  TopUp,
  TopUpInput,
  TopUpOutcome,
  TopUpPaidInput,
  TopUpRefundedInput,
  TopUpRequest,
  TopUpRequestInput,
  TopUpRequestOutcome,
  Usage,
  UsageInput,
  UsageRow,
  Verification,
  WithdrawRequestInput,
  Workspace,
  WorkspaceInput,
  WorkspaceOutcome,
} from "@ducat/client";
import type { ChargeTarget, PackId, PlanId, RoleId } from "./catalog/index.ts";
import type { Handler, HandlerOptions } from "./http/handler.ts";

export type {
  CallOptions,
  ChargesInput,
  EntriesInput,
  GrantOutcome,
  ListInput,
  MemberOutcome,
  UsageInput,
  WorkspaceOutcome,
} from "@ducat/client";

/** What the work of `run` gets. */
export interface Work {
  /** Aborted when the charge was cancelled, the caller's own signal fired, or the lease was lost. */
  signal: AbortSignal;
  charge: Charge;
  /** Adds to the units handed over to the user (default 1): what is charged when the work throws or is aborted. */
  deliver(units?: number): void;
  /** Metered features: the usage so far, kept for the settle; `estimated` for the caller's own count. */
  usage(usage: Usage, options?: { estimated?: boolean }): void;
}

export interface RunOptions extends CallOptions {
  /** False: units handed over before a failure are not kept by the user, and everything is refunded. Default true. */
  keepDelivered?: boolean;
}

export type RunOutcome<Value> =
  | { outcome: "settled" | "refunded"; value: Value; charge: Charge; balance: BalanceAfter }
  /** The work went through, but its lease had ended before (`already_refunded`), or another attempt took over. */
  | {
      outcome: "already_refunded" | "already_settled" | "superseded";
      value?: Value;
      charge: Charge;
      balance: BalanceAfter;
    }
  | { outcome: "charged"; replayed: true; charge: Charge; balance: BalanceAfter }
  | ChargeRefusal;

/**
 * The `details` of the error `not_ended`: the work of a `run` went through, and the end of its charge could not be written.
 * The lease returns the credits, unless `credits[verb](input)` is called before.
 */
export type NotEnded<Value = unknown> = { value: Value; workspace: string; id: string } & (
  | { verb: "settle"; input: SettleInput }
  | { verb: "refund"; input: RefundInput }
);

export interface CloseOptions {
  /** How long the work of `run` and `begin` may still go on; then its signal fires. Default 5,000 ms. */
  waitMs?: number;
}

export interface Begun {
  outcome: "charged";
  replayed: false;
  charge: Charge;
  balance: BalanceAfter;
  signal: AbortSignal;
  deliver(units?: number): void;
  usage(usage: Usage, options?: { estimated?: boolean }): void;
  /** Ends the charge as delivered: all of it, or the units given. */
  done(result?: { delivered?: number; usage?: Usage; estimated?: boolean }): Promise<ChargeEnded>;
  /** Ends the charge as failed or, when it was cancelled, cancelled: keeps what was handed over, refunds the rest. */
  fail(error?: unknown): Promise<ChargeEnded>;
  /** What a response to a browser may carry: `x-credits-charge`, `x-credits-amount`, `x-credits-available`. */
  headers: Record<string, string>;
}

export type BeginOutcome =
  | Begun
  | { outcome: "charged"; replayed: true; charge: Charge; balance: BalanceAfter }
  | Ended
  | ChargeRefusal;

export interface VerifyInput {
  /** Only these workspaces; absent: all. */
  workspaces?: string[];
  /** Called after each workspace. */
  onProgress?(done: { workspaces: number; entries: number; differences: number }): void;
}

/** An event that has happened and is committed. */
export type CreditsEvent =
  | { type: "changed"; workspace: string; seq: number; holders: string[] }
  | {
      type: "notice.usage";
      id: string;
      workspace: string;
      at: string;
      holder: string;
      percent: number;
      allotted: number;
      used: number;
    }
  | {
      type: "notice.expiry";
      id: string;
      workspace: string;
      at: string;
      holder: string;
      grant: string;
      days: number;
      available: number;
      expiresAt: string;
    };

type Typed<Input, Fields> = Omit<Input, keyof Fields> & Fields;

type TypedCharge<C extends Catalog> = Omit<ChargeInput, "feature" | "mode" | "quantity" | "usage"> & ChargeTarget<C>;

/** The verbs that change something, as `within` offers them inside the caller's transaction. */
export type WritingVerbs<C extends Catalog = Catalog> = Pick<
  Credits<C>,
  | "charge"
  | "extend"
  | "heartbeat"
  | "cancel"
  | "settle"
  | "refund"
  | "supportRefund"
  | "grant"
  | "revokeGrant"
  | "subscriptions"
> & {
  topUps: Omit<Credits<C>["topUps"], "get">;
  topUpRequests: Omit<Credits<C>["topUpRequests"], "list">;
  workspaces: Omit<Credits<C>["workspaces"], "get" | "list">;
  members: Omit<Credits<C>["members"], "get" | "list">;
};

/** The verbs of a credits engine, typed by its catalog. Every write is safe to repeat: its id makes a repeat harmless. */
export interface Credits<C extends Catalog = Catalog> {
  /** What each item would cost this member now, and whether a charge for it would go through. Writes nothing. */
  quote(input: Omit<QuoteInput, "items"> & { items: ChargeTarget<C>[] }): Promise<Quote>;
  /** Deducts the price of a generation before it begins. Refusals are outcomes, not exceptions. */
  charge(input: TypedCharge<C>, options?: CallOptions): Promise<ChargeOutcome>;
  extend(input: ExtendInput, options?: CallOptions): Promise<ExtendOutcome>;
  heartbeat(input: HeartbeatInput, options?: CallOptions): Promise<HeartbeatOutcome>;
  cancel(input: CancelInput, options?: CallOptions): Promise<HeartbeatOutcome>;
  settle(input: SettleInput, options?: CallOptions): Promise<SettleOutcome>;
  refund(input: RefundInput, options?: CallOptions): Promise<RefundOutcome>;
  supportRefund(input: SupportRefundInput, options?: CallOptions): Promise<SupportRefundOutcome>;
  /** Charges, calls the work only on a fresh charge, keeps its lease, and settles or refunds by what became of it. */
  run<Value>(
    input: TypedCharge<C>,
    work: (work: Work) => Promise<Value> | Value,
    options?: RunOptions,
  ): Promise<RunOutcome<Value>>;
  /** `run` in two halves, for streams. */
  begin(input: TypedCharge<C>, options?: RunOptions): Promise<BeginOutcome>;
  balance(input: { workspace: string; member?: string }): Promise<Balance>;
  entries(input: EntriesInput): Promise<Page<Entry>>;
  charges: {
    get(input: { workspace: string; id: string }): Promise<Charge>;
    list(input?: ChargesInput): Promise<Page<Charge>>;
  };
  usage(input: UsageInput): Promise<{ data: UsageRow[] }>;
  explain: {
    charge(input: { workspace: string; id: string }): Promise<Explanation>;
    balance(input: { workspace: string; member?: string }): Promise<Explanation>;
  };
  grant(input: GrantInput): Promise<GrantOutcome>;
  revokeGrant(input: RevokeGrantInput): Promise<GrantOutcome>;
  topUps: {
    create(input: Typed<TopUpInput, { pack: PackId<C> }>): Promise<TopUpOutcome>;
    paid(input: TopUpPaidInput): Promise<TopUpOutcome>;
    /** Money given back or charged back so far; may fall again when a dispute is won. */
    refunded(input: TopUpRefundedInput): Promise<TopUpOutcome>;
    get(input: { workspace: string; id: string }): Promise<TopUp>;
  };
  topUpRequests: {
    create(input: Typed<TopUpRequestInput, { pack: PackId<C> }>): Promise<TopUpRequestOutcome>;
    list(
      input: { workspace: string; member?: string; state?: TopUpRequest["state"] } & ListInput,
    ): Promise<Page<TopUpRequest>>;
    approve(input: DecideRequestInput): Promise<DecideRequestOutcome>;
    decline(input: DecideRequestInput): Promise<DecideRequestOutcome>;
    withdraw(input: WithdrawRequestInput): Promise<DecideRequestOutcome>;
  };
  workspaces: {
    put(input: Typed<WorkspaceInput, { plan?: PlanId<C> }>): Promise<WorkspaceOutcome>;
    get(input: { workspace: string }): Promise<Workspace>;
    list(input?: ListInput): Promise<Page<Workspace>>;
    archive(input: { workspace: string }): Promise<WorkspaceOutcome>;
  };
  members: {
    put(input: Typed<MemberInput, { role: RoleId<C> }>): Promise<MemberOutcome>;
    remove(input: RemoveMemberInput): Promise<MemberOutcome>;
    /** Also one who was removed. */
    get(input: { workspace: string; member: string }): Promise<Member>;
    list(input: { workspace: string } & ListInput): Promise<Page<Member>>;
    sync(input: SyncMembersInput): Promise<SyncedMembers>;
  };
  subscriptions: {
    update(input: Typed<SubscriptionInput, { plan?: PlanId<C> }>): Promise<Workspace>;
  };
  clock: {
    advance(input: AdvanceClockInput): Promise<Workspace>;
  };
  catalog: {
    /** The catalog that is in force, and its version. */
    published(): Promise<PublishedCatalog>;
    /** Brings this catalog (default: the one given to `createCredits`) into force. */
    publish(catalog?: Catalog): Promise<{ version: string; published: boolean }>;
  };
  /** Replays the entries of each workspace and names every difference. */
  verify(input?: VerifyInput): Promise<Verification>;
  /** Ends leases that ran out and expires what has ended, everywhere. The background sweeper calls it by itself. */
  sweep(): Promise<{ workspaces: number; written: number }>;
  /**
   * Listens to what happened: `changed` at once after a commit of this process, and notices, which are kept in the
   * database until some process's listener has taken them without throwing (at least once). Answers the function that
   * stops listening.
   */
  onEvent(listener: (event: CreditsEvent) => unknown): () => void;
  /** The HTTP API of this engine as a web-standard handler: `(request: Request) => Promise<Response>`. */
  handler(options: HandlerOptions): Handler;
  /** The same verbs inside the caller's own open transaction (READ COMMITTED): nothing is visible until it commits. */
  within(transaction: unknown): WritingVerbs<C>;
  /** Commands of this process that wait for their turn. */
  queued(): number;
  /** Connects, migrates and publishes now instead of at the first verb, and answers whether all is well. */
  ready(): Promise<void>;
  /**
   * Takes no new charge, waits for the work of `run` and `begin` (`waitMs`, then one second more after its signal has
   * fired), answers what was asked before, and lets go of the database. What has not ended by then is refunded by its lease.
   */
  close(options?: CloseOptions): Promise<void>;
}
