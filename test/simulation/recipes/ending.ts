import type { Charge } from "../auditor/model.ts";
import type { Make, Of, Scene } from "../scene.ts";
import { altered, anyId, charges, ended, open, recent, settled, signed } from "../scene.ts";
import { superseded } from "./charging.ts";

const by = (state: "settled" | "refunded") => (scene: Scene) => ended(scene).filter(({ end }) => end?.state === state);

/** How much of it was delivered, in all the ways its feature allows. */
function settlement(scene: Scene, charge: Charge): Partial<Of<"settle">> {
  const { roll } = scene;
  if (charge.settles === "metered") {
    if (roll.chance(15)) return {};
    const usage = { output: roll(roll.chance(50) ? 200_000 : 2_000_000) };
    return roll.chance(50) ? { usage } : { usage, estimated: true };
  }
  if (charge.settles === "whole") return roll.chance(80) ? {} : { delivered: 0, reason: "failed" };
  return roll.chance(50) ? {} : { delivered: roll(charge.quantity + 1) };
}

/** The attempt that holds the charge, or none, as workers do. */
function attempt(scene: Scene, charge: Charge): { attempt?: string } {
  if (charge.attempt !== null && scene.roll.chance(40)) return { attempt: charge.attempt };
  return scene.roll.chance(40) ? { attempt: scene.fresh("s") } : {};
}

function settle(scene: Scene, charge: Charge | null, more?: Partial<Of<"settle">>): Of<"settle"> | null {
  if (charge === null) return null;
  return { verb: "settle", id: charge.id, ...attempt(scene, charge), ...(more ?? settlement(scene, charge)) };
}

const some = (scene: Scene, list: readonly Charge[]) => scene.roll.any(recent(list));

/** The same message again: a lost answer. */
const resent = (scene: Scene, verb: "settle" | "refund") =>
  scene.roll.any(recent(scene.log.filter((command) => command.verb === verb && command.attempt !== undefined)));

export const settling: Record<string, [weight: number, Make]> = {
  "settle:settled": [60, (scene) => settle(scene, some(scene, open(scene)))],
  "settle:refunded": [
    5,
    (scene) =>
      settle(
        scene,
        some(scene, open(scene)),
        scene.roll.pick<Partial<Of<"settle">>>([{ delivered: 0 }, { delivered: 0, reason: "cancelled" }]),
      ),
  ],
  "settle:again": [4, (scene) => resent(scene, "settle")],
  "settle:already_settled": [4, (scene) => settle(scene, some(scene, by("settled")(scene)), {})],
  "settle:already_refunded": [4, (scene) => settle(scene, some(scene, by("refunded")(scene)), {})],
  "settle:superseded": [
    3,
    (scene) => superseded(scene, open(scene), (id, one) => ({ verb: "settle", id, attempt: one })),
  ],
  "settle:error:unknown_charge": [1, () => ({ verb: "settle", id: "unheard-of" })],
  "settle:error:invalid_input": [
    2,
    (scene) =>
      settle(
        scene,
        some(scene, open(scene)),
        scene.roll.pick<Partial<Of<"settle">>>([{ delivered: 999 }, { usage: { paper: 1 } }]),
      ),
  ],
};

const refund = (scene: Scene, charge: Charge | null): Of<"refund"> | null =>
  charge === null
    ? null
    : { verb: "refund", id: charge.id, reason: scene.roll.pick(["cancelled", "failed"]), ...attempt(scene, charge) };

export const refunding: Record<string, [weight: number, Make]> = {
  "refund:refunded": [40, (scene) => refund(scene, some(scene, open(scene)))],
  "refund:again": [6, (scene) => resent(scene, "refund")],
  "refund:already_refunded": [6, (scene) => refund(scene, some(scene, by("refunded")(scene)))],
  "refund:already_settled": [6, (scene) => refund(scene, some(scene, by("settled")(scene)))],
  "refund:superseded": [
    5,
    (scene) => superseded(scene, open(scene), (id, one) => ({ verb: "refund", id, reason: "failed", attempt: one })),
  ],
  "refund:error:unknown_charge": [3, () => ({ verb: "refund", id: "unheard-of", reason: "failed" })],
};

