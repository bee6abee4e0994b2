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
type Holders = readonly [string, ...string[]];
type Column = (typeof shown)[number];

/** What holders have together. `may` is false for those who may spend nothing: 0 for them (http-api, balance). */
function together(story: Story, rows: readonly Row[], holders: Holders, may: boolean, at: number) {
  const own = rows.filter(({ holder }) => holders.includes(holder));
  const add = (column: Column, test = (_: Row) => true) => sum(own.filter(test).map((row) => row[column]));
  const spendable = (...sources: Row["source"][]) =>
    add("available", ({ source, frozen }) => may && !frozen && sources.includes(source));
  const isOfCycle = ({ id, holder }: Row) => id.startsWith(`monthly:${holder}:${cycleKey(story, at)}:`);
  const isFrozenTopUp = ({ source, frozen }: Row) => frozen && source === "top-up";
  const renews = renewal(story, holders[0], at);
  const isUnlimited = holders.some((holder) => levelNow(story, holder, at) === "unlimited");
  const marks = holders.map((holder) => monthlyGrants(story, holder, at).mark);
  return {
    available: spendable("monthly", "promo", "top-up"),
    held: add("held"),
    unlimited: may && isUnlimited,
    monthly: {
      allowance: isUnlimited ? null : sum(marks),
      available: spendable("monthly"),
      used: add("held", isOfCycle) + add("spent", isOfCycle),
      renewsAt: renews && iso(renews),
    },
    promo: { available: spendable("promo") },
    topUp: { available: spendable("top-up"), frozen: add("available", isFrozenTopUp) },
  };
}

/** All views of a workspace at an instant, worked out as they are asked for. */
export function viewsOf(story: Story, at: number) {
  const rows = story.grants.map((grant) => rowOf(story, grant, at));
  return {
    members: [...now(story).members.keys()],
    /** Every grant with its columns, also those that are used up or over. */
    grants: () => rows,
    payer: (charge: string) => story.charges.get(charge)?.member ?? null,
    workspace: () => viewWorkspace(story, at),
    charge: (id: string) => viewCharge(find(story.charges, id, "unknown_charge")),
    balance(who: string) {
      const may = who === pool || seatNow(story, who) !== null;
      const { unlimited: _, ...shared } = together(story, rows, [pool], may, at);
      const bought = story.grants.filter(({ holder, source }) => holder === who && source === "top-up");
      const limit = now(story).members.get(who)?.cap ?? null;
      return {
        ...together(story, rows, who === pool ? [pool] : [who, pool], may, at),
        pool: who === pool ? null : shared,
        debt: sum(bought.map((grant) => debtOf(story, grant, columnsOf(story, grant, at)))),
        cap: limit === null ? null : { limit, used: capUse(story, who, at) },
        remedies: remediesOf(story, who, at),
        grants: rows.filter((row) => [who, pool].includes(row.holder) && row.available + row.held > 0),
      };
    },
  };
}
