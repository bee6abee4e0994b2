import { createAuditor } from "./auditor.ts";
import { type Player, type Problem, play } from "./play.ts";
import type { Event } from "./simulation.ts";
import type { Subject } from "./subject.ts";
import { type Version, versions } from "./versions.ts";

/** Plays one workspace's events by themselves in a workspace of another name. */
export async function replay(subject: Subject, workspace: string, events: readonly Event[]): Promise<Problem | null> {
  const auditor = createAuditor({ catalogs: versions, published: "base" });
  await subject.publish("base").catch(() => {});
  const player: Player = { workspace, clock: null, turns: 0 };
  try {
    for (const event of events) {
      if ("publish" in event) await publish(event.publish);
      else {
        const { problem } = await play({ subject, auditor }, [{ player, turn: event.turn }]);
        if (problem !== null) return problem;
      }
    }
    if (player.clock === null || auditor.story(workspace, player.clock) === null) return null;
    const { differences } = await subject.credits.verify({ workspaces: [workspace] });
    const lines = differences.map((one) => JSON.stringify(one));
    const facts = { workspace, at: 0, asked: "verify", engine: null, auditor: null };
    return lines.length === 0 ? null : { ...facts, differences: lines };
  } finally {
    await subject.credits.workspaces.archive({ workspace }).catch(() => {});
  }

  /** What a version drops may be in use where it was not in the whole world, and the other way round. */
  async function publish(version: Version): Promise<void> {
    const published = await subject.publish(version).then(
      () => true,
      () => false,
    );
    if (published) auditor.publish(version);
  }
}

/** The shortest list of events that still leads to a problem, found by leaving out halves, quarters, … and single ones. */
export async function minimise(
  subject: Subject,
  events: readonly Event[],
  options: { deadline: number; now(): number },
): Promise<{ events: Event[]; problem: Problem | null }> {
  let tries = 0;
  let kind: string | null = null;
  const fails = async (list: readonly Event[]) => {
    tries += 1;
    const found = await replay(subject, `minimised-${Math.round(options.now())}-${tries}`, list);
    kind ??= found && kindOf(found);
    return found !== null && kindOf(found) === kind ? found : null;
  };
  let problem = await fails(events);
  if (problem === null) return { events: [...events], problem: null };
  let best = await shrink([...events]);
  // Then the commands that came together.
  const single = best.flatMap(apart);
  const split = await fails(single);
  if (split !== null) best = await shrink(single);
  best = await thin(best);
  return { events: best, problem };

  async function shrink(list: Event[]): Promise<Event[]> {
    let kept = list;
    for (let size = Math.ceil(kept.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
      // A workspace must have been made before anything else can be said of it.
      for (let i = born(kept) + 1; i < kept.length && options.now() < options.deadline; ) {
        const without = [...kept.slice(0, i), ...kept.slice(i + size)];
        const found = await fails(without);
        if (found === null) i += size;
        else {
          kept = without;
          problem = found;
        }
      }
    }
    return kept;
  }

  /** Leaves single commands out of what has to come together. */
  async function thin(list: readonly Event[]): Promise<Event[]> {
    const kept = [...list];
    for (const [i, event] of list.entries()) {
      if (!("turn" in event)) continue;
      let { turn } = event;
      for (const command of turn.commands.filter(({ verb }) => verb !== "workspacePut")) {
        if (options.now() >= options.deadline) return kept;
        const less = { ...turn, commands: turn.commands.filter((one) => one !== command) };
        const found = await fails(kept.with(i, { turn: less }));
        if (found === null) continue;
        problem = found;
        turn = less;
        kept[i] = { turn };
      }
    }
    return kept;
  }
}

/** What makes two problems the same: the kind of command and what of its answer differs, or the kind of view. */
function kindOf({ asked, differences }: Problem): string {
  if (typeof asked === "string") return asked.split(" ")[0] as string;
  return `${(asked as { verb: string }).verb} ${differences[0]?.split(/[.:]/)[0]}`;
}

const born = (events: readonly Event[]) => events.findIndex((event) => "turn" in event);

/** A turn of many commands as many turns of one. */
function apart(event: Event): Event[] {
  if ("publish" in event || event.turn.commands.length < 2) return [event];
  const { at, unnoticed, commands } = event.turn;
  return commands.map((command) => ({ turn: { at, unnoticed, commands: [command] } }));
}
