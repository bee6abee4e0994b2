import { spendable, total } from "../auditor/ledger.ts";
import { published } from "../auditor/model.ts";
import type { Make, Of, Scene } from "../scene.ts";
import { altered, anyId, charges, ended, open, original, recent, removed, seated, unseated } from "../scene.ts";

type ChargeCommand = Of<"charge">;

/** What to charge for: mostly units, some of them free, some of them metered. */
function anything(scene: Scene): Pick<ChargeCommand, "feature" | "mode" | "quantity" | "usage"> {
  const { roll } = scene;
  const choice = roll(100);
  if (choice < 45) return { feature: "generate-screen", quantity: 1 + roll(roll.chance(20) ? 20 : 4) };
  if (choice < 55) return { feature: "generate-screen", mode: "deep-design", quantity: 1 + roll(3) };
  if (choice < 63) return { feature: "generate-prototype", quantity: 1 + roll(3) };
  if (choice < 68) return { feature: "sketch" };
  if (choice < 71) return { feature: "suggest-name", quantity: 1 + roll(3) };
  return { feature: "assistant", usage: { input: roll(400_000), output: roll(200_000) } };
}

const lease = ({ roll }: Scene) => roll.pick([undefined, 10, 600, 3600, 86_400, 86_400, 86_400, 86_400]);

function optional<T extends object>(fields: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as never;
}

function by(scene: Scene, member: string | null, more: Partial<ChargeCommand> = {}): ChargeCommand | null {
  if (member === null) return null;
  const attempt = scene.roll.chance(75) ? scene.fresh("a") : undefined;
  const options = optional({ leaseSeconds: lease(scene), attempt });
  return { verb: "charge", id: scene.fresh("c"), member, ...anything(scene), ...options, ...more };
}

/** Anybody who may, and rather those who were given or have bought something. */
const anybody = (scene: Scene) => {
  const everybody = seated(scene);
  const holders = scene.story.grants.filter(({ source }) => source !== "monthly").map(({ holder }) => holder);
  const holding = everybody.filter((id) => holders.includes(id));
  return scene.roll.any(holding.length > 0 && scene.roll.chance(60) ? holding : everybody);
};

/** A charge that is known, sent again. */
const again = (scene: Scene, list: readonly { id: string }[]) => {
  const id = anyId(scene, list);
  return id === null ? null : original(scene, "charge", id);
};

const price = (scene: Scene, feature: string, mode = "standard") =>
  published(scene.story).features[feature]?.modes[mode]?.price ?? 0;

export const charging: Record<string, [weight: number, Make]> = {
  "charge:charged": [60, (scene) => by(scene, anybody(scene))],
  "charge:metered": [
    12,
    (scene) =>
      by(scene, anybody(scene), {
        feature: "assistant",
        quantity: 1,
        mode: "standard",
        usage: { output: scene.roll(9000) },
      }),
  ],
  "charge:charged within its price": [
    3,
    (scene) =>
      by(scene, anybody(scene), {
        feature: "generate-screen",
        quantity: 1,
        maxAmount: price(scene, "generate-screen"),
      }),
  ],
  "charge:charged:replayed": [4, (scene) => altered(again(scene, open(scene)), { attempt: scene.fresh("a") })],
  "charge:charged again": [3, (scene) => again(scene, open(scene))],
  "charge:resumed": [
    10,
    (scene) => altered(again(scene, open(scene)), { attempt: scene.fresh("a"), resume: true, maxAmount: 0 }),
  ],
  "charge:already_settled": [
    2,
    (scene) =>
      again(
        scene,
        charges(scene).filter(({ end }) => end?.state === "settled"),
      ),
  ],
  "charge:already_refunded": [
    2,
    (scene) =>
      again(
        scene,
        charges(scene).filter(({ end }) => end?.state === "refunded"),
      ),
  ],
  "charge:error:id_reused": [2, (scene) => altered(again(scene, charges(scene)), { quantity: 17 })],
  "charge:unknown_member": [1, (scene) => by(scene, "nobody")],
  "charge:unknown_feature": [1, (scene) => by(scene, anybody(scene), { feature: scene.roll.pick(["no", "toString"]) })],
  "charge:unknown_mode": [1, (scene) => by(scene, anybody(scene), { mode: scene.roll.pick(["no", "constructor"]) })],
  "charge:not_allowed:role": [1, (scene) => by(scene, scene.roll.any(unseated(scene)), { feature: "sketch" })],
  "charge:not_allowed:removed": [1, (scene) => by(scene, scene.roll.any(removed(scene)), { feature: "sketch" })],
  "charge:not_allowed:plan": [
    2,
    (scene) =>
      by(scene, anybody(scene), scene.roll.pick([{ feature: "export-code" }, { feature: "sketch", mode: "fine" }])),
  ],
  "charge:price_changed": [
    2,
    (scene) => by(scene, anybody(scene), { feature: "generate-screen", quantity: 2, maxAmount: 59 }),
  ],
  "charge:cap_reached": [
    3,
    (scene) => {
      const capped = seated(scene).filter((id) => scene.story.changes.at(-1)?.members.get(id)?.cap !== null);
      return by(scene, scene.roll.any(capped), { feature: "generate-screen", quantity: 15 });
    },
  ],
  "charge:most of what there is": [
    8,
    (scene) => {
      const member = anybody(scene);
      const there = member === null ? 0 : total(spendable(scene.story, member, scene.at));
      return by(scene, member, {
        feature: "generate-screen",
        quantity: Math.min(1000, Math.max(1, Math.floor(there / 40))),
      });
    },
  ],
  "charge:insufficient": [
    4,
    (scene) => by(scene, anybody(scene), { feature: "generate-screen", mode: "deep-design", quantity: 300 }),
  ],
  "charge:error:invalid_input": [
    2,
    (scene) =>
      by(
        scene,
        anybody(scene),
        scene.roll.pick<Partial<ChargeCommand>>([
          { feature: "sketch", quantity: 0 },
          { feature: "sketch", quantity: 1001 },
          { feature: "sketch", usage: { input: 1 } },
          { feature: "assistant", usage: { paper: 1 } },
          { feature: "assistant", quantity: 2, usage: { input: 1 } },
          { leaseSeconds: 5 },
        ]),
      ),
  ],
};

