import { spendable, total } from "../auditor/ledger.ts";
import { now, planNow, published } from "../auditor/model.ts";
import type { ExampleCommand } from "../examples/steps.ts";
import type { Of, Scene } from "../scene.ts";
import { iso, seated, signed } from "../scene.ts";

/** One turn of a plot: at which instant (the present one unless it says otherwise), and what is sent then. */
export interface Beat {
  at?: number;
  /** True when nobody does anything about what comes due until then. */
  unnoticed?: boolean;
  commands: ExampleCommand[];
}

/**
 * A short story that leads to a situation which chance alone hardly ever brings about. It sees what has become of the
 * workspace after each beat, for other things happen in between, and gives up where there is no occasion for it.
 */
export type Plot = (scene: Scene) => Generator<Beat, void, Scene>;

export const beat = (...commands: ExampleCommand[]): Beat => ({ commands });
export const beatAt = (at: number, ...commands: ExampleCommand[]): Beat => ({ at, unnoticed: true, commands });

/** Somebody with a seat; plots without anybody to act in them are not played. */
export const actor = (scene: Scene) => scene.roll.any(seated(scene));

/** What makes sure that somebody can pay, whatever else they have or may. */
export const enough = (scene: Scene, member: string, amount = 5000): ExampleCommand[] => [
  { verb: "grant", id: scene.fresh("p"), member, amount, ...signed },
  ...free(scene, member),
];

/** Takes a cap away. */
export function free({ story }: Scene, member: string): ExampleCommand[] {
  const { role, cap } = now(story).members.get(member) ?? { role: "", cap: null };
  return cap === null ? [] : [{ verb: "memberPut", member, role, cap: null }];
}

const kept = { leaseSeconds: 86_400 } as const;

export const screens = (scene: Scene, member: string, more: Partial<Of<"charge">> = {}): Of<"charge"> => ({
  ...{ verb: "charge", id: scene.fresh("c"), member, feature: "generate-screen", quantity: 2, ...kept },
  ...{ attempt: scene.fresh("a"), ...more },
});

export const words = (scene: Scene, member: string, output: number): Of<"charge"> => ({
  ...{ verb: "charge", id: scene.fresh("c"), member, feature: "assistant", usage: { output }, ...kept },
  attempt: scene.fresh("a"),
});

/** A charge of all that somebody may spend, to the last credit; `null` where there is nothing, or no limit. */
export function everything(scene: Scene, member: string): Of<"charge"> | null {
  const there = total(spendable(scene.story, member, scene.at));
  const rate = published(scene.story).features.assistant?.modes.standard?.perMillion?.output ?? 0;
  if (there === 0 || there > 10_000_000 || rate === 0) return null;
  return words(scene, member, Math.floor((there * 1_000_000) / rate));
}

/** A paid plan that takes top-ups, so that somebody may buy; nothing is sent where it is one already. */
export function trade({ story, roll }: Scene): ExampleCommand[] {
  const { term } = now(story);
  const plan = planNow(story);
  if (plan.paid && plan.topUps && term.status !== "past_due") return [];
  return [{ verb: "subscription", plan: roll.pick(["pro", "business", "bare"]), effective: "now", status: "active" }];
}

export const bought = (scene: Scene, recipient: string, more: Partial<Of<"topUp">> = {}): Of<"topUp"> => ({
  ...{ verb: "topUp", id: scene.fresh("o"), pack: "small", recipients: [recipient], paid: true, ...more },
});

/** A plan that this workspace is not on. */
export function another({ story, roll }: Scene, plans: readonly string[]): string {
  const others = plans.filter((id) => id !== now(story).term.plan && published(story).plans[id] !== undefined);
  return roll.any(others) ?? "starter";
}

export const subscribe = (fields: Omit<Of<"subscription">, "verb">): Of<"subscription"> => ({
  verb: "subscription",
  ...fields,
});

export const later = (at: number, ms: number) => iso(at + ms);
