import { own } from "../charge.ts";
import type { ChargeRow, GrantRow, State } from "../state.ts";
import { ownersCredits, when } from "./words.ts";

/** `Generate screen, mode deep-design`. */
export function featureName(state: State, { feature, mode }: ChargeRow): string {
  const name = own(state.catalog.features, feature)?.name ?? feature;
  return mode === "standard" ? name : `${name}, mode ${mode}`;
}

export function unitOf(state: State, { feature }: ChargeRow): string {
  return own(state.catalog.features, feature)?.unit ?? "unit";
}

/** `ada's monthly credits, which end on 10 April 2026, 12:00:00 UTC (grant monthly:…)`. */
export function describe(grant: GrantRow, now: number): string {
  const { expiresAt } = grant;
  const end =
    expiresAt === null ? "which never expire" : `which ${expiresAt > now ? "end" : "ended"} on ${when(expiresAt)}`;
  return `${ownersCredits(grant.source, grant.holder)}, ${end} (grant ${grant.id})`;
}
