import { cycleAt } from "../auditor/cycles.ts";
import { now, planNow, published } from "../auditor/model.ts";
import { day, present, type Scene } from "../scene.ts";
import { actor, another, beat, beatAt, later, type Plot, screens, subscribe } from "./plot.ts";

const hour = 3_600_000;
const somewhere = ["starter", "tiny", "pro", "business", "bare", "team", "club", "crew"];
const paid = ["pro", "business", "bare"];

/** Puts a change on the list, and is there when it is due: so late. */
const waitFor = (late: (scene: Scene) => number): Plot =>
  function* play(scene) {
    const { at, roll } = scene;
    const effective = later(at, 1 + roll(roll.chance(50) ? hour : 20 * day));
    const asked = yield beat(subscribe({ plan: another(scene, somewhere), effective }));
    const due = asked.story.pending?.at ?? null;
    if (due === null || due < asked.at) return;
    const member = actor(asked) ?? "nobody";
    const done = yield beatAt(due + late(asked), screens(asked, member), { verb: "sweep" });
    yield beat(screens(done, actor(done) ?? "nobody"));
  };

/** Goes to a paid plan, and on from there. */
const onPaid = (then: (scene: Scene) => ReturnType<Plot>): Plot =>
  function* play(scene) {
    const { paid: already } = planNow(scene.story);
    const ready = already ? scene : yield beat(subscribe({ plan: scene.roll.pick(paid), effective: "now" }));
    if (planNow(ready.story).paid) yield* then(ready);
  };

const somebody = (scene: Scene) => scene.roll.any(present(scene));

export const planPlots: Record<string, Plot> = {
  "a pending change due at this instant": waitFor(() => 0),
  "a pending change due unnoticed": waitFor(({ roll }) => 1 + roll(3 * day)),
  "months asleep": function* play(scene) {
    const { at, roll } = scene;
    const woken = yield beatAt(at + 63 * day + roll(300 * day), screens(scene, actor(scene) ?? "nobody"));
    yield beat(screens(woken, actor(woken) ?? "nobody"));
  },
  "a boundary clamped to a short month": function* play(scene) {
    const { at, roll } = scene;
    const date = new Date(at);
    // A month that is over and had 31 days: December, or one of the year before.
    const anchor = Date.UTC(date.getUTCFullYear() - 1, roll.pick([0, 2, 4, 6, 7, 9, 11]), 31, roll(24), roll(60));
    let on = yield beat(subscribe({ plan: another(scene, paid), effective: "now", anchor: new Date(anchor) }));
    for (let month = 0; month < 3; month++) {
      const { endsAt } = cycleAt(on.story, on.at);
      on = yield beatAt(endsAt + roll.pick([-1, 0, 1, day]), screens(on, actor(on) ?? "nobody"));
    }
  },
  "past due over a renewal, then paid": onPaid(function* play() {
    const late = yield beat(subscribe({ status: "past_due" }));
    const { endsAt } = cycleAt(late.story, late.at);
    const after = yield beatAt(endsAt + late.roll(2 * day), screens(late, actor(late) ?? "nobody"));
    const ready = yield beat(subscribe({ status: "active" }));
    yield beat(screens(ready, actor(after) ?? "nobody"));
  }),
  "a renewal in the days of grace": onPaid(function* play(scene) {
    if (published(scene.story).pastDueGraceDays === 0) return;
    const { endsAt } = cycleAt(scene.story, scene.at);
    const late = yield beatAt(Math.max(scene.at, endsAt - scene.roll(day)), subscribe({ status: "past_due" }));
    const renewed = yield beatAt(Math.max(late.at, endsAt + scene.roll(day)), screens(late, actor(late) ?? "nobody"));
    yield beat(...present(renewed).map((member) => screens(renewed, member)));
  }),
  "a plan that is not for sale any more": function* play(scene) {
    if (published(scene.story).plans.closed?.retired !== false) return;
    const on = yield beat(subscribe({ plan: "closed", effective: "now" }));
    yield beat(screens(on, actor(on) ?? "nobody"));
  },
  "a plan that the published version has dropped": function* play(scene) {
    if (published(scene.story).plans.vast === undefined) return;
    // At once, because a version that lacks it cannot be published while anybody is on it.
    const back = subscribe({ plan: another(scene, somewhere), effective: "now" });
    yield beat(subscribe({ plan: "vast", effective: "now" }), back);
  },
  "a change that waits beyond its cycle": function* play(scene) {
    const { endsAt } = cycleAt(scene.story, scene.at);
    const effective = later(endsAt, 1 + scene.roll(40 * day));
    yield beat(subscribe({ plan: another(scene, somewhere), effective }));
  },
  "a waiting change replaced": function* play(scene) {
    const effective = later(scene.at, day);
    const waits = yield beat(subscribe({ plan: another(scene, somewhere), effective }));
    const instead = another(
      scene,
      somewhere.filter((id) => id !== waits.story.pending?.plan),
    );
    yield beat(subscribe({ plan: instead, effective }));
  },
  "an invoice told again": onPaid(function* play(scene) {
    const newPeriod = scene.fresh("in_");
    yield beat(subscribe({ newPeriod }));
    yield beat(subscribe({ newPeriod }));
  }),
  "a rise that waited for its holder": onPaid(function* play(scene) {
    const rising = another(scene, ["pro", "business"]);
    yield beat(subscribe({ plan: "pro", effective: "now" }));
    const up = yield beatAt(scene.at + scene.roll(day), subscribe({ plan: "business", effective: "now" }));
    yield beatAt(up.at + scene.roll(day), subscribe({ plan: rising, effective: "now" }));
    yield beat(screens(up, actor(up) ?? "nobody"));
  }),
  "a role loop": function* play(scene) {
    const member = somebody(scene);
    if (member === null) return;
    for (const role of ["guest-viewer", "editor", "guest-viewer", "editor"]) {
      const next = yield beat({ verb: "memberPut", member, role });
      if (role === "editor") yield beat(screens(next, member));
    }
  },
  "a free month interrupted and resumed": function* play(scene) {
    if (now(scene.story).term.paid) return;
    yield beat(subscribe({ plan: scene.roll.pick(paid), effective: "now" }));
    const back = yield beatAt(scene.at + scene.roll(day), subscribe({ plan: "starter", effective: "now" }));
    yield beat(screens(back, actor(back) ?? "nobody"));
  },
  "a stretched cycle": onPaid(function* play(scene) {
    const { endsAt } = cycleAt(scene.story, scene.at);
    const anchored = yield beat(subscribe({ anchor: later(scene.at, scene.roll(20 * day)) }));
    yield beatAt(endsAt + scene.roll(day), screens(anchored, actor(anchored) ?? "nobody"));
  }),
};