const beat = (scene: Scene, id: string | null, more: Partial<Of<"heartbeat">> = {}): Of<"heartbeat"> | null => {
  if (id === null) return null;
  const leaseSeconds = scene.roll.pick([undefined, 10, 600, 86_400]);
  return { verb: "heartbeat", id, ...(leaseSeconds === undefined ? {} : { leaseSeconds }), ...more };
};

export const beating: Record<string, [weight: number, Make]> = {
  "heartbeat:open": [
    40,
    (scene) => beat(scene, anyId(scene, open(scene)), scene.roll.chance(50) ? { delivered: scene.roll(2) } : {}),
  ],
  "heartbeat:not_open": [6, (scene) => beat(scene, anyId(scene, ended(scene)))],
  "heartbeat:superseded": [6, (scene) => superseded(scene, open(scene), (id, attempt) => beat(scene, id, { attempt }))],
  "heartbeat:error:unknown_charge": [3, (scene) => beat(scene, "unheard-of")],
  "heartbeat:error:invalid_input": [3, (scene) => beat(scene, anyId(scene, open(scene)), { delivered: 5000 })],
};

const cancel = (id: string | null): Of<"cancel"> | null => (id === null ? null : { verb: "cancel", id });

export const cancelling: Record<string, [weight: number, Make]> = {
  "cancel:open": [10, (scene) => cancel(anyId(scene, open(scene)))],
  "cancel:not_open": [5, (scene) => cancel(anyId(scene, ended(scene)))],
  "cancel:error:unknown_charge": [2, () => cancel("unheard-of")],
};

const giveBack = (
  scene: Scene,
  charge: Charge | null,
  more: Partial<Of<"supportRefund">> = {},
): Of<"supportRefund"> | null => {
  if (charge === null) return null;
  const units = charge.settles === "unit" && scene.roll.chance(50) ? { quantity: 1 + scene.roll(2) } : {};
  const reissue = scene.roll.chance(20) ? { reissue: false } : {};
  return { verb: "supportRefund", id: scene.fresh("s"), charge: charge.id, ...signed, ...units, ...reissue, ...more };
};

const told = (scene: Scene) =>
  scene.roll.any(recent(scene.log.filter((command) => command.verb === "supportRefund"))) as Of<"supportRefund"> | null;

export const supporting: Record<string, [weight: number, Make]> = {
  "supportRefund:refunded": [40, (scene) => giveBack(scene, scene.roll.any(settled(scene)))],
  "supportRefund:refunded:replayed": [6, (scene) => told(scene)],
  "supportRefund:error:id_reused": [4, (scene) => altered(told(scene), { quantity: 77 })],
  "supportRefund:error:unknown_charge": [
    3,
    (scene) => ({ verb: "supportRefund", id: scene.fresh("s"), charge: "unheard-of", ...signed }),
  ],
  "supportRefund:error:not_settled": [
    4,
    (scene) =>
      giveBack(
        scene,
        some(
          scene,
          charges(scene).filter(({ end }) => end?.state !== "settled"),
        ),
      ),
  ],
  "supportRefund:error:exceeds_settled": [
    5,
    (scene) =>
      giveBack(
        scene,
        some(
          scene,
          settled(scene).filter(({ settles }) => settles === "unit"),
        ),
        { quantity: 500 },
      ),
  ],
  "supportRefund:error:invalid_input": [
    3,
    (scene) =>
      giveBack(
        scene,
        some(
          scene,
          settled(scene).filter(({ settles }) => settles !== "unit"),
        ),
        { quantity: 1 },
      ),
  ],
};
