import { columns } from "../auditor/ledger.ts";
import type { Movement } from "../auditor/model.ts";
import { now } from "../auditor/model.ts";
import { debts, type Moment, type Situations } from "./moment.ts";

/** The movements that this command caused. */
const moved = ({ before, after }: Moment): readonly Movement[] => after.movements.slice(before.movements.length);
const has = (moment: Moment, kind: Movement["kind"]) => moved(moment).some((movement) => movement.kind === kind);

/** A command about the money of an order, with how much of it was back before. */
function moneyBack({ command, word, before }: Moment): { from: number; to: number; id: string } | null {
  if (command.verb !== "topUpRefunded" || word !== "paid") return null;
  return { from: before.orders.get(command.id)?.refunded ?? 0, to: command.refunded, id: command.id };
}

/** An order that this command paid. */
function paid({ command, word, after }: Moment) {
  const pays = (command.verb === "topUpPaid" || command.verb === "topUp") && word === "paid";
  return pays ? (after.orders.get(command.id) ?? null) : null;
}

export const moneySituations: Situations = {
  "a partial money refund": (moment) => {
    const back = moneyBack(moment);
    const order = back === null ? undefined : moment.after.orders.get(back.id);
    return back !== null && back.to > 0 && back.to < (order?.paidAmount ?? 0);
  },
  "a whole money refund": (moment) => {
    const back = moneyBack(moment);
    return back !== null && back.to === moment.after.orders.get(back.id)?.paidAmount;
  },
  "a chargeback with debt": (moment) =>
    moneyBack(moment) !== null && debts(moment.after, moment.at) > debts(moment.before, moment.at),
  "a dispute won": (moment) => {
    const back = moneyBack(moment);
    return back !== null && back.to < back.from;
  },
  "a dispute won after repayment": (moment) => {
    const back = moneyBack(moment);
    return back !== null && back.to < back.from && has(moment, "repayBack");
  },
  "a debt of which some is forgiven": (moment) => {
    const back = moneyBack(moment);
    return back !== null && back.to < back.from && debts(moment.after, moment.at) < debts(moment.before, moment.at);
  },
  "a debt repaid by the next top-up": (moment) => paid(moment) !== null && has(moment, "repay"),
  "a chargeback of a purchase that repaid another": (moment) => {
    const back = moneyBack(moment);
    if (back === null || back.to <= back.from) return false;
    const all = columns(moment.after, moment.at);
    return moment.after.grants.some(({ id, order }) => order === back.id && (all.get(id)?.repaid ?? 0) > 0);
  },
  "an end of a charge that is taken back at once": (moment) =>
    ["settle", "refund"].includes(moment.command.verb) && has(moment, "revokeForPurchase"),
  "a support refund that changes a debt": (moment) =>
    moment.command.verb === "supportRefund" && (has(moment, "revokeForPurchase") || has(moment, "repayBack")),
  "a top-up paid for a plan that has ended": (moment) => paid(moment) !== null && !now(moment.after).term.paid,
  "a top-up paid for a member who has left": (moment) => {
    const { members } = now(moment.after);
    return (paid(moment)?.recipients ?? []).some((one) => (members.get(one)?.removedAt ?? null) !== null);
  },
  "a second payment for one order": ({ command, word, before }) =>
    command.verb === "topUpPaid" && word === "payment_used" && before.orders.get(command.id)?.state === "paid",
  "a top-up for several": (moment) => (paid(moment)?.recipients.length ?? 0) > 1,
  "a request approved and paid": (moment) => paid(moment)?.id.startsWith("request:") === true,
};
