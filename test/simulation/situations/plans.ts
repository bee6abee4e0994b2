import { cycleAt, cycleKey } from "../auditor/cycles.ts";
import { now, planNow, pool, published } from "../auditor/model.ts";
import { versionAt } from "../auditor/monthly.ts";
import type { Moment, Situations } from "./moment.ts";

const subscribes = ({ command, word }: Moment) => command.verb === "subscription" && word === "ok";
const term = (story: Moment["after"]) => now(story).term;

export const planSituations: Situations = {
  "an upgrade with an open charge": (moment) => {
    const { before, after, at } = moment;
    if (!subscribes(moment) || term(before).plan === term(after).plan || !term(after).paid) return false;
    return [...after.charges.values()].some(({ end, createdAt }) => end === null && createdAt < at);
  },
  "a rise in the middle of a cycle": ({ before, after, at }) =>
    after.grants
      .slice(before.grants.length)
      .some(({ source, at: since, startsAt }) => source === "monthly" && since === at && startsAt !== at),
  "a rise that waited for its holder": ({ before, after, at }) =>
    after.grants.slice(before.grants.length).filter(({ source, at: since }) => source === "monthly" && since < at)
      .length > 1,
  "a pool per seat that rises": ({ command, before, after }) =>
    (command.verb === "memberPut" || command.verb === "membersSync") &&
    after.grants.slice(before.grants.length).some(({ holder, source }) => holder === pool && source === "monthly"),
  "a role loop": ({ command, word, after, at, workspace }) => {
    if (command.verb !== "memberPut" || word !== "changed" || workspace === "") return false;
    const { startsAt } = cycleAt(after, at);
    const roles = after.changes
      .filter((change) => change.at >= startsAt)
      .map(({ members }) => members.get(command.member)?.role);
    const steps = roles.filter((role, i) => role !== undefined && role !== roles[i - 1]);
    return steps.length > 2 && steps.at(-1) === steps.at(-3);
  },
  "a member back in the same cycle": ({ command, word, before, after, at }) => {
    if (command.verb !== "memberPut" || word !== "added") return false;
    const left = now(before).members.get(command.member)?.removedAt ?? null;
    return left !== null && left >= cycleAt(after, at).startsAt;
  },
  "a free month interrupted and resumed": ({ before, after, at }) => {
    const { run, term: present } = now(after);
    if (present.paid || now(before).run === run) return false;
    const key = cycleKey(after, at);
    return after.grants.some((grant) => grant.run !== null && grant.run < run && grant.id.includes(`:${key}:`));
  },
  "two epochs in one instant": ({ before, after }) => {
    if (now(before).run === now(after).run) return false;
    const starts = new Map<number, number>();
    for (const { run, at } of after.changes) if (!starts.has(run)) starts.set(run, at);
    const last = [...starts.values()].slice(-2);
    return last.length === 2 && last[0] === last[1];
  },
  "a new invoice": (moment) => {
    const { before, after } = moment;
    return subscribes(moment) && term(before).paid && term(after).paid && term(before).epoch !== term(after).epoch;
  },
  "an invoice told again": ({ command, word, before }) =>
    command.verb === "subscription" &&
    word === "ok" &&
    command.newPeriod !== undefined &&
    before.seen.has(`newPeriod:${command.newPeriod}`),
  "past due over a renewal, then paid": (moment) => {
    const { before, after, at } = moment;
    if (!subscribes(moment) || term(before).status !== "past_due" || term(after).status !== "active") return false;
    return term(before).epoch === term(after).epoch && cycleAt(after, at).startsAt > term(before).pastDueSince;
  },
  "a renewal in the days of grace": ({ before, after }) =>
    term(after).status === "past_due" &&
    after.grants
      .slice(before.grants.length)
      .some(({ source, at, startsAt }) => source === "monthly" && at === startsAt && at > term(after).pastDueSince),
  "a change that waits beyond its cycle": ({ before, after, at }) =>
    after.pending !== null && before.pending?.at !== after.pending.at && after.pending.at > cycleAt(after, at).endsAt,
  "a waiting change replaced": ({ before, after }) =>
    before.pending !== null && after.pending !== null && before.pending.plan !== after.pending.plan,
  "a waiting change cleared": (moment) =>
    subscribes(moment) &&
    moment.before.pending !== null &&
    moment.before.pending.at > moment.at &&
    moment.after.pending === null,
  "allowances of a version that is not published any more": ({ after, at, command }) =>
    command.verb === "charge" && versionAt(after, at) !== after.published,
  "a plan that the published version has dropped": ({ after }) =>
    after.changes.some(({ term: one }) => published(after).plans[one.plan] === undefined),
  "a plan that is not for sale any more": ({ after }) => planNow(after).retired,
};
