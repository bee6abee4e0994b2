import type { Plan } from "@ducat/client";
import { describe, type FaultList, pathOf } from "./faults.ts";
import { readChoice, readFlag, readInteger, readObject, readText } from "./fields.ts";
import { entriesById, mapById } from "./ids.ts";
import { catalogLimits } from "./limits.ts";
import { readMetadata } from "./metadata.ts";
import { type Plain, refused } from "./plain-data.ts";
import { readAllowance } from "./read-allowance.ts";

const planKeys = ["name", "paid", "anchor", "holder", "allowance", "topUps", "hidden", "retired", "order", "metadata"];
const orderRange = { min: 0, max: catalogLimits.order };

export function readPlans(
  value: Plain | undefined,
  seats: readonly string[] | null,
  faults: FaultList,
): Record<string, Plan> {
  const map = readObject(value, "plans", null, faults);
  if (map === null) return mapById();
  const before = faults.count;
  const plans = mapById<Plan>();
  const places = new Map<number, string>();
  entriesById(map, "plans", catalogLimits.plans, faults).forEach(([id, item, path], index) => {
    const plan = readPlan(item, path, index, seats, faults);
    if (plan === null) return;
    plans[id] = plan;
    refuseTakenPlace(id, plan, path, places, faults);
  });
  if (faults.count === before && !Object.values(plans).some((plan) => !plan.paid && !plan.retired)) {
    faults.add(
      "plans",
      "must have at least one plan with paid: false that is not retired: subscriptions that end fall back to it",
    );
  }
  return plans;
}

function readPlan(
  value: Plain,
  path: string,
  index: number,
  seats: readonly string[] | null,
  faults: FaultList,
): Plan | null {
  const plan = readObject(value, path, planKeys, faults);
  if (plan === null) return null;
  const paid = readFlag(plan, "paid", path, faults);
  const anchor = readChoice(plan, "anchor", path, ["workspace", "subscription"], faults);
  const holder = readChoice(plan, "holder", path, ["member", "workspace"], faults);
  const topUps = readFlag(plan, "topUps", path, faults, paid ?? false);
  if (paid === false && anchor === "subscription") {
    faults.add(
      pathOf(path, "anchor"),
      'must be "workspace", because the plan is not paid: without a subscription there is no billing date',
    );
  }
  if (paid === false && topUps === true) {
    faults.add(
      pathOf(path, "topUps"),
      "must be false or left out, because the plan is not paid: top-ups are for paid plans only",
    );
  }
  return {
    name: readText(plan, "name", path, faults),
    paid: paid ?? false,
    anchor: anchor ?? "workspace",
    holder: holder ?? "workspace",
    allowance: readAllowance(plan.allowance, pathOf(path, "allowance"), { holder, anchor, seats }, faults),
    topUps: topUps ?? false,
    hidden: readFlag(plan, "hidden", path, faults, false) ?? false,
    retired: readFlag(plan, "retired", path, faults, false) ?? false,
    order: readOrder(plan.order, pathOf(path, "order"), index, faults),
    metadata: readMetadata(plan, path, faults),
  };
}

/** A faulty place is reported as what it is and never as taken. */
function readOrder(value: Plain | undefined, path: string, index: number, faults: FaultList): number {
  const before = faults.count;
  const order = readInteger(value, path, orderRange, faults, index);
  return value === refused || faults.count > before ? Number.NaN : order;
}

/** Which free plan comes first must never be left to chance. */
function refuseTakenPlace(id: string, plan: Plan, path: string, places: Map<number, string>, faults: FaultList): void {
  if (Number.isNaN(plan.order)) return;
  const other = places.get(plan.order);
  if (other === undefined) places.set(plan.order, id);
  else
    faults.add(
      pathOf(path, "order"),
      `is ${plan.order}, as of the plan ${describe(other)}; give every plan its own place`,
    );
}
