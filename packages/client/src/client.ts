import type { PublishedCatalog } from "./catalog.ts";
import type * as Commands from "./commands.ts";
import { newAttempt } from "./ids.ts";
import type * as Outcomes from "./outcomes.ts";
import type * as Resources from "./resources.ts";
import { createTransport, type TransportOptions } from "./transport.ts";

export type ClientOptions = TransportOptions;

/** A page, and everything from it on: `await` answers the page, `for await` all items. */
export type Pages<Item> = Promise<Resources.Page<Item>> & AsyncIterable<Item>;

type Verb<Input, Answer> = (input: Input, options?: Commands.CallOptions) => Promise<Answer>;
type List<Input, Item> = (input: Input, options?: Commands.CallOptions) => Pages<Item>;
interface OfWorkspace {
  workspace: string;
}
interface Key extends OfWorkspace {
  id: string;
}
interface MaybeMember extends OfWorkspace {
  member?: string;
}
type OneOrMoreItems = Commands.QuoteInput | (Omit<Commands.QuoteInput, "items"> & Commands.QuoteItem);

/** The verbs of a Ducat server, with the names, inputs, outcomes and errors they have in process. */
export interface Client {
  quote: Verb<OneOrMoreItems, Outcomes.Quote>;
  charge: Verb<Commands.ChargeInput, Outcomes.ChargeOutcome>;
  extend: Verb<Commands.ExtendInput, Outcomes.ExtendOutcome>;
  heartbeat: Verb<Commands.HeartbeatInput, Outcomes.HeartbeatOutcome>;
  cancel: Verb<Commands.CancelInput, Outcomes.HeartbeatOutcome>;
  settle: Verb<Commands.SettleInput, Outcomes.SettleOutcome>;
  refund: Verb<Commands.RefundInput, Outcomes.RefundOutcome>;
  supportRefund: Verb<Commands.SupportRefundInput, Outcomes.SupportRefundOutcome>;
  balance: Verb<MaybeMember, Resources.Balance>;
  entries: List<Commands.EntriesInput, Resources.Entry>;
  usage: Verb<Commands.UsageInput, { data: Resources.UsageRow[] }>;
  charges: {
    get: Verb<Key, Resources.Charge>;
    list: List<Commands.ChargesInput, Resources.Charge>;
  };
  explain: {
    charge: Verb<Key, Resources.Explanation>;
    balance: Verb<MaybeMember, Resources.Explanation>;
  };
  grant: Verb<Commands.GrantInput, Outcomes.GrantOutcome>;
  revokeGrant: Verb<Commands.RevokeGrantInput, Outcomes.GrantOutcome>;
  topUps: {
    create: Verb<Commands.TopUpInput, Outcomes.TopUpOutcome>;
    get: Verb<Key, Resources.TopUp>;
    paid: Verb<Commands.TopUpPaidInput, Outcomes.TopUpOutcome>;
    refunded: Verb<Commands.TopUpRefundedInput, Outcomes.TopUpOutcome>;
  };
  topUpRequests: {
    create: Verb<Commands.TopUpRequestInput, Outcomes.TopUpRequestOutcome>;
    list: List<MaybeMember & { state?: Resources.TopUpRequestState } & Commands.ListInput, Resources.TopUpRequest>;
    approve: Verb<Commands.DecideRequestInput, Outcomes.DecideRequestOutcome>;
    decline: Verb<Commands.DecideRequestInput, Outcomes.DecideRequestOutcome>;
    withdraw: Verb<Commands.WithdrawRequestInput, Outcomes.DecideRequestOutcome>;
  };
  workspaces: {
    put: Verb<Commands.WorkspaceInput, Outcomes.WorkspaceOutcome>;
    get: Verb<OfWorkspace, Resources.Workspace>;
    list: List<Commands.ListInput, Resources.Workspace>;
    archive: Verb<OfWorkspace, Outcomes.WorkspaceOutcome>;
  };
  members: {
    put: Verb<Commands.MemberInput, Outcomes.MemberOutcome>;
    remove: Verb<Commands.RemoveMemberInput, Outcomes.MemberOutcome>;
    get: Verb<OfWorkspace & { member: string }, Resources.Member>;
    list: List<OfWorkspace & Commands.ListInput, Resources.Member>;
    sync: Verb<Commands.SyncMembersInput, Outcomes.SyncedMembers>;
  };
  subscriptions: { update: Verb<Commands.SubscriptionInput, Resources.Workspace> };
  clock: { advance: Verb<Commands.AdvanceClockInput, Resources.Workspace> };
  catalog: { published(options?: Commands.CallOptions): Promise<PublishedCatalog> };
}

