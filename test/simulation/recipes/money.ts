import { columns, debtOf } from "../auditor/ledger.ts";
import type { Order, Request } from "../auditor/model.ts";
import { now, planNow, published } from "../auditor/model.ts";
import { endOf, monthlyGrants } from "../auditor/monthly.ts";
import type { Make, Of, Scene } from "../scene.ts";
import { altered, buyers, day, iso, others, present, recent, removed, seated, signed, unseated } from "../scene.ts";

const toPool = "workspace";
const orders = ({ story }: Scene): Order[] => [...story.orders.values()];
const requests = ({ story }: Scene): Request[] => [...story.requests.values()];
const awaiting = (scene: Scene) => orders(scene).filter(({ state }) => state === "awaiting_payment");
const paid = (scene: Scene) => orders(scene).filter(({ state }) => state === "paid");
const some = <T>(scene: Scene, list: readonly T[]) => scene.roll.any(recent(list));
const last = <V extends "grant" | "revokeGrant" | "topUp" | "topUpRequest">(scene: Scene, verb: V) =>
  some(
    scene,
    scene.log.filter((command) => command.verb === verb),
  ) as Of<V> | null;

const promo = (scene: Scene, more: Partial<Of<"grant">> = {}): Of<"grant"> => {
  const { roll, at } = scene;
  const member = roll.chance(70) ? roll.any(present(scene)) : null;
  const end = roll.pick([null, at + 1 + roll(40 * day), at + day * (1 + roll(9))]);
  const expiresAt = end === null ? {} : { expiresAt: iso(end) };
  const who = member === null ? {} : { member };
  return { verb: "grant", id: scene.fresh("p"), amount: 1 + roll(700), ...expiresAt, ...who, ...signed, ...more };
};

export const granting: Record<string, [weight: number, Make]> = {
  "grant:granted": [40, (scene) => promo(scene)],
  "grant:granted:replayed": [6, (scene) => last(scene, "grant")],
  "grant:error:id_reused": [4, (scene) => altered(last(scene, "grant"), { amount: 777_777 })],
  "grant:error:unknown_member": [3, (scene) => promo(scene, { member: "nobody" })],
  "grant:error:invalid_input": [
    4,
    (scene) => promo(scene, scene.roll.pick([{ amount: 0 }, { amount: 1.5 }, { expiresAt: iso(scene.at) }])),
  ],
  // Alone and at once, because it would go through if those who hold something had spent it meanwhile.
  "grant:error:amount_too_large": [
    3,
    (scene) => promo(scene, { amount: largest, member: scene.roll.any(holders(scene)) ?? "nobody" }),
  ],
};

/** Those who hold something already, so that the largest amount is too much for them. */
const holders = ({ story, at }: Scene) => {
  const all = columns(story, at);
  const holding = story.grants.filter(({ id }) => (all.get(id)?.available ?? 0) > 0).map(({ holder }) => holder);
  return [...new Set(holding)].filter((holder) => holder !== toPool);
};

/** The largest amount there is. */
export const largest = Number.MAX_SAFE_INTEGER;

const revocation = (scene: Scene, grant: string | null, more: Partial<Of<"revokeGrant">> = {}) =>
  grant === null ? null : ({ verb: "revokeGrant", id: scene.fresh("v"), grant, ...signed, ...more } as const);

/**
 * Any grant, and one that every read shows although nobody has made it yet. Not a monthly one that is over: whether it
 * was ever made depends on who happened to look.
 */
const grants = (scene: Scene) => {
  const { story, at, roll } = scene;
  const holder = roll.any(present(scene)) ?? toPool;
  const due = monthlyGrants(story, holder, at).grants.map(({ id }) => id);
  const named = story.grants.filter((grant) => grant.source !== "monthly" || (endOf(story, grant) ?? at) > at);
  return [...recent(named.map(({ id }) => id)), ...due];
};

export const revoking: Record<string, [weight: number, Make]> = {
  "revokeGrant:revoked": [
    20,
    (scene) =>
      revocation(scene, scene.roll.any(grants(scene)), scene.roll.chance(50) ? { amount: 1 + scene.roll(20) } : {}),
  ],
  "revokeGrant:revoked:replayed": [5, (scene) => last(scene, "revokeGrant")],
  "revokeGrant:error:id_reused": [3, (scene) => altered(last(scene, "revokeGrant"), { amount: 54_321 })],
  "revokeGrant:error:unknown_grant": [3, (scene) => revocation(scene, "promo:unheard-of")],
  "revokeGrant:error:exceeds_available": [
    4,
    (scene) => revocation(scene, scene.roll.any(grants(scene)), { amount: 9_999_999 }),
  ],
};

