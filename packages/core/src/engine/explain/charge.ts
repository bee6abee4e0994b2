import type { Explanation } from "@ducat/client";
import { instant } from "../answer.ts";
import { grantOf } from "../end-charge.ts";
import { meteredPrice } from "../extend.ts";
import { chargeOf } from "../settle.ts";
import type { ChargeRow, EntryRow, State } from "../state.ts";
import { endLines } from "./charge-end.ts";
import { describe, featureName, unitOf } from "./describe.ts";
import { freezeOf } from "./frozen.ts";
import type { ChargeStory } from "./story.ts";
import { supportLines } from "./support.ts";
import {
  because,
  credits,
  creditsAre,
  creditsWere,
  type Line,
  line,
  list,
  meters,
  number,
  units,
  when,
} from "./words.ts";

/** The whole story of one charge: its price, where the credits came from, and what became of each of them. */
export function explainCharge(state: State, id: string, story: ChargeStory, now: number): Explanation {
  const charge = chargeOf(state, id);
  const entries = story.entries.filter((entry) => entry.charge === id);
  const lines = [
    priceLine(state, charge),
    ...sliceLines(state, charge, entries, now),
    ...raiseLines(charge),
    ...progressLines(state, charge),
    ...endLines(state, charge, story.entries),
    ...supportLines(state, charge, story),
    ...frozenLines(state, charge, now),
  ];
  return { summary: summary(state, charge, story), lines };
}

/** What the charge took when it was made, before it was raised. */
function firstAmount(charge: ChargeRow): number {
  return charge.estimate === null ? charge.amount : meteredPrice(charge, charge.estimate);
}

function priceLine(state: State, charge: ChargeRow): Line {
  const what = featureName(state, charge);
  const version = `price version ${charge.catalogVersion}`;
  const amount = firstAmount(charge);
  const price =
    charge.unitPrice !== null
      ? `${units(charge.quantity, unitOf(state, charge))} at ${credits(charge.unitPrice)} each`
      : `an estimated usage of ${meters(charge.estimate ?? {})}, at ${rates(charge)}, rounded up`;
  const cost = amount === 0 ? "free of charge" : credits(amount);
  const from = charge.unlimited
    ? ` ${charge.member}'s allowance had no limit, so no credits were taken; the amount counts for a cap only.`
    : "";
  return line(
    charge.createdAt,
    `${charge.member} asked for ${what}: ${price}, ${cost} (${version}). It was charged before the work began.${from}`,
    {
      member: charge.member,
      feature: charge.feature,
      mode: charge.mode,
      quantity: charge.quantity,
      unitPrice: charge.unitPrice,
      rates: charge.rates,
      estimate: charge.estimate,
      amount,
      unlimited: charge.unlimited,
      catalogVersion: charge.catalogVersion,
    },
  );
}

function rates({ rates }: ChargeRow): string {
  return `${list(Object.entries(rates ?? {}).map(([meter, rate]) => `${number(rate)} for ${meter}`))} credits a million`;
}

function sliceLines(state: State, charge: ChargeRow, entries: readonly EntryRow[], now: number): Line[] {
  const taken = new Map<string, number>();
  for (const entry of entries) {
    if (entry.kind === "charge") taken.set(entry.grant, (taken.get(entry.grant) ?? 0) + entry.moved);
  }
  return [...taken].map(([id, amount]) => {
    const grant = grantOf(state, id);
    return line(charge.createdAt, `${credits(amount)} came from ${describe(grant, now)}.`, {
      grant: id,
      holder: grant.holder,
      source: grant.source,
      amount,
      expiresAt: grant.expiresAt === null ? null : instant(grant.expiresAt),
    });
  });
}

/** A metered charge that was raised while the work ran. */
function raiseLines(charge: ChargeRow): Line[] {
  const raised = charge.amount - firstAmount(charge);
  if (raised <= 0) return [];
  return [
    line(null, `While the work ran the charge was raised by ${credits(raised)} to ${credits(charge.amount)}.`, {
      raised,
      amount: charge.amount,
    }),
  ];
}

function progressLines(state: State, charge: ChargeRow): Line[] {
  const lines: Line[] = [];
  if (charge.superseded.length > 0) {
    const times = charge.superseded.length === 1 ? "once" : `${number(charge.superseded.length)} times`;
    lines.push(line(null, `The work was taken over by another try ${times}.`, { tries: charge.superseded.length + 1 }));
  }
  if (charge.cancelRequested) lines.push(line(null, "Somebody asked for the work to be cancelled."));
  if (charge.state !== "open") return lines;
  const unit = unitOf(state, charge);
  if (charge.delivered > 0) {
    const { delivered, quantity } = charge;
    const text = `Handed over so far: ${number(delivered)} of ${units(quantity, unit)}.`;
    lines.push(line(null, text, { delivered, quantity }));
  }
  const held = charge.unlimited || charge.amount === 0 ? "" : `${creditsAre(charge.amount)} held. `;
  const text = `${held}The charge is open until ${when(charge.leaseExpiresAt)}; if nothing is heard of the work by then, all of it is given back.`;
  lines.push(line(null, text, { held: charge.unlimited ? 0 : charge.amount, until: instant(charge.leaseExpiresAt) }));
  return lines;
}

/** What came back and cannot be spent now. */
function frozenLines(state: State, charge: ChargeRow, now: number): Line[] {
  const returned = new Set(charge.slices.filter((slice) => slice.returned > 0).map((slice) => slice.grant));
  return [...returned].flatMap((id) => {
    const grant = grantOf(state, id);
    const freeze = grant.available > 0 ? freezeOf(state, grant, now) : null;
    if (freeze === null) return [];
    return [
      line(freeze.since, `What is left of grant ${id}, ${credits(grant.available)}, is ${freeze.text}.`, {
        grant: id,
        available: grant.available,
        since: instant(freeze.since),
      }),
    ];
  });
}

function summary(state: State, charge: ChargeRow, story: ChargeStory): string {
  const what = `${featureName(state, charge)} for ${charge.member}`;
  const { amount, settledAmount, refundedAmount } = charge;
  if (charge.state === "open") {
    return `${what} is under way: ${creditsAre(amount)} charged, and come back if nothing is heard of it by ${when(charge.leaseExpiresAt)}.`;
  }
  if (charge.state === "refunded") {
    const back =
      amount === 0 ? "It cost nothing" : amount === 1 ? "It was given back" : `All ${credits(amount)} were given back`;
    return `${what} was charged ${credits(amount)}. ${back}, because ${because(charge.reason)}.`;
  }
  const later = refundedAmount - (amount - settledAmount);
  const sentences = [`${what} was charged ${credits(amount)}.`];
  if (settledAmount < amount) {
    const why = charge.reason === null ? "" : `, because ${because(charge.reason)}`;
    sentences.push(`${creditsWere(settledAmount)} kept and ${creditsWere(amount - settledAmount)} given back${why}.`);
  } else if (amount > 0) sentences.push("All of it was delivered and kept.");
  if (story.supportRefunds.length > 0) {
    const spent = settledAmount - later;
    sentences.push(
      `Support gave back ${credits(later)} later, so ${spent === 0 ? "nothing is" : creditsAre(spent)} spent in the end.`,
    );
  }
  return sentences.join(" ");
}
