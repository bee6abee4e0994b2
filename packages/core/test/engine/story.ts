import type { Catalog } from "@ducat/client";
import { defaultCatalogInput } from "../../src/catalog/default-catalog.ts";
import { defineCatalog } from "../../src/catalog/define-catalog.ts";
import type { Command } from "../../src/engine/command.ts";
import { toCommand } from "../../src/inputs/index.ts";
import { memoryLedger } from "./memory-ledger.ts";

/** The default catalog, and what it has no example of. */
export const wideCatalog = defineCatalog({
  ...defaultCatalogInput,
  features: {
    ...defaultCatalogInput.features,
    free: { name: "Free", unit: "look", settles: "unit", modes: { standard: 0 } },
    assistant: {
      name: "Assistant",
      settles: "metered",
      unit: "request",
      modes: { standard: { perMillion: { input: 250, output: 1000 } } },
    },
  },
  plans: {
    ...defaultCatalogInput.plans,
    team: {
      name: "Team",
      paid: true,
      anchor: "subscription",
      holder: "workspace",
      allowance: { editor: 1000, guest: 200 },
    },
    bare: { name: "Bare", paid: true, anchor: "subscription", holder: "member", allowance: { editor: 0, guest: 0 } },
  },
});

export type Verb = keyof typeof toCommand;

let attempts = 0;
const newAttempt = () => `attempt-${++attempts}`;

/** The command of an input, as every verb makes it. */
export function commandOf(verb: Verb, input: Record<string, unknown>): Command {
  const whole = { workspace: "acme", ...input };
  if (verb === "charge" || verb === "settle" || verb === "refund") return toCommand[verb](whole, newAttempt);
  return toCommand[verb](whole);
}

export const ms = (at: string): number => Date.parse(at.includes("T") ? at : `${at}T00:00:00Z`);

/** The workspace `acme` on a test clock, told one thing after another. */
export function story(options: { catalog?: Catalog; at: string; plan?: string; members?: Record<string, string> }) {
  const ledger = memoryLedger(options.catalog ?? wideCatalog);

  // biome-ignore lint/suspicious/noExplicitAny: each test knows the answer of the verb it calls
  function tell(verb: Verb, input: Record<string, unknown> = {}): any {
    const { answer, error } = ledger.tell(0, commandOf(verb, input));
    if (error !== undefined) throw error;
    return answer;
  }

  tell("workspacePut", { testClock: options.at, ...(options.plan === undefined ? {} : { plan: options.plan }) });
  for (const [member, role] of Object.entries(options.members ?? {})) tell("memberPut", { member, role });
  return {
    ledger,
    tell,
    /** Moves the clock. */
    at: (at: string) => tell("advanceClock", { now: at }),
    sweep: () => ledger.tell(0, { verb: "sweep", workspace: "acme" }),
    balance: (member: string | null) => ledger.balance(0, member),
    screens: (id: string, member: string, quantity: number, more: Record<string, unknown> = {}) =>
      tell("charge", { id, member, feature: "generate-screen", quantity, ...more }),
    promo: (id: string, amount: number, more: Record<string, unknown> = {}) =>
      tell("grant", { id, amount, actor: "eve", note: "hello", ...more }),
    buy: (id: string, recipients: string[]) => tell("topUp", { id, pack: "small", recipients, paid: true }),
  };
}