const order = (scene: Scene, more: Partial<Of<"topUp">> = {}): Of<"topUp"> | null => {
  const { roll } = scene;
  const buyer = roll.chance(50) ? roll.any(buyers(scene)) : null;
  const everybody = [...seated(scene), toPool];
  const recipients = [...new Set(Array.from({ length: 1 + roll(3) }, () => roll.pick(everybody)))];
  const pack = roll.chance(80) ? "small" : roll.chance(93) ? "large" : "huge";
  return { verb: "topUp", id: scene.fresh("o"), pack, recipients, ...(buyer === null ? {} : { buyer }), ...more };
};

const usedPayment = (scene: Scene) =>
  some(
    scene,
    paid(scene).filter(({ payment }) => payment !== null),
  )?.payment ?? null;
const pastDue = ({ story }: Scene) => now(story).term.status === "past_due" && planNow(story).topUps;

export const ordering: Record<string, [weight: number, Make]> = {
  "topUp:ordered": [20, (scene) => order(scene)],
  "topUp:paid": [
    20,
    (scene) => order(scene, { paid: true, ...(scene.roll.chance(50) ? { payment: scene.fresh("pay_") } : {}) }),
  ],
  "topUp:paid for those who owe": [
    10,
    (scene) => {
      const owing = debtors(scene).filter((holder) => [...seated(scene), toPool].includes(holder));
      return owing.length === 0 ? null : order(scene, { recipients: owing.slice(0, 3), paid: true });
    },
  ],
  "topUp:ordered:replayed": [
    4,
    (scene) => {
      const found = some(scene, awaiting(scene));
      return found === null ? null : (scene.log.find((one) => one.verb === "topUp" && one.id === found.id) ?? null);
    },
  ],
  "topUp:paid:replayed": [
    4,
    (scene) => {
      const found = some(scene, paid(scene));
      return found === null ? null : (scene.log.find((one) => one.verb === "topUp" && one.id === found.id) ?? null);
    },
  ],
  "topUp:paid with a repeat": [2, (scene) => altered(last(scene, "topUp"), { paid: true })],
  "topUp:not_allowed:role": [
    4,
    (scene) => {
      const buyer = scene.roll.any(others(scene));
      const without = scene.roll.any(unseated(scene));
      if (without !== null && scene.roll.chance(50)) return order(scene, { recipients: [without] });
      return buyer === null ? null : order(scene, { buyer });
    },
  ],
  "topUp:not_allowed:removed": [
    4,
    (scene) => {
      const gone = scene.roll.any(removed(scene));
      if (gone === null) return null;
      return order(scene, scene.roll.pick([{ recipients: [gone] }, { buyer: gone }, { recipients: [toPool, gone] }]));
    },
  ],
  "topUp:not_allowed:plan": [3, (scene) => (planNow(scene.story).topUps ? null : order(scene))],
  "topUp:not_allowed:past_due": [6, (scene) => (pastDue(scene) ? order(scene) : null)],
  "topUp:error:unknown_member": [
    2,
    (scene) => order(scene, scene.roll.pick([{ recipients: ["nobody"] }, { buyer: "nobody" }])),
  ],
  "topUp:error:unknown_pack": [2, (scene) => order(scene, { pack: "enormous" })],
  "topUp:error:id_reused": [3, (scene) => altered(last(scene, "topUp"), { pack: "other" })],
  "topUp:error:invalid_input": [2, (scene) => order(scene, { recipients: scene.roll.pick([[], [toPool, toPool]]) })],
  "topUp:error:payment_used": [
    4,
    (scene) => {
      const payment = usedPayment(scene);
      return payment === null ? null : order(scene, { paid: true, payment });
    },
  ],
};

const payment = (scene: Scene) => (scene.roll.chance(60) ? { payment: scene.fresh("pay_") } : {});

export const paying: Record<string, [weight: number, Make]> = {
  "topUpPaid:paid": [
    30,
    (scene) => {
      const found = some(scene, awaiting(scene));
      return found === null ? null : { verb: "topUpPaid", id: found.id, ...payment(scene) };
    },
  ],
  "topUpPaid:paid:replayed": [
    6,
    (scene) => {
      const found = some(scene, paid(scene));
      const same = found?.payment == null ? {} : { payment: found.payment };
      return found === null ? null : { verb: "topUpPaid", id: found.id, ...same };
    },
  ],
  "topUpPaid:error:payment_used": [
    6,
    (scene) => {
      const found = some(scene, scene.roll.chance(50) ? paid(scene) : awaiting(scene));
      const used = usedPayment(scene) ?? scene.fresh("pay_");
      return found === null ? null : { verb: "topUpPaid", id: found.id, payment: used };
    },
  ],
  "topUpPaid:error:unknown_top_up": [3, () => ({ verb: "topUpPaid", id: "unheard-of" })],
};