/**
 * Speaks to a Ducat server. Lost answers, 429, 502, 503 and 504 are retried: every write carries an id, so a repeat is harmless.
 * Refusals such as `insufficient` are outcomes; everything else that goes wrong is a `DucatError`.
 *
 * @example
 * const credits = createClient({ baseUrl: "http://127.0.0.1:4100", apiKey: process.env.DUCAT_API_KEY });
 * const result = await credits.charge({ workspace: "acme", id: "c1", member: "ada", feature: "generate-screen" });
 * if (result.outcome !== "charged") showTopUp(result);
 */
export function createClient(options: ClientOptions): Client {
  const send = createTransport(options);
  const at = (path: string) => `/v1/workspaces/:workspace${path}`;

  const verb =
    <Input extends object, Answer>(method: string, path: string, fresh?: () => object): Verb<Input, Answer> =>
    (input, call) =>
      send(method, path, { ...fresh?.(), ...given(input) }, call) as Promise<Answer>;

  const get = <Input extends object, Answer>(path: string) => verb<Input, Answer>("GET", path);
  const post = <Input extends object, Answer>(path: string) => verb<Input, Answer>("POST", path);
  const put = <Input extends object, Answer>(path: string) => verb<Input, Answer>("PUT", path);
  /** One attempt for all tries of a call: a repeat whose first answer was lost gets that answer. */
  const attempt = <Input extends object, Answer>(path: string) =>
    verb<Input, Answer>("POST", path, () => ({ attempt: newAttempt() }));

  const list =
    <Input extends Commands.ListInput, Item>(path: string | ((input: Input) => string)): List<Input, Item> =>
    (input, call) => {
      const page = (cursor?: string) =>
        send(
          "GET",
          typeof path === "string" ? path : path(input),
          { ...input, ...(cursor === undefined ? {} : { cursor }) },
          call,
        ) as Promise<Resources.Page<Item>>;
      const first = page();
      async function* items() {
        let current = await first;
        for (;;) {
          yield* current.data;
          if (current.nextCursor === null) return;
          current = await page(current.nextCursor);
        }
      }
      return Object.assign(first, { [Symbol.asyncIterator]: items });
    };

  return {
    quote: post(at("/quotes")),
    charge: attempt(at("/charges")),
    extend: post(at("/charges/:id/extend")),
    heartbeat: post(at("/charges/:id/heartbeat")),
    cancel: post(at("/charges/:id/cancel")),
    settle: attempt(at("/charges/:id/settle")),
    refund: attempt(at("/charges/:id/refund")),
    supportRefund: post(at("/charges/:charge/support-refund")),
    balance: get(at("/balance")),
    entries: list(at("/entries")),
    usage: get(at("/usage")),
    charges: {
      get: get(at("/charges/:id")),
      list: list(({ workspace }: Commands.ChargesInput) => (workspace === undefined ? "/v1/charges" : at("/charges"))),
    },
    explain: {
      charge: get(at("/charges/:id/explain")),
      balance: get(at("/balance/explain")),
    },
    grant: post(at("/grants")),
    revokeGrant: post(at("/grants/:grant/revoke")),
    topUps: {
      create: post(at("/top-ups")),
      get: get(at("/top-ups/:id")),
      paid: post(at("/top-ups/:id/paid")),
      refunded: post(at("/top-ups/:id/refunded")),
    },
    topUpRequests: {
      create: post(at("/top-up-requests")),
      list: list(at("/top-up-requests")),
      approve: post(at("/top-up-requests/:id/approve")),
      decline: post(at("/top-up-requests/:id/decline")),
      withdraw: post(at("/top-up-requests/:id/withdraw")),
    },
    workspaces: {
      put: put(at("")),
      get: get(at("")),
      list: list("/v1/workspaces"),
      archive: verb("DELETE", at("")),
    },
    members: {
      put: put(at("/members/:member")),
      remove: verb("DELETE", at("/members/:member")),
      get: get(at("/members/:member")),
      list: list(at("/members")),
      sync: put(at("/members")),
    },
    subscriptions: { update: put(at("/subscription")) },
    clock: { advance: post(at("/clock")) },
    catalog: { published: (call) => send("GET", "/v1/catalog", {}, call) as Promise<PublishedCatalog> },
  };
}

/** A field that is `undefined` is not given: it must not take the place of the fresh attempt that makes a repeat harmless. */
function given(input: object): object {
  return Object.fromEntries(Object.entries({ ...input }).filter(([, value]) => value !== undefined));
}
