import type { ChargeReason, Explanation, GrantSource } from "@ducat/client";
import { instantOrNull } from "../answer.ts";
import { POOL } from "../state.ts";

export type Line = Explanation["lines"][number];

/** A sentence, when it happened, and the numbers in it. */
export function line(at: number | null, text: string, facts: Record<string, unknown> = {}): Line {
  return { at: instantOrNull(at), text, facts };
}

/** `1234567` as `1,234,567`, everywhere the same, whatever the machine's language. */
export function number(value: number): string {
  return String(value).replace(/\B(?=(\d{3})+$)/g, ",");
}

export function credits(value: number): string {
  return `${number(value)} ${value === 1 ? "credit" : "credits"}`;
}

/** `3 credits were`, `1 credit was`. */
export function creditsWere(value: number): string {
  return `${credits(value)} ${value === 1 ? "was" : "were"}`;
}

/** `3 credits are`, `1 credit is`. */
export function creditsAre(value: number): string {
  return `${credits(value)} ${value === 1 ? "is" : "are"}`;
}

/** `3 screens`, `1 request`. */
export function units(count: number, unit: string): string {
  return `${number(count)} ${count === 1 ? unit : plural(unit)}`;
}

function plural(unit: string): string {
  if (/[^aeiou]y$/.test(unit)) return `${unit.slice(0, -1)}ies`;
  return /(s|x|ch|sh)$/.test(unit) ? `${unit}es` : `${unit}s`;
}

const months = [
  "January",
  "February",
  "March",
  "April",
  "May",
  "June",
  "July",
  "August",
  "September",
  "October",
  "November",
  "December",
];

/** `10 March 2026, 18:00:05 UTC`: an instant that a reader anywhere can place. */
export function when(ms: number): string {
  const date = new Date(ms);
  const day = `${date.getUTCDate()} ${months[date.getUTCMonth()]} ${date.getUTCFullYear()}`;
  return `${day}, ${date.toISOString().slice(11, 19)} UTC`;
}

export function owner(holder: string): string {
  return holder === POOL ? "the workspace's pool" : holder;
}

export function ownersCredits(source: GrantSource, holder: string): string {
  const kinds = { monthly: "monthly", promo: "promotional", "top-up": "bought" } as const;
  return holder === POOL ? `the pool's ${kinds[source]} credits` : `${holder}'s ${kinds[source]} credits`;
}

/** `a`, `a and b`, `a, b and c`. */
export function list(parts: readonly string[]): string {
  if (parts.length < 2) return parts.join("");
  return `${parts.slice(0, -1).join(", ")} and ${parts.at(-1)}`;
}

export function because(reason: ChargeReason | null): string {
  if (reason === "cancelled") return "it was cancelled";
  if (reason === "failed") return "the work failed";
  return reason === "timed_out" ? "nothing was heard of the work before its lease ended" : "nothing was delivered";
}

/** `input 1,200,000 and output 300`. */
export function meters(usage: Readonly<Record<string, number>>): string {
  const parts = Object.entries(usage).map(([meter, count]) => `${meter} ${number(count)}`);
  return parts.length === 0 ? "no usage" : list(parts);
}