const back = (scene: Scene, list: readonly Order[], amount: (order: Order) => number): Of<"topUpRefunded"> | null => {
  const found = some(scene, list);
  return found === null ? null : { verb: "topUpRefunded", id: found.id, refunded: amount(found) };
};

/** The orders of which some grant has something in a column. */
function ordersWith(scene: Scene, column: "spent" | "received" | "repaid" | "held"): Order[] {
  const all = columns(scene.story, scene.at);
  const found = scene.story.grants.filter(({ id }) => (all.get(id)?.[column] ?? 0) > 0).map(({ order: of }) => of);
  return paid(scene).filter(({ id }) => found.includes(id));
}

/** Those who owe for a purchase. */
function debtors({ story, at }: Scene): string[] {
  const all = columns(story, at);
  const owing = story.grants.filter((grant) => {
    const own = all.get(grant.id);
    return grant.source === "top-up" && own !== undefined && debtOf(story, grant, own) > 0;
  });
  return [...new Set(owing.map(({ holder }) => holder))];
}

export const moneyBack: Record<string, [weight: number, Make]> = {
  "topUpRefunded:paid": [20, (scene) => back(scene, paid(scene), ({ paidAmount }) => scene.roll(paidAmount + 1))],
  "topUpRefunded:paid in full": [10, (scene) => back(scene, paid(scene), ({ paidAmount }) => paidAmount)],
  "topUpRefunded:what was spent": [
    12,
    (scene) => back(scene, ordersWith(scene, "spent"), ({ paidAmount }) => paidAmount),
  ],
  "topUpRefunded:what is held": [4, (scene) => back(scene, ordersWith(scene, "held"), ({ paidAmount }) => paidAmount)],
  "topUpRefunded:what repaid another": [
    8,
    (scene) => back(scene, ordersWith(scene, "repaid"), ({ paidAmount }) => paidAmount),
  ],
  "topUpRefunded:a dispute won after repayment": [
    8,
    (scene) =>
      back(scene, ordersWith(scene, "received"), ({ refunded }) => scene.roll.pick([0, 0, Math.floor(refunded / 2)])),
  ],
  "topUpRefunded:a dispute won": [
    8,
    (scene) =>
      back(
        scene,
        paid(scene).filter(({ refunded }) => refunded > 0),
        ({ refunded }) => scene.roll(2) * scene.roll(refunded),
      ),
  ],
  "topUpRefunded:paid:replayed": [5, (scene) => back(scene, paid(scene), ({ refunded }) => refunded)],
  "topUpRefunded:error:not_paid": [4, (scene) => back(scene, awaiting(scene), () => 1)],
  "topUpRefunded:error:unknown_top_up": [2, () => ({ verb: "topUpRefunded", id: "unheard-of", refunded: 1 })],
  "topUpRefunded:error:invalid_input": [2, (scene) => back(scene, paid(scene), ({ paidAmount }) => paidAmount + 1)],
};

const request = (scene: Scene, member: string | null, more: Partial<Of<"topUpRequest">> = {}) =>
  member === null ? null : ({ verb: "topUpRequest", id: scene.fresh("r"), member, pack: "small", ...more } as const);

export const requesting: Record<string, [weight: number, Make]> = {
  "topUpRequest:requested": [
    25,
    (scene) => request(scene, scene.roll.any(seated(scene)), scene.roll.chance(30) ? { pack: "large" } : {}),
  ],
  "topUpRequest:requested:replayed": [4, (scene) => last(scene, "topUpRequest")],
  "topUpRequest:not_allowed:role": [4, (scene) => request(scene, scene.roll.any(unseated(scene)))],
  "topUpRequest:not_allowed:removed": [4, (scene) => request(scene, scene.roll.any(removed(scene)))],
  "topUpRequest:not_allowed:plan": [
    3,
    (scene) => (planNow(scene.story).topUps ? null : request(scene, scene.roll.any(seated(scene)))),
  ],
  "topUpRequest:not_allowed:past_due": [
    6,
    (scene) => (pastDue(scene) ? request(scene, scene.roll.any(seated(scene))) : null),
  ],
  "topUpRequest:error:unknown_member": [2, (scene) => request(scene, "nobody")],
  "topUpRequest:error:unknown_pack": [
    2,
    (scene) => request(scene, scene.roll.any(seated(scene)), { pack: "enormous" }),
  ],
  "topUpRequest:error:id_reused": [3, (scene) => altered(last(scene, "topUpRequest"), { pack: "other" })],
};

