import type { Quote, QuoteLine, Usage } from "@ducat/client";
import { DucatError } from "@ducat/client";
import { maxQuantity } from "../catalog/limits.ts";
import { advance, presentCycle } from "./advance.ts";
import { instantOrNull } from "./answer.ts";
import { notAllowed, own, price } from "./charge.ts";
import { spendableBy } from "./grants.ts";
import { isUnlimited, seatOf } from "./level.ts";
import { holderOf } from "./move.ts";
import { remediesOf, renewsAt } from "./remedies.ts";
import { type MemberRow, POOL, type State } from "./state.ts";

export interface QuoteQuestion {
  member: string;
  items: { feature: string; mode: string; quantity: number; usage: Usage | null }[];
}

/** What each item would cost this member now, each by itself, and whether a charge for it would go through. */
export function quote(state: State, question: QuoteQuestion, now: number): Quote {
  const { member } = question;
  const row = state.members.get(member);
  if (row === undefined) {
    throw new DucatError("unknown_member", `There is no member ${member} in this workspace.`);
  }
  advance(state, [member, POOL], now, true);
  return {
    data: question.items.map((item) => line(state, row, item, now)),
    available: seatOf(state, member) === null ? 0 : spendableBy(state, member, now),
    renewsAt: instantOrNull(renewsAt(state, member, now)),
    remedies: remediesOf(state, member, now),
    catalogVersion: state.catalogVersion,
  };
}

function line(state: State, row: MemberRow, item: QuoteQuestion["items"][number], now: number): QuoteLine {
  const { id: member, cap } = row;
  const { feature: id, mode: modeId, quantity } = item;
  const feature = own(state.catalog.features, id);
  const unknown = { feature: id, mode: modeId, quantity, unit: feature?.unit ?? "", unitPrice: null, amount: 0 };
  const impossible = { affordable: false, affordableQuantity: 0 };
  if (feature === undefined) return { ...unknown, ...impossible, reason: "unknown_feature" };
  const mode = own(feature.modes, modeId);
  if (mode === undefined) return { ...unknown, ...impossible, reason: "unknown_mode" };
  const amount = price(feature, mode, item);
  const priced = { feature: id, mode: modeId, quantity, unit: feature.unit, unitPrice: mode.price, amount };
  const denied = notAllowed(state, member, feature, mode, now);
  if (denied !== null && denied !== "past_due") return { ...priced, ...impossible, reason: denied };

  const underCap = cap === null ? Number.MAX_SAFE_INTEGER : Math.max(0, cap - holderOf(state, member).capUsed);
  const unlimited = isUnlimited(state, member, now, presentCycle(state, now));
  const available = unlimited ? Number.MAX_SAFE_INTEGER : spendableBy(state, member, now);
  const room = Math.min(underCap, available);
  const one = mode.price ?? amount;
  const affordableQuantity =
    mode.price === null
      ? Number(amount <= room)
      : one === 0
        ? maxQuantity
        : Math.min(maxQuantity, Math.floor(room / one));
  const reason = amount > underCap ? "cap_reached" : amount > available ? "insufficient" : null;
  return { ...priced, affordable: reason === null, affordableQuantity, reason };
}
