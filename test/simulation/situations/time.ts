import { cycleAt } from "../auditor/cycles.ts";
import { day, now } from "../auditor/model.ts";
import { endOf } from "../auditor/monthly.ts";
import type { Moment, Situations } from "./moment.ts";

const accepted = ({ before, after }: Moment) => before !== after;
const newlyOver = ({ before, after }: Moment) =>
  [...after.charges.values()].filter(({ id, end }) => end?.verb === "lease" && before.charges.get(id)?.end === null);

export const timeSituations: Situations = {
  "exactly at a cycle's boundary": (moment) =>
    accepted(moment) && cycleAt(moment.after, moment.at).startsAt === moment.at,
  "a millisecond before a boundary": (moment) =>
    accepted(moment) && cycleAt(moment.after, moment.at).endsAt === moment.at + 1,
  "exactly at the end of a lease": (moment) =>
    accepted(moment) && newlyOver(moment).some(({ lease }) => lease === moment.at),
  "a lease that ran out unnoticed": (moment) =>
    accepted(moment) && newlyOver(moment).some(({ lease }) => lease < moment.at),
  "exactly at a grant's end": (moment) =>
    accepted(moment) &&
    moment.after.grants.some((grant) => grant.source === "promo" && endOf(moment.after, grant) === moment.at),
  "a pending change due unnoticed": (moment) => {
    const { before, after, at } = moment;
    return (
      accepted(moment) && after.changes.slice(before.changes.length).some((change) => change.byTime && change.at < at)
    );
  },
  "a pending change due at this instant": (moment) => {
    const { before, after, at } = moment;
    return (
      accepted(moment) && after.changes.slice(before.changes.length).some((change) => change.byTime && change.at === at)
    );
  },
  "months asleep": ({ before, at }) => at - before.clock > 62 * day,
  "a stretched cycle": ({ after, at }) => {
    const { startsAt, endsAt } = cycleAt(after, at);
    return endsAt - startsAt > 31 * day;
  },
  "a boundary clamped to a short month": ({ after, at }) => {
    const { anchor } = now(after).term;
    return new Date(cycleAt(after, at).endsAt).getUTCDate() < new Date(anchor).getUTCDate();
  },
};
