import type { Explanation } from "@ducat/client";
import { explainBalance } from "../../src/engine/explain/balance.ts";
import { explainCharge } from "../../src/engine/explain/charge.ts";
import type { SupportRefund } from "../../src/engine/explain/story.ts";
import type { MemoryLedger } from "./memory-ledger.ts";

/** The story of a charge from what is kept in memory: all entries of the workspace, and what support did about it. */
export function explainedCharge(ledger: MemoryLedger, id: string, at = 0): Explanation {
  const stored = ledger.stored();
  const supportRefunds: SupportRefund[] = [];
  for (const { kind, id: operation, actor, note, at: when, result } of stored?.operations.values() ?? []) {
    if (kind !== "support-refund" || result.charge !== id) continue;
    const given = result as Pick<SupportRefund, "seq" | "amount" | "restored" | "expired" | "reissued">;
    const again = [...(stored?.grants.values() ?? [])].find((grant) => grant.id.startsWith(`reissue:${operation}:`));
    supportRefunds.push({ ...given, id: operation, actor, note, at: when, reissuedUntil: again?.expiresAt ?? null });
  }
  // A table gives rows in any order.
  supportRefunds.reverse();
  return ledger.read(at, (state, now) => {
    const entries = [...ledger.entries(), ...state.entries];
    return structuredClone(explainCharge(state, id, { entries, supportRefunds }, now));
  });
}

export function explainedBalance(ledger: MemoryLedger, member: string | null, at = 0): Explanation {
  return ledger.read(at, (state, now) => structuredClone(explainBalance(state, member, now)));
}

/** An explanation with one text for each line: when it happened, the sentence, the facts. */
export function asTexts({ summary, lines }: Explanation): string[] {
  const facts = (list: Readonly<Record<string, unknown>>) =>
    Object.entries(list)
      .map(([name, value]) => `${name}=${typeof value === "string" ? value : JSON.stringify(value)}`)
      .join(" ");
  return [summary, ...lines.map((line) => `${line.at ?? "-"} | ${line.text} | ${facts(line.facts)}`)].map((text) =>
    text.replace(/(price version |catalogVersion=)\w+/g, "$1…").replaceAll("T00:00:00.000Z", ""),
  );
}
