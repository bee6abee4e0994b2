import type { Allowance } from "@ducat/client";
import { describe, type FaultList, oneOf, pathOf, suggestion } from "./faults.ts";
import { creditsRange, isPlainObject, readInteger, readObject } from "./fields.ts";
import { mapById } from "./ids.ts";
import { type Plain, type PlainObject, refused } from "./plain-data.ts";

interface PlanContext {
  /** `undefined`: faulty; rules that depend on it stay silent. */
  readonly holder: "member" | "workspace" | undefined;
  readonly anchor: "workspace" | "subscription" | undefined;
  /** `null`: a faulty role leaves open which seats there are. */
  readonly seats: readonly string[] | null;
}

const forms = 'credits by seat ({ "editor": 3000 }), a number, { "first": 600, "then": 300 } or "unlimited"';

export function readAllowance(
  value: Plain | undefined,
  path: string,
  context: PlanContext,
  faults: FaultList,
): Allowance {
  if (value === "unlimited" || value === refused) return { kind: "unlimited" };
  if (typeof value === "number") return readFixedPool(value, path, context, faults);
  if (!isPlainObject(value)) {
    faults.add(path, value === undefined ? `is missing; give ${forms}` : `must be ${forms}, got ${describe(value)}`);
    return { kind: "unlimited" };
  }
  return Object.hasOwn(value, "first") || Object.hasOwn(value, "then")
    ? readMonths(value, path, context, faults)
    : readSeats(value, path, context, faults);
}

/** A plain number: the same every month. */
function readFixedPool(value: number, path: string, context: PlanContext, faults: FaultList): Allowance {
  if (context.holder === "member") {
    faults.add(
      path,
      `must say how many credits each seat gets, such as { ${JSON.stringify(context.seats?.[0] ?? "editor")}: ${value} }, because the holder is "member"`,
    );
  }
  const credits = readInteger(value, path, creditsRange, faults);
  return { kind: "byMonth", first: credits, then: credits };
}

function readMonths(value: PlainObject, path: string, context: PlanContext, faults: FaultList): Allowance {
  const months = readObject(value, path, ["first", "then"], faults) ?? value;
  if (context.holder === "member") {
    faults.add(path, 'must be by seat or "unlimited", because the holder is "member"; first and then are for a pool');
  } else if (context.anchor === "subscription") {
    faults.add(
      path,
      'must not have first and then, because the anchor is "subscription": they count from the workspace\'s creation; give a number',
    );
  }
  return {
    kind: "byMonth",
    first: readInteger(months.first, pathOf(path, "first"), creditsRange, faults),
    then: readInteger(months.then, pathOf(path, "then"), creditsRange, faults),
  };
}

/** Seats that the plan does not name get 0, and the normal form says so. */
function readSeats(value: PlainObject, path: string, context: PlanContext, faults: FaultList): Allowance {
  const known = context.seats ?? Object.keys(value);
  if (Object.keys(value).length === 0) faults.add(path, `must name at least one seat; the seats are ${oneOf(known)}`);
  const seats = mapById<number | "unlimited">(known.map((seat) => [seat, 0]));
  for (const [seat, credits] of Object.entries(value)) {
    const place = pathOf(path, seat);
    if (!known.includes(seat)) {
      faults.add(place, `is not a seat of any role${suggestion(seat, known)}; the seats are ${oneOf(known)}`);
    } else if (credits === "unlimited") seats[seat] = credits;
    else if (typeof credits === "string")
      faults.add(place, `must be a whole number or "unlimited", got ${describe(credits)}`);
    else seats[seat] = readInteger(credits, place, creditsRange, faults);
  }
  return { kind: "bySeat", seats };
}
