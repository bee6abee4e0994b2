import { cycleAt, cycleKey } from "../auditor/cycles.ts";
import { columns } from "../auditor/ledger.ts";
import type { Charge } from "../auditor/model.ts";
import { day, now, pool } from "../auditor/model.ts";
import { endOf } from "../auditor/monthly.ts";
import type { Moment, Situations } from "./moment.ts";

/** The charge that this very command ended. */
function endedNow({ command, word, after }: Moment): Charge | null {
  const ends = (command.verb === "settle" || command.verb === "refund") && (word === "settled" || word === "refunded");
  const charge = ends ? after.charges.get(command.id) : undefined;
  return charge?.end?.verb === "lease" ? null : (charge ?? null);
}

function charged({ command, word, after }: Moment): Charge | null {
  return command.verb === "charge" && word === "charged" ? (after.charges.get(command.id) ?? null) : null;
}

const sourceOf = ({ after }: Moment, id: string | null) => after.grants.find((grant) => grant.id === id);
const sourcesOf = (moment: Moment) => (charged(moment)?.slices ?? []).map(({ grant }) => sourceOf(moment, grant));

export const chargeSituations: Situations = {
  "a charge open across a boundary": (moment) => {
    const charge = endedNow(moment);
    return charge !== null && charge.createdAt < cycleAt(moment.after, moment.at).startsAt;
  },
  "a settle that came too late": ({ command, word, after }) =>
    command.verb === "settle" && word === "already_refunded" && after.charges.get(command.id)?.end?.verb === "lease",
  "a refund into an expired grant": (moment) => {
    const charge = endedNow(moment);
    if (charge?.end === null || charge === null || charge.end.settledAmount === charge.amount) return false;
    const grant = sourceOf(moment, charge.slices.at(-1)?.grant ?? null);
    const end = grant === undefined ? null : endOf(moment.after, grant);
    return end !== null && end <= moment.at;
  },
  "a removed member's refund": (moment) => {
    const charge = endedNow(moment);
    if (charge?.end?.state !== "refunded") return false;
    return now(moment.after).members.get(charge.member)?.removedAt !== null;
  },
  "a resume after a crash, settled by the new attempt": (moment) => {
    const charge = endedNow(moment);
    return charge?.end?.state === "settled" && charge.superseded.length > 0;
  },
  "a resume that comes late": ({ command, word, after }) =>
    command.verb === "charge" &&
    word === "charged again" &&
    command.resume === true &&
    after.charges.get(command.id)?.superseded.includes(command.attempt ?? "") === true,
  "a cancel that a heartbeat tells": ({ command, word, after }) =>
    command.verb === "heartbeat" && word === "open" && after.charges.get(command.id)?.cancelRequested === true,
  "a lease kept to the end of its day": ({ command, word, after }) => {
    const charge = command.verb === "heartbeat" && word === "open" ? after.charges.get(command.id) : undefined;
    return charge !== undefined && charge.lease === charge.createdAt + day;
  },
  "included and bought credits in one charge": (moment) => {
    const sources = new Set(sourcesOf(moment).map((grant) => grant?.source));
    return sources.has("top-up") && sources.size > 1;
  },
  "own and shared credits in one charge": (moment) =>
    new Set(sourcesOf(moment).map((grant) => grant?.holder === pool)).size === 2,
  "a free charge at balance 0": (moment) =>
    charged(moment)?.amount === 0 && (moment.answer.balance as { available: number }).available === 0,
  "a charge without limit": (moment) => charged(moment)?.unlimited === true && (charged(moment)?.amount ?? 0) > 0,
  "usage beyond what was charged": (moment) => (endedNow(moment)?.end?.uncollected ?? 0) > 0,
  "a charge extended more than once": ({ command, word, after }) =>
    command.verb === "extend" && word === "charged" && (after.charges.get(command.id)?.slices.length ?? 0) > 2,
  "cap use that came back": (moment) => {
    const charge = endedNow(moment);
    if (charge?.end == null || charge.end.settledAmount === charge.amount) return false;
    const { cap } = now(moment.after).members.get(charge.member) ?? { cap: null };
    return cap !== null && charge.cycle === cycleKey(moment.after, moment.at);
  },
  "expired credits reissued": ({ command, word, answer }) =>
    command.verb === "supportRefund" && word === "refunded" && (answer.reissued as number) > 0,
  "a monthly grant revoked": ({ command, word }) =>
    command.verb === "revokeGrant" && word === "revoked" && command.grant.startsWith("monthly:"),
  "a refusal, and then a charge under its id": (() => {
    const refused = new Set<string>();
    return (moment: Moment) => {
      const { command, workspace, word } = moment;
      if (command.verb !== "charge") return false;
      const key = `${workspace} ${command.id}`;
      if (["insufficient", "cap_reached", "not_allowed", "price_changed"].includes(word)) refused.add(key);
      return word === "charged" && refused.has(key);
    };
  })(),
  "charges of one instant of which some go through": (() => {
    let last = "";
    let words = new Set<string>();
    return ({ command, workspace, at, word }: Moment) => {
      if (command.verb !== "charge") return false;
      const key = `${workspace} ${at}`;
      if (key !== last) words = new Set();
      last = key;
      words.add(word);
      return word === "insufficient" && words.has("charged");
    };
  })(),
  "money back while a charge holds what it bought": ({ command, word, after, at }) => {
    if (command.verb !== "topUpRefunded" || word !== "paid") return false;
    const all = columns(after, at);
    return after.grants.some(({ id, order }) => order === command.id && (all.get(id)?.held ?? 0) > 0);
  },
};
