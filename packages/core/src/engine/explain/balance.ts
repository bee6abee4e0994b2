import type { Balance, Explanation } from "@ducat/client";
import { presentCycle } from "../advance.ts";
import { instant, instantOrNull } from "../answer.ts";
import { balanceOf, monthly } from "../balance.ts";
import { termAt, termIndexAt } from "../calendar.ts";
import { compareBurnOrder } from "../grants.ts";
import { planOf, seatOf } from "../level.ts";
import { holderOf } from "../move.ts";
import { type GrantRow, POOL, type State, type Term } from "../state.ts";
import { freezeOf } from "./frozen.ts";
import {
  credits,
  creditsAre,
  creditsWere,
  type Line,
  line,
  list,
  number,
  owner,
  ownersCredits,
  when,
} from "./words.ts";

/** Why a member, or (`null`) the pool, has what it has: the plan, each grant, what is frozen, capped or owed. */
export function explainBalance(state: State, member: string | null, now: number): Explanation {
  const balance = balanceOf(state, member, now);
  const holders = member === null ? [POOL] : [member, POOL];
  const lines = [
    planLine(state, now),
    ...pendingLines(state),
    ...memberLines(state, member),
    ...holders.flatMap((holder) => allowanceLines(state, holder, now)),
    ...holders.flatMap((holder) => grantLines(state, holder, now)),
    ...capLines(balance),
    ...holders.flatMap((holder) => debtLines(state, holder)),
  ];
  return { summary: summary(balance, member), lines };
}

function summary(balance: Balance, member: string | null): string {
  const who = member === null ? "The workspace's pool" : member;
  const left = leftOfCap(balance);
  // A cap takes nothing away: whoever has come to it has the same credits, and cannot spend them in this cycle.
  const capped = left < balance.available || balance.unlimited;
  const spends =
    member === null || capped
      ? `has ${credits(balance.available)} available`
      : `can spend ${balance.available === 0 ? "nothing" : credits(balance.available)}`;
  const sums: [number, string][] = [
    [balance.monthly.available, "monthly"],
    [balance.promo.available, "promotional"],
    [balance.topUp.available, "bought"],
  ];
  const parts = sums.filter(([amount]) => amount > 0).map(([amount, kind]) => `${number(amount)} ${kind}`);
  const { frozen } = balance.topUp;
  const shared = balance.pool?.available ?? 0;
  const sentences = [
    balance.unlimited
      ? `${who} draws on an allowance without limit.`
      : `${who} ${spends}${parts.length > 0 ? `: ${list(parts)}` : ""}.`,
  ];
  if (capped && left < Number.POSITIVE_INFINITY) {
    sentences.push(`A cap lets ${left === 0 ? "nothing" : `only ${credits(left)}`} more be spent in this cycle.`);
  }
  if (shared > 0) sentences.push(`${creditsAre(shared)} of the workspace's pool, which its members share.`);
  if (balance.held > 0) sentences.push(`${creditsAre(balance.held)} held by work that is under way.`);
  if (frozen > 0) sentences.push(`${creditsAre(frozen)} frozen.`);
  if (balance.debt > 0) sentences.push(`${creditsAre(balance.debt)} owed.`);
  return sentences.join(" ");
}

function planLine(state: State, now: number): Line {
  const term = termAt(state.terms, now);
  const plan = planOf(state, term);
  const cycle = presentCycle(state, now);
  const startsAt = Math.max(cycle.startsAt, cycle.epochFrom);
  const since = planSince(state.terms, now);
  const due =
    term.pastDueFrom === null
      ? ""
      : ` Its payment is past due since ${when(term.pastDueFrom)}: until it is paid, no monthly credits are given and none can be bought.`;
  return line(
    since,
    `The workspace is on the plan ${plan.name} since ${when(since)}.${due} Its present cycle runs from ${when(startsAt)} to ${when(cycle.endsAt)}.`,
    {
      plan: term.plan,
      status: term.status,
      since: instant(since),
      pastDueSince: instantOrNull(term.pastDueFrom),
      cycleStartsAt: instant(startsAt),
      cycleEndsAt: instant(cycle.endsAt),
    },
  );
}

/** Changes of status and anchor are terms too; this is when the plan itself began. */
function planSince(terms: readonly Term[], now: number): number {
  let i = termIndexAt(terms, now);
  const { plan } = terms[i] as Term;
  while (terms[i - 1]?.plan === plan) i--;
  return (terms[i] as Term).from;
}

function pendingLines({ workspace: { pending }, catalog }: State): Line[] {
  if (pending === null) return [];
  const text = `The plan changes to ${catalog.plans[pending.plan]?.name ?? pending.plan} on ${when(pending.at)}.`;
  return [line(null, text, { plan: pending.plan, at: instant(pending.at) })];
}

function memberLines(state: State, id: string | null): Line[] {
  const member = id === null ? undefined : state.members.get(id);
  if (member === undefined) return [];
  const facts = { member: member.id, role: member.role };
  if (member.removedAt !== null) {
    const text = `${member.id} was removed on ${when(member.removedAt)} and cannot spend anything; what they have stays theirs.`;
    return [line(member.removedAt, text, { ...facts, removedAt: instant(member.removedAt) })];
  }
  const seat = seatOf(state, member.id);
  const text =
    seat === null
      ? `${member.id} is ${article(member.role)} ${member.role}, a role that may not use AI features, and can spend nothing.`
      : `${member.id} is ${article(member.role)} ${member.role}, on ${article(seat)} ${seat} seat.`;
  return [line(null, text, { ...facts, seat })];
}

