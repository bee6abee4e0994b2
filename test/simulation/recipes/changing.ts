import { cycleAt } from "../auditor/cycles.ts";
import { now, published } from "../auditor/model.ts";
import type { Make, Of, Scene } from "../scene.ts";
import { day, iso, people, present, removed } from "../scene.ts";
import { metered } from "./charging.ts";

export const names = ["olga", "anna", "bob", "gina", "vera", "carl", "dora", "x:y"];

const role = (scene: Scene): string => {
  const known = Object.keys(published(scene.story).roles);
  return scene.roll.pick(["owner", "editor", "editor", "guest-editor", "viewer", "treasurer", ...known]);
};

const put = (scene: Scene, member: string | null, more: Partial<Of<"memberPut">> = {}): Of<"memberPut"> | null => {
  if (member === null) return null;
  const same = now(scene.story).members.get(member)?.role;
  const cap = scene.roll.chance(35) ? { cap: scene.roll.pick([null, 0, 60, 200, 1000]) } : {};
  return { verb: "memberPut", member, role: same ?? role(scene), ...cap, ...more };
};

export const putting: Record<string, [weight: number, Make]> = {
  "memberPut:changed": [20, (scene) => put(scene, scene.roll.any(present(scene)), { role: role(scene) })],
  "memberPut:a cap": [
    8,
    (scene) => put(scene, scene.roll.any(present(scene)), { cap: scene.roll.pick([60, 200, 500, 1000]) }),
  ],
  "memberPut:no cap": [6, (scene) => put(scene, scene.roll.any(present(scene)), { cap: null })],
  "memberPut:added": [10, (scene) => put(scene, scene.roll.pick(names))],
  "memberPut:back": [12, (scene) => put(scene, scene.roll.any(removed(scene)))],
  "memberPut:no seat while usage is counted": [
    8,
    (scene) => put(scene, scene.roll.any(metered(scene))?.member ?? null, { role: "guest-viewer" }),
  ],
  "memberPut:unchanged": [
    5,
    (scene) => {
      const member = scene.roll.any(present(scene));
      return member === null
        ? null
        : { verb: "memberPut", member, role: now(scene.story).members.get(member)?.role ?? "" };
    },
  ],
  "memberPut:error:invalid_input": [
    4,
    (scene) => put(scene, "anna", scene.roll.pick([{ role: "captain" }, { cap: -1 }, { member: "workspace" }])),
  ],
};

export const removing: Record<string, [weight: number, Make]> = {
  "memberRemove:removed": [
    20,
    (scene) => {
      const member = scene.roll.any(present(scene));
      return member === null
        ? null
        : { verb: "memberRemove", member, ...(scene.roll.chance(20) ? { erase: true } : {}) };
    },
  ],
  "memberRemove:while usage is counted": [
    10,
    (scene) => {
      const member = scene.roll.any(metered(scene))?.member ?? null;
      return member === null ? null : { verb: "memberRemove", member };
    },
  ],
  "memberRemove:removed already": [
    3,
    (scene) => {
      const member = scene.roll.any(removed(scene));
      return member === null ? null : { verb: "memberRemove", member };
    },
  ],
  "memberRemove:error:unknown_member": [3, () => ({ verb: "memberRemove", member: "nobody" })],
};

export const syncing: Record<string, [weight: number, Make]> = {
  "membersSync:ok": [
    20,
    (scene) => {
      const list = names.filter(() => scene.roll.chance(70));
      const members = list.map((id) => {
        const same = now(scene.story).members.get(id)?.role;
        return { id, role: same === undefined || scene.roll.chance(15) ? role(scene) : same };
      });
      return { verb: "membersSync", members };
    },
  ],
  "membersSync:unchanged": [
    4,
    (scene) => ({
      verb: "membersSync",
      members: people(scene).flatMap(([id, one]) => (one.removedAt === null ? [{ id, role: one.role }] : [])),
    }),
  ],
  "membersSync:error:invalid_input": [
    3,
    (scene) => ({
      verb: "membersSync",
      members: scene.roll.pick([
        [{ id: "anna", role: "captain" }],
        [
          { id: "anna", role: "editor" },
          { id: "anna", role: "editor" },
        ],
      ]),
    }),
  ],
};

const instant = (scene: Scene): string => {
  const { at, roll, story } = scene;
  const { startsAt, endsAt } = cycleAt(story, at);
  return iso(
    roll.pick([at, at - roll(60 * day), at + 1 + roll(50 * day), endsAt, startsAt, endsAt + 1, story.createdAt]),
  );
};

