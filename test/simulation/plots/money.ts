import { columns } from "../auditor/ledger.ts";
import type { Order } from "../auditor/model.ts";
import { now } from "../auditor/model.ts";
import type { ExampleCommand } from "../examples/steps.ts";
import type { Of, Scene } from "../scene.ts";
import { buyers, signed } from "../scene.ts";
import { actor, beat, bought, everything, free, type Plot, subscribe, trade } from "./plot.ts";

const refunded = (id: string, amount: number): Of<"topUpRefunded"> => ({
  verb: "topUpRefunded",
  id,
  refunded: amount,
});
const orderOf = ({ story }: Scene, id: string): Order | undefined => story.orders.get(id);

/** How much of what an order bought is in a column. */
function ofOrder({ story, at }: Scene, id: string, column: "held" | "spent"): number {
  const all = columns(story, at);
  const own = story.grants.filter(({ order }) => order === id);
  return own.reduce((sum, grant) => sum + (all.get(grant.id)?.[column] ?? 0), 0);
}

interface Bought {
  member: string;
  order: string;
  paid: number;
  charge: string;
}

/** Somebody buys, and a charge takes all that there is; then what became of it is told. */
const afterSpending = (then: (facts: Bought, scene: Scene) => Generator<ReturnType<typeof beat>, void, Scene>): Plot =>
  function* play(scene) {
    const member = actor(scene);
    if (member === null) return;
    const trading = yield beat(...trade(scene), ...free(scene, member));
    const order = bought(trading, member);
    const rich = yield beat(order);
    const paid = orderOf(rich, order.id)?.paidAmount ?? 0;
    const all = everything(rich, member);
    if (paid === 0 || all === null) return;
    const spent = yield beat(all);
    if (ofOrder(spent, order.id, "held") === 0) return;
    yield* then({ member, order: order.id, paid, charge: all.id }, spent);
  };

/** The money comes back when all is spent: a debt. */
const afterDebt = (then: (facts: Bought, scene: Scene) => Generator<ReturnType<typeof beat>, void, Scene>): Plot =>
  afterSpending(function* play(facts) {
    yield beat({ verb: "settle", id: facts.charge });
    const owing = yield beat(refunded(facts.order, facts.paid));
    yield* then(facts, owing);
  });

const support = (scene: Scene, charge: string): Of<"supportRefund"> => ({
  ...{ verb: "supportRefund", id: scene.fresh("s"), charge, ...signed },
});

/** A request that waits, and then what prevents it or not, and who decides. */
const afterRequest = (then: (request: string, scene: Scene) => readonly ExampleCommand[][]): Plot =>
  function* play(scene) {
    const member = actor(scene);
    if (member === null || buyers(scene).length === 0) return;
    yield beat(...trade(scene));
    const id = scene.fresh("r");
    let present = yield beat({ verb: "topUpRequest", id, member, pack: "small" });
    for (const commands of then(id, present)) present = yield beat(...commands);
  };

const approval = (scene: Scene, id: string): ExampleCommand => ({
  ...{ verb: "approve", id, buyer: scene.roll.any(buyers(scene)) ?? "nobody" },
});

const repeated = (make: (scene: Scene, id: string) => ExampleCommand): Plot =>
  afterRequest((id, scene) => {
    const command = make(scene, id);
    return [[command], [command]];
  });

export const moneyPlots: Record<string, Plot> = {
  "an end of a charge that is taken back at once": afterSpending(function* play({ order, paid, charge }, { roll }) {
    yield beat(refunded(order, roll.pick([paid, Math.ceil(paid / 2)])));
    const some: ExampleCommand = { verb: "settle", id: charge, usage: { output: roll(200_000) } };
    yield beat(roll.chance(50) ? some : { verb: "refund", id: charge, reason: "failed" });
  }),
  "a chargeback with debt": afterDebt(function* play() {}),
  "a debt repaid by the next top-up": afterDebt(function* play({ member }, scene) {
    yield beat(...trade(scene), bought(scene, member));
  }),
  "a dispute won after repayment": afterDebt(function* play({ member, order, paid }, scene) {
    yield beat(...trade(scene), bought(scene, member));
    yield beat(refunded(order, scene.roll.pick([0, 0, Math.floor(paid / 3)])));
  }),
  "a chargeback of a purchase that repaid another": afterDebt(function* play({ member, paid }, scene) {
    const second = bought(scene, member);
    yield beat(...trade(scene), second);
    yield beat(refunded(second.id, paid));
  }),
  "a support refund that changes a debt": afterDebt(function* play({ member, charge }, scene) {
    const after = scene.roll.chance(50) ? yield beat(...trade(scene), bought(scene, member)) : scene;
    yield beat(support(after, charge));
  }),
  "a debt of which some is forgiven": afterDebt(function* play({ order, paid }, { roll }) {
    yield beat(refunded(order, roll(paid)));
  }),
  "a top-up paid for a plan that has ended": function* play(scene) {
    const member = actor(scene);
    if (member === null) return;
    const order = bought(scene, member, { paid: false });
    yield beat(...trade(scene), order);
    yield beat(subscribe({ plan: "starter", effective: "now" }));
    yield beat({ verb: "topUpPaid", id: order.id });
  },
  "a top-up paid for a member who has left": function* play(scene) {
    const member = actor(scene);
    if (member === null) return;
    const order = bought(scene, member, { paid: false });
    yield beat(...trade(scene), order);
    yield beat({ verb: "memberRemove", member });
    const role = now(scene.story).members.get(member)?.role ?? "editor";
    yield beat({ verb: "topUpPaid", id: order.id }, { verb: "memberPut", member, role });
  },
  "a request approved and paid": afterRequest((id, scene) => [
    [approval(scene, id)],
    [{ verb: "topUpPaid", id: `request:${id}` }],
  ]),
  "approve:approved:replayed": repeated(approval),
  // The pack goes off sale with a catalog that may come while they wait.
  "approve:error:unknown_pack": function* play(scene) {
    const member = actor(scene);
    if (member === null || buyers(scene).length === 0) return;
    const ready = yield beat(...trade(scene));
    const asked = Array.from({ length: 4 }, () => ready.fresh("r"));
    yield beat(...asked.map((id) => ({ verb: "topUpRequest", id, member, pack: "large" }) as const));
  },
  "approve:not_allowed:plan": afterRequest((id, scene) => [
    [subscribe({ plan: "starter", effective: "now" })],
    [approval(scene, id)],
  ]),
  "approve:not_allowed:past_due": afterRequest((id, scene) => [
    [subscribe({ status: "past_due" })],
    [approval(scene, id)],
    [subscribe({ status: "active" })],
  ]),
  "decline:declined:replayed": repeated((scene, id) => ({
    ...{ verb: "decline", id, buyer: scene.roll.any(buyers(scene)) ?? "nobody" },
  })),
  "withdraw:withdrawn:replayed": repeated(({ story }, id) => ({
    ...{ verb: "withdraw", id, member: story.requests.get(id)?.member ?? "nobody" },
  })),
};