function article(word: string): string {
  return /^[aeiou]/i.test(word) ? "an" : "a";
}

function allowanceLines(state: State, holder: string, now: number): Line[] {
  const { allowance, used, renewsAt } = monthly(state, holder, 0, now);
  const facts = { holder, allowance, used, renewsAt };
  if (allowance === null) {
    return [
      line(null, `The allowance of ${owner(holder)} has no limit: charges are recorded and take no credits.`, facts),
    ];
  }
  const next = renewsAt === null ? "" : ` Credits are given next on ${when(Date.parse(renewsAt))}.`;
  if (allowance === 0) {
    return renewsAt === null
      ? []
      : [line(null, `This cycle gives no monthly credits to ${owner(holder)}.${next}`, facts)];
  }
  const { allotted } = holderOf(state, holder);
  const notAll =
    allotted < allowance
      ? ` ${creditsWere(allotted)} given of that, because the cycle had begun already or a part was taken back.`
      : "";
  const since = Math.max(presentCycle(state, now).startsAt, presentCycle(state, now).epochFrom);
  const text = `This cycle allows ${owner(holder)} ${credits(allowance)}.${notAll} ${creditsAre(used)} spent or held.${next}`;
  return [line(since, text, facts)];
}

function grantLines(state: State, holder: string, now: number): Line[] {
  return [...(state.grantsByHolder.get(holder) ?? [])]
    .filter((grant) => grant.available > 0 || grant.held > 0)
    .sort(compareBurnOrder)
    .map((grant) => grantLine(state, grant, now));
}

function grantLine(state: State, grant: GrantRow, now: number): Line {
  const { id, amount, available, held, spent, expired, revoked } = grant;
  const gone: [number, string][] = [
    [spent, "spent"],
    [held, "held by work that is under way"],
    [expired, "expired"],
    [revoked, "taken back"],
  ];
  const story = gone.filter(([part]) => part > 0).map(([part, what]) => `${number(part)} ${what}`);
  const s = available === 1 ? "s" : "";
  const end = grant.expiresAt === null ? `never expire${s}` : `end${s} on ${when(grant.expiresAt)}`;
  const bought = grant.purchase === null ? "" : ` by top-up ${grant.purchase}`;
  const freeze = available > 0 ? freezeOf(state, grant, now) : null;
  const sentences = [
    `${capitalized(ownersCredits(grant.source, grant.holder))} (grant ${id}): ${number(amount)} given on ${when(grant.at)}${bought}${story.length === 0 ? "" : `, of which ${list(story)}`}.`,
    available > 0 ? `${creditsAre(available)} left and ${end}.` : "Nothing of them is left to spend.",
  ];
  if (freeze !== null) sentences.push(`They are ${freeze.text}.`);
  return line(grant.at, sentences.join(" "), {
    grant: id,
    holder: grant.holder,
    source: grant.source,
    amount,
    available,
    held,
    spent,
    expired,
    revoked,
    expiresAt: instantOrNull(grant.expiresAt),
    purchase: grant.purchase,
    frozenSince: freeze === null ? null : instant(freeze.since),
  });
}

function capitalized(text: string): string {
  // A member's name is an id, and an id is never written in another way.
  return text.startsWith("the pool") ? `T${text.slice(1)}` : text;
}

/** What the member's cap lets be spent in this cycle; infinite where there is none. */
function leftOfCap({ cap }: Balance): number {
  return cap === null ? Number.POSITIVE_INFINITY : Math.max(0, cap.limit - cap.used);
}

function capLines(balance: Balance): Line[] {
  const { member, cap } = balance;
  if (cap === null) return [];
  const left = leftOfCap(balance);
  const text = `${member} may spend at most ${credits(cap.limit)} a cycle, from any source. ${creditsAre(cap.used)} used, so ${credits(left)} more can be spent in this cycle.`;
  return [line(null, text, { ...cap, left })];
}

/** What is owed, and to which purchase: money went back for credits that had been spent. */
function debtLines(state: State, holder: string): Line[] {
  return (state.grantsByHolder.get(holder) ?? []).flatMap((grant) => {
    const { clawback } = grant;
    if (clawback === null || clawback.target === 0) return [];
    const repaid = clawback.repayments.reduce((sum, { amount }) => sum + amount, 0);
    const facts = {
      grant: grant.id,
      purchase: grant.purchase,
      takenBack: clawback.target,
      revoked: clawback.revoked,
      repaid,
      debt: clawback.debt,
    };
    const sentences = [
      `Money for top-up ${grant.purchase} went back, so ${number(clawback.target)} of its ${credits(grant.amount)} are to be taken back, and ${creditsWere(clawback.revoked)}.`,
    ];
    if (repaid > 0) sentences.push(`${creditsWere(repaid)} repaid by later top-ups.`);
    if (clawback.debt > 0) {
      sentences.push(
        `${credits(clawback.debt)} had been used already, so that much is owed; the next top-up of ${owner(holder)} repays them first. Monthly and promotional credits never do.`,
      );
    }
    return [line(null, sentences.join(" "), facts)];
  });
}