export const metered = (scene: Scene) => open(scene).filter(({ settles }) => settles === "metered");

const extension = (scene: Scene, id: string | null, more: Partial<Of<"extend">> = {}): Of<"extend"> | null =>
  id === null ? null : { verb: "extend", id, usage: { output: scene.roll(1_000_000) }, ...more };

export const extending: Record<string, [weight: number, Make]> = {
  "extend:charged": [24, (scene) => extension(scene, anyId(scene, metered(scene)))],
  "extend:charged:replayed": [5, (scene) => extension(scene, anyId(scene, metered(scene)), { usage: { input: 1 } })],
  "extend:insufficient": [
    5,
    (scene) => extension(scene, anyId(scene, metered(scene)), { usage: { output: 500_000_000 } }),
  ],
  "extend:cap_reached": [
    6,
    (scene) => {
      const { members } = scene.story.changes.at(-1) ?? { members: new Map() };
      const capped = metered(scene).filter(({ member }) => (members.get(member)?.cap ?? null) !== null);
      return extension(scene, anyId(scene, capped), { usage: { output: 5_000_000 } });
    },
  ],
  "extend:not_allowed:removed": [
    6,
    (scene) => {
      const gone = removed(scene);
      const theirs = metered(scene).filter(({ member }) => gone.includes(member));
      return extension(scene, anyId(scene, theirs), { usage: { output: 3_000_000 } });
    },
  ],
  "extend:not_allowed:role": [
    6,
    (scene) => {
      const without = unseated(scene);
      const theirs = metered(scene).filter(({ member }) => without.includes(member));
      return extension(scene, anyId(scene, theirs), { usage: { output: 3_000_000 } });
    },
  ],
  "extend:already_settled": [
    3,
    (scene) =>
      extension(
        scene,
        anyId(
          scene,
          ended(scene).filter(({ end }) => end?.state === "settled"),
        ),
      ),
  ],
  "extend:already_refunded": [
    3,
    (scene) =>
      extension(
        scene,
        anyId(
          scene,
          ended(scene).filter(({ end }) => end?.state === "refunded"),
        ),
      ),
  ],
  "extend:superseded": [
    4,
    (scene) => superseded(scene, metered(scene), (id, attempt) => extension(scene, id, { attempt })),
  ],
  "extend:unknown_charge": [3, (scene) => extension(scene, "unheard-of")],
  "extend:not_metered": [
    3,
    (scene) =>
      extension(
        scene,
        anyId(
          scene,
          open(scene).filter(({ settles }) => settles !== "metered"),
        ),
      ),
  ],
  "extend:error:invalid_input": [3, (scene) => extension(scene, anyId(scene, metered(scene)), { usage: { paper: 3 } })],
};

/** A command of an attempt that another one has replaced. */
export function superseded<C>(
  scene: Scene,
  list: readonly { id: string; superseded: readonly string[] }[],
  make: (id: string, attempt: string) => C,
): C | null {
  const found = scene.roll.any(recent(list.filter((one) => one.superseded.some((attempt) => attempt !== ""))));
  const attempt = found?.superseded.find((one) => one !== "");
  return found === null || attempt === undefined ? null : make(found.id, attempt);
}