const openRequests = (scene: Scene) => requests(scene).filter(({ state }) => state === "open");

/** Approving and declining differ in their word only. */
function deciding(verb: "approve" | "decline", state: Request["state"]): Record<string, [weight: number, Make]> {
  const decide = (_: Scene, found: Request | null, buyer: string | null) =>
    found === null || buyer === null ? null : ({ verb, id: found.id, buyer } as const);
  return {
    [`${verb}:${state}`]: [
      12,
      (scene) => decide(scene, some(scene, openRequests(scene)), scene.roll.any(buyers(scene))),
    ],
    [`${verb}:${state}:replayed`]: [
      5,
      (scene) => {
        const found = some(
          scene,
          requests(scene).filter((one) => one.state === state),
        );
        return decide(scene, found, found?.decidedBy ?? null);
      },
    ],
    [`${verb}:not_allowed:role`]: [
      4,
      (scene) => decide(scene, some(scene, openRequests(scene)), scene.roll.any(others(scene))),
    ],
    [`${verb}:not_allowed:removed`]: [
      4,
      (scene) => decide(scene, some(scene, openRequests(scene)), scene.roll.any(removed(scene))),
    ],
    [`${verb}:error:already_decided`]: [
      4,
      (scene) =>
        decide(
          scene,
          some(
            scene,
            requests(scene).filter((one) => one.state !== "open"),
          ),
          scene.roll.any(buyers(scene)),
        ),
    ],
    [`${verb}:error:unknown_request`]: [
      3,
      (scene) => ({ verb, id: "unheard-of", buyer: scene.roll.any(buyers(scene)) ?? "nobody" }),
    ],
    [`${verb}:error:unknown_member`]: [3, (scene) => decide(scene, some(scene, openRequests(scene)), "nobody")],
  };
}

export const approving: Record<string, [weight: number, Make]> = {
  ...deciding("approve", "approved"),
  "approve:not_allowed:plan": [
    5,
    (scene) => {
      const found = planNow(scene.story).topUps ? null : some(scene, openRequests(scene));
      const buyer = scene.roll.any(buyers(scene));
      return found === null || buyer === null ? null : { verb: "approve", id: found.id, buyer };
    },
  ],
  "approve:error:unknown_pack": [
    2,
    (scene) => {
      const { topUpPacks } = published(scene.story);
      const gone = openRequests(scene).filter(({ pack }) => topUpPacks[pack]?.retired !== false);
      const found = some(scene, gone);
      const buyer = scene.roll.any(buyers(scene));
      return found === null || buyer === null ? null : { verb: "approve", id: found.id, buyer };
    },
  ],
  "approve:not_allowed:past_due": [
    8,
    (scene) => {
      const found = pastDue(scene) ? some(scene, openRequests(scene)) : null;
      const buyer = scene.roll.any(buyers(scene));
      return found === null || buyer === null ? null : { verb: "approve", id: found.id, buyer };
    },
  ],
};

export const declining: Record<string, [weight: number, Make]> = deciding("decline", "declined");

const withdraw = (found: Request | null, member?: string | null): Of<"withdraw"> | null =>
  found === null || member === null ? null : { verb: "withdraw", id: found.id, member: member ?? found.member };

export const withdrawing: Record<string, [weight: number, Make]> = {
  "withdraw:withdrawn": [12, (scene) => withdraw(some(scene, openRequests(scene)))],
  "withdraw:withdrawn:replayed": [
    5,
    (scene) =>
      withdraw(
        some(
          scene,
          requests(scene).filter(({ state }) => state === "withdrawn"),
        ),
      ),
  ],
  "withdraw:not_allowed:removed": [
    6,
    (scene) => {
      const gone = removed(scene);
      return withdraw(
        some(
          scene,
          openRequests(scene).filter(({ member }) => gone.includes(member)),
        ),
      );
    },
  ],
  "withdraw:error:forbidden": [4, (scene) => withdraw(some(scene, requests(scene)), "nobody")],
  "withdraw:error:already_decided": [
    4,
    (scene) =>
      withdraw(
        some(
          scene,
          requests(scene).filter(({ state }) => !["open", "withdrawn"].includes(state)),
        ),
      ),
  ],
  "withdraw:error:unknown_request": [3, () => ({ verb: "withdraw", id: "unheard-of", member: "nobody" })],
};
