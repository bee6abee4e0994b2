import { capUse, viewCharge } from "./charges.ts";
import { cycleAt } from "./cycles.ts";
import { columnsOf, debtOf, isFrozen } from "./ledger.ts";
import type { Charge, Story } from "./model.ts";
import { iso, now, pool, sum } from "./model.ts";
import { endOf, levelNow, monthlyGrants, seatNow } from "./monthly.ts";
import { remediesOf, renewal } from "./remedies.ts";
import { viewWorkspace } from "./terms.ts";

/** Every grant with its columns, also those that are used up or over. */
function grantsOf(story: Story, at: number) {
  return story.grants.map((grant) => {
    const { amount, available, held, spent, expired, revoked } = columnsOf(story, grant, at);
    const end = endOf(story, grant);
    return {
      ...{ id: grant.id, holder: grant.holder, source: grant.source, at: iso(grant.at), purchase: grant.order },
      ...{ amount, available, held, spent, expired, revoked, frozen: isFrozen(story, grant) },
      expiresAt: end && iso(end),
    };
  });
}
type Row = ReturnType<typeof grantsOf>[number];
const add = (rows: readonly Row[], column: "amount" | "available" | "held" | "spent" | "expired" | "revoked") =>
  sum(rows.map((row) => row[column]));

/** One holder's part of a balance. `may` is false for those who may spend nothing: 0 for them (http-api, balance). */
function partOf(story: Story, rows: readonly Row[], holder: string, may: boolean, at: number) {
  const own = rows.filter((row) => row.holder === holder);
  const of = (source: Row["source"]) => own.filter((row) => row.source === source);
  const spendable = (list: readonly Row[]) =>
    may
      ? add(
          list.filter(({ frozen }) => !frozen),
          "available",
        )
      : 0;
  const cycle = `monthly:${holder}:${now(story).term.epoch}:${cycleAt(story, at).startsAt}:`;
  const used = of("monthly").filter(({ id }) => id.startsWith(cycle));
  const renews = renewal(story, holder, at);
  const { mark } = monthlyGrants(story, holder, at);
  return {
    available: spendable(own),
    held: add(own, "held"),
    monthly: {
      allowance: levelNow(story, holder, at) === "unlimited" ? null : mark,
      available: spendable(of("monthly")),
      used: add(used, "held") + add(used, "spent"),
      renewsAt: renews && iso(renews),
    },
    promo: { available: spendable(of("promo")) },
    topUp: {
      available: spendable(of("top-up")),
      frozen: add(
        of("top-up").filter(({ frozen }) => frozen),
        "available",
      ),
    },
  };
}

/** Adds what is a number up; no number and no limit is more than any. What is said in words is as the first says it. */
function plus<T extends object>(a: T, b: T): T {
  const sums = Object.entries(a).map(([key, mine]) => {
    const theirs = b[key as keyof T];
    if (typeof mine !== "number") return [key, mine !== null && typeof mine === "object" ? plus(mine, theirs) : mine];
    return [key, theirs === null ? null : mine + Number(theirs)];
  });
  return Object.fromEntries(sums);
}

function balanceOf(story: Story, who: string, at: number) {
  const rows = grantsOf(story, at);
  const may = who === pool || seatNow(story, who) !== null;
  const own = partOf(story, rows, who, may, at);
  const shared = who === pool ? null : partOf(story, rows, pool, may, at);
  const limit = now(story).members.get(who)?.cap ?? null;
  const holders = [who, pool];
  return {
    ...(shared === null ? own : plus(own, shared)),
    unlimited: may && holders.some((holder) => levelNow(story, holder, at) === "unlimited"),
    pool: shared,
    debt: totalsOf(story, who, at).debt,
    cap: limit === null ? null : { limit, used: capUse(story, who, at) },
    remedies: remediesOf(story, who, at),
    grants: rows.filter(({ holder, available, held }) => holders.includes(holder) && available + held > 0),
  };
}

/**
 * The sums of a holder's columns. A monthly grant that has expired untouched is left out: whether it was made at all
 * depends on who happened to touch it, and changes nothing for anybody (3.5).
 */
function totalsOf(story: Story, who: string, at: number) {
  const rows = grantsOf(story, at).filter(({ holder }) => holder === who);
  const counted = rows.filter(({ source, expired, amount }) => source !== "monthly" || expired < amount);
  const bought = story.grants.filter(({ holder, source }) => holder === who && source === "top-up");
  const debt = sum(bought.map((grant) => debtOf(story, grant, columnsOf(story, grant, at))));
  const columns = ["amount", "available", "held", "spent", "expired", "revoked"] as const;
  const sums = Object.fromEntries(columns.map((column) => [column, add(counted, column)]));
  return { ...(sums as Record<(typeof columns)[number], number>), debt };
}

/** All views of a workspace at an instant, worked out as they are asked for. */
export const viewsOf = (story: Story, at: number) => ({
  members: [...now(story).members.keys()],
  payer: (charge: string) => story.charges.get(charge)?.member ?? null,
  workspace: () => viewWorkspace(story, at),
  balance: (who: string) => balanceOf(story, who, at),
  charge: (id: string) => viewCharge(story, story.charges.get(id) as Charge),
  grants: () => grantsOf(story, at),
  totals: () => new Map([pool, ...now(story).members.keys()].map((who) => [who, totalsOf(story, who, at)])),
});