const anchor = (scene: Scene) => (scene.roll.chance(30) ? { anchor: instant(scene) } : {});
const plans = ({ story }: Scene) => Object.keys(published(story).plans);
const paidPlans = (scene: Scene) => plans(scene).filter((id) => published(scene.story).plans[id]?.paid === true);

const effective = (scene: Scene) => {
  const { roll } = scene;
  if (roll.chance(35)) return {};
  return { effective: roll.chance(50) ? ("now" as const) : roll.chance(50) ? ("period_end" as const) : instant(scene) };
};

const update = (fields: Omit<Of<"subscription">, "verb">): Of<"subscription"> => ({ verb: "subscription", ...fields });

export const subscribing: Record<string, [weight: number, Make]> = {
  "subscription:a plan": [
    20,
    (scene) => update({ plan: scene.roll.pick(plans(scene)), ...effective(scene), ...anchor(scene) }),
  ],
  "subscription:a paid plan": [
    12,
    (scene) =>
      update({
        plan: scene.roll.pick([...paidPlans(scene), "pro", "business", "team"]),
        ...anchor(scene),
        ...(scene.roll.chance(30) ? { newPeriod: scene.fresh("in_") } : {}),
        ...(scene.roll.chance(30) ? { periodEndsAt: iso(scene.at + scene.roll(200 * day)) } : {}),
      }),
  ],
  "subscription:up and down": [
    10,
    (scene) => update({ plan: scene.roll.pick(["pro", "business", "bare", "endless", "team"]), effective: "now" }),
  ],
  "subscription:the present plan": [3, ({ story }) => update({ plan: now(story).term.plan })],
  "subscription:status": [
    10,
    (scene) => update({ status: scene.roll.pick(["active", "active", "past_due", "past_due", "trialing"]) }),
  ],
  "subscription:while requests are open": [
    5,
    (scene) => {
      const asked = [...scene.story.requests.values()].some(({ state }) => state === "open");
      if (!asked) return null;
      return update(scene.roll.pick([{ plan: "starter", effective: "now" as const }, { status: "past_due" as const }]));
    },
  ],
  "subscription:ended": [3, () => update({ status: "ended" })],
  "subscription:anchor": [6, (scene) => update({ anchor: instant(scene) })],
  "subscription:new period": [
    6,
    (scene) => {
      const seen = [...scene.story.seen.keys()]
        .filter((key) => key.startsWith("newPeriod:"))
        .map((key) => key.slice(10));
      const id = scene.roll.chance(40) ? scene.roll.any(seen) : null;
      return update({ newPeriod: id ?? scene.fresh("in_"), ...anchor(scene) });
    },
  ],
  "subscription:period end": [3, (scene) => update({ periodEndsAt: scene.roll.chance(70) ? instant(scene) : null })],
  "subscription:everything at once": [
    4,
    (scene) =>
      update({
        plan: scene.roll.pick(plans(scene)),
        status: scene.roll.pick(["active", "trialing", "past_due"]),
        ...effective(scene),
        ...anchor(scene),
        newPeriod: scene.fresh("in_"),
      }),
  ],
  "subscription:error:unknown_plan": [2, () => update({ plan: "galaxy" })],
  "subscription:error:invalid_input": [
    2,
    (scene) => update(scene.roll.pick([{ plan: "pro", status: "ended" as const }, { anchor: "soon" }])),
  ],
};

export const keeping: Record<string, [weight: number, Make]> = {
  "workspacePut:updated": [
    10,
    (scene) => ({ verb: "workspacePut", ...(scene.roll.chance(60) ? { name: scene.fresh("n") } : {}) }),
  ],
  "workspacePut:error:use_subscription": [
    3,
    ({ story }) => ({ verb: "workspacePut", plan: story.creationPlan === "pro" ? "business" : "pro" }),
  ],
  "workspacePut:error:invalid_input": [
    2,
    (scene) => ({ verb: "workspacePut", ...scene.roll.pick([{ testClock: "soon" }, { createdAt: "then" }]) }),
  ],
  "workspacePut:error:immutable": [
    3,
    (scene) => ({
      verb: "workspacePut",
      ...scene.roll.pick([{ createdAt: "2001-01-01T00:00:00Z" }, { testClock: "2001-01-01T00:00:00Z" }]),
    }),
  ],
};

export const sweeping: Record<string, [weight: number, Make]> = { "sweep:ok": [1, () => ({ verb: "sweep" })] };

export const clocking: Record<string, [weight: number, Make]> = {
  "advanceClock:ok": [12, ({ at, roll }) => ({ verb: "advanceClock", now: iso(at + roll.pick([0, 1, 1000, day])) })],
  "advanceClock:error:clock_backwards": [3, ({ at, roll }) => ({ verb: "advanceClock", now: iso(at - 1 - roll(day)) })],
};
