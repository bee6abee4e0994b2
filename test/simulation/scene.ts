import type { Charge, Member, Story, Command as WholeCommand } from "./auditor/model.ts";
import { now, published } from "./auditor/model.ts";
import { seatNow } from "./auditor/monthly.ts";
import type { Dice } from "./dice.ts";
import type { ExampleCommand } from "./examples/steps.ts";

/** What is known of one workspace when the next command is made up. */
export interface Scene {
  story: Readonly<Story>;
  at: number;
  roll: Dice;
  /** The commands that were sent before, the last one last. */
  log: readonly ExampleCommand[];
  /** An id that nobody has used. */
  fresh(prefix: string): string;
}

/** A command that aims at one outcome; `null` where this workspace offers no occasion for it. */
export type Make = (scene: Scene) => ExampleCommand | null;

export type Of<V extends WholeCommand["verb"]> = Extract<ExampleCommand, { verb: V }>;

export const day = 86_400_000;
export const iso = (at: number) => new Date(at).toISOString();
export const signed = { actor: "operator", note: "simulated" } as const;

type People = [id: string, member: Member][];

export const people = ({ story }: Scene): People => [...now(story).members];
const idsOf = (list: People) => list.map(([id]) => id);
const roleOf = ({ story }: Scene, member: Member) => published(story).roles[member.role];

export const present = (scene: Scene) => idsOf(people(scene).filter(([, { removedAt }]) => removedAt === null));
export const removed = (scene: Scene) => idsOf(people(scene).filter(([, { removedAt }]) => removedAt !== null));
export const seated = (scene: Scene) => idsOf(people(scene).filter(([id]) => seatNow(scene.story, id) !== null));
export const unseated = (scene: Scene) => present(scene).filter((id) => seatNow(scene.story, id) === null);

export const buyers = (scene: Scene) =>
  idsOf(people(scene).filter(([, one]) => one.removedAt === null && roleOf(scene, one)?.buys === true));
export const others = (scene: Scene) =>
  idsOf(people(scene).filter(([, one]) => one.removedAt === null && roleOf(scene, one)?.buys !== true));

export const charges = ({ story }: Scene): Charge[] => [...story.charges.values()];
export const open = (scene: Scene) => charges(scene).filter(({ end }) => end === null);
export const settled = (scene: Scene) => charges(scene).filter(({ end }) => end?.state === "settled");
export const ended = (scene: Scene) => charges(scene).filter(({ end }) => end !== null);

/** The most recent ones, which are what anybody still talks about. */
export const recent = <T>(list: readonly T[], count = 12): readonly T[] => list.slice(-count);

export function anyId(scene: Scene, list: readonly { id: string }[]): string | null {
  return scene.roll.any(recent(list))?.id ?? null;
}

/** The command that made what has this id. */
export function original<V extends WholeCommand["verb"]>(scene: Scene, verb: V, id: string): Of<V> | null {
  const found = scene.log.find((command) => command.verb === verb && "id" in command && command.id === id);
  return (found as Of<V> | undefined) ?? null;
}

/** A command with some fields changed. */
export function altered<C extends ExampleCommand>(command: C | null, fields: Partial<C>): C | null {
  return command === null ? null : { ...command, ...fields };
}
