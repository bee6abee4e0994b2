import type { ExampleCommand } from "../examples/steps.ts";
import type { Of, Scene } from "../scene.ts";
import { actor, beat, enough, everything, free, type Plot, screens, words } from "./plot.ts";

/** A charge, and what comes of it. */
const afterCharge = (
  metered: boolean,
  then: (charge: Of<"charge">, scene: Scene) => readonly ExampleCommand[][],
): Plot =>
  function* play(scene) {
    const member = actor(scene);
    if (member === null) return;
    yield beat(...enough(scene, member));
    const charge = metered ? words(scene, member, 20_000 + scene.roll(100_000)) : screens(scene, member);
    let present = yield beat(charge);
    for (const commands of then(charge, present)) present = yield beat(...commands);
  };

/** A worker crashes, another one takes its charge over, and then one of them is heard. */
const takenOver = (metered: boolean, then: (id: string, old: string, young: string) => ExampleCommand): Plot =>
  afterCharge(metered, (charge, scene) => {
    const young = scene.fresh("a");
    return [[{ ...charge, attempt: young, resume: true }], [then(charge.id, charge.attempt ?? "", young)]];
  });

const withoutSeat = (member: string): ExampleCommand => ({ verb: "memberPut", member, role: "guest-viewer" });
const extension = (id: string, output: number): Of<"extend"> => ({ verb: "extend", id, usage: { output } });

export const chargePlots: Record<string, Plot> = {
  "a removed member's refund": afterCharge(false, ({ id, member }, { roll }) => [
    [{ verb: "memberRemove", member }],
    [{ verb: "refund", id, reason: roll.pick(["cancelled", "failed"]) }],
  ]),
  "a resume after a crash, settled by the new attempt": takenOver(false, (id, _, attempt) => ({
    ...{ verb: "settle", id, delivered: 1, attempt },
  })),
  "settle:superseded": takenOver(false, (id, attempt) => ({ verb: "settle", id, attempt })),
  "refund:superseded": takenOver(false, (id, attempt) => ({ verb: "refund", id, reason: "failed", attempt })),
  "heartbeat:superseded": takenOver(false, (id, attempt) => ({ verb: "heartbeat", id, attempt })),
  "extend:superseded": takenOver(true, (id, attempt) => ({ ...extension(id, 900_000), attempt })),
  "a resume that comes late": afterCharge(false, (charge, { fresh }) => {
    const second = { ...charge, attempt: fresh("a"), resume: true };
    return [[second], [{ ...second, attempt: fresh("a") }], [second]];
  }),
  "a cancel that a heartbeat tells": afterCharge(false, ({ id }) => [
    [{ verb: "cancel", id }],
    [{ verb: "heartbeat", id, delivered: 1 }],
  ]),
  "cancel:open": afterCharge(false, ({ id }) => [
    [{ verb: "cancel", id }],
    [{ verb: "settle", id, delivered: 1, reason: "cancelled" }],
  ]),
  "extend:charged": afterCharge(true, ({ id }) => [[extension(id, 900_000)], [{ verb: "settle", id }]]),
  "extend:charged:replayed": afterCharge(true, ({ id }) => [
    [extension(id, 900_000)],
    [extension(id, 900_000)],
    [{ verb: "settle", id, usage: { output: 1_500_000 } }],
  ]),
  "a charge extended more than once": afterCharge(true, ({ id }, { roll }) => [
    [extension(id, 300_000)],
    [extension(id, 600_000), extension(id, 900_000)],
    [{ verb: "settle", id, usage: { output: roll(900_000) } }],
  ]),
  "usage beyond what was charged": afterCharge(true, ({ id }) => [
    [{ verb: "settle", id, usage: { output: 9_000_000 }, estimated: true }],
  ]),
  "extend:not_allowed:removed": afterCharge(true, ({ id, member }) => [
    [{ verb: "memberRemove", member }],
    [extension(id, 800_000)],
  ]),
  "extend:not_allowed:role": afterCharge(true, ({ id, member }) => [[withoutSeat(member)], [extension(id, 800_000)]]),
  "extend:cap_reached": afterCharge(true, ({ id, member }) => [
    [{ verb: "memberPut", member, role: "editor", cap: 10 }],
    [extension(id, 900_000)],
  ]),
  "extend:insufficient": afterCharge(true, ({ id }) => [[extension(id, 900_000_000)]]),
  "extend:error:invalid_input": afterCharge(true, ({ id }) => [[{ verb: "extend", id, usage: { paper: 1 } }]]),
  "extend:not_metered": afterCharge(false, ({ id }) => [[extension(id, 800_000)]]),
  "settle:error:invalid_input": afterCharge(false, ({ id }) => [[{ verb: "settle", id, delivered: 3 }]]),
  "heartbeat:error:invalid_input": afterCharge(false, ({ id }) => [[{ verb: "heartbeat", id, delivered: 3 }]]),
  "a lease kept to the end of its day": afterCharge(false, ({ id }) => [
    [{ verb: "heartbeat", id, leaseSeconds: 86_400 }],
  ]),
  "cap use that came back": afterCharge(false, ({ id, member, feature }, scene) => [
    [{ verb: "memberPut", member, role: "editor", cap: 2000 }],
    [{ verb: "settle", id, delivered: 1 }],
    [screens(scene, member, { feature, quantity: 60 })],
  ]),
  "a refusal, and then a charge under its id": function* play(scene) {
    const member = actor(scene);
    if (member === null) return;
    const refused = screens(scene, member, { quantity: 150 });
    const after = yield beat(...free(scene, member), refused);
    yield beat(...enough(after, member), refused);
  },
  "a free charge at balance 0": function* play(scene) {
    const member = actor(scene);
    if (member === null) return;
    const capless = yield beat(...free(scene, member), { verb: "sweep" });
    const all = everything(capless, member);
    const after = all === null ? capless : yield beat(all);
    yield beat(screens(after, member, { feature: "suggest-name" }));
  },
};
