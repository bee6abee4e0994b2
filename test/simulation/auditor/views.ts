import { capUse, viewCharge } from "./charges.ts";
import { cycleKey } from "./cycles.ts";
import { columnsOf, debtOf, isFrozen } from "./ledger.ts";
import type { Grant, Story } from "./model.ts";
import { now, pool } from "./model.ts";
import { endOf, levelNow, monthlyGrants, seatNow } from "./monthly.ts";
import { remediesOf, renewal } from "./remedies.ts";
import { find, iso, pick, sum } from "./rules.ts";
import { viewWorkspace } from "./terms.ts";

const shown = ["amount", "available", "held", "spent", "expired", "revoked"] as const;

function rowOf(story: Story, grant: Grant, at: number) {
  const { id, holder, source, order: purchase } = grant;
  const end = endOf(story, grant);
  const dates = { at: iso(grant.at), expiresAt: end && iso(end), frozen: isFrozen(story, grant) };
  return { id, holder, source, purchase, ...pick(columnsOf(story, grant, at), ...shown), ...dates };
}
type Row = ReturnType<typeof rowOf>;
/** The sum of one column, of those rows of a holder that pass a test. */
const add = (rows: readonly Row[], holder: string, column: (typeof shown)[number], test = (_: Row) => true) =>
  sum(rows.map((row) => (row.holder === holder && test(row) ? row[column] : 0)));

function debtsOf(story: Story, who: string, at: number): number {
  const bought = story.grants.filter(({ holder, source }) => holder === who && source === "top-up");
  return sum(bought.map((grant) => debtOf(story, grant, columnsOf(story, grant, at))));
}

/** One holder's part of a balance. `may` is false for those who may spend nothing: 0 for them (http-api, balance). */
function partOf(story: Story, rows: readonly Row[], holder: string, may: boolean, at: number) {
  const spendable = (...sources: Row["source"][]) =>
    add(rows, holder, "available", ({ source, frozen }) => may && !frozen && sources.includes(source));
  const isOfCycle = ({ id }: Row) => id.startsWith(`monthly:${holder}:${cycleKey(story, at)}:`);
  const isFrozenTopUp = ({ source, frozen }: Row) => frozen && source === "top-up";
  const renews = renewal(story, holder, at);
  const isUnlimited = levelNow(story, holder, at) === "unlimited";
  return {
    available: spendable("monthly", "promo", "top-up"),
    held: add(rows, holder, "held"),
    monthly: {
      allowance: isUnlimited ? null : monthlyGrants(story, holder, at).mark,
      available: spendable("monthly"),
      used: add(rows, holder, "held", isOfCycle) + add(rows, holder, "spent", isOfCycle),
      renewsAt: renews && iso(renews),
    },
    promo: { available: spendable("promo") },
    topUp: { available: spendable("top-up"), frozen: add(rows, holder, "available", isFrozenTopUp) },
  };
}

/** Adds up all numbers, of which none is as good as any; words are as the first says them. */
function plus<T extends object>(a: T, b: T): T {
  const sums = Object.entries(a).map(([key, mine]) => {
    const theirs = b[key as keyof T];
    if (typeof mine === "number") return [key, theirs === null ? null : mine + Number(theirs)];
    return [key, mine === null || typeof mine === "string" ? mine : plus(mine, theirs as object)];
  });
  return Object.fromEntries(sums);
}

/** All views of a workspace at an instant, worked out as they are asked for. */
export function viewsOf(story: Story, at: number) {
  const members = [...now(story).members.keys()];
  // Every grant, also those that are used up or over.
  const grants = () => story.grants.map((grant) => rowOf(story, grant, at));
  return {
    members,
    grants,
    payer: (charge: string) => story.charges.get(charge)?.member ?? null,
    workspace: () => viewWorkspace(story, at),
    charge: (id: string) => viewCharge(story, find(story.charges, id, "unknown_charge")),
    balance(who: string) {
      const rows = grants();
      const may = who === pool || seatNow(story, who) !== null;
      const own = partOf(story, rows, who, may, at);
      const shared = who === pool ? null : partOf(story, rows, pool, may, at);
      const limit = now(story).members.get(who)?.cap ?? null;
      return {
        ...(shared === null ? own : plus(own, shared)),
        unlimited: may && [who, pool].some((holder) => levelNow(story, holder, at) === "unlimited"),
        pool: shared,
        debt: debtsOf(story, who, at),
        cap: limit === null ? null : { limit, used: capUse(story, who, at) },
        remedies: remediesOf(story, who, at),
        grants: rows.filter((row) => [who, pool].includes(row.holder) && row.available + row.held > 0),
      };
    },
    /**
     * The sums of each holder's columns. A monthly grant that has expired untouched is left out: whether it was made at
     * all depends on who happened to touch it, and changes nothing for anybody (3.5).
     */
    totals() {
      const counted = grants().filter(({ source, expired, amount }) => source !== "monthly" || expired < amount);
      const sums = (who: string) => Object.fromEntries(shown.map((column) => [column, add(counted, who, column)]));
      return new Map([pool, ...members].map((who) => [who, { ...sums(who), debt: debtsOf(story, who, at) }]));
    },
  };
}
