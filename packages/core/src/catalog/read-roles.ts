import type { Role } from "@ducat/client";
import { describe, type FaultList, pathOf } from "./faults.ts";
import { readFlag, readObject } from "./fields.ts";
import { entriesById, idFault, mapById } from "./ids.ts";
import { catalogLimits } from "./limits.ts";
import { type Plain, type PlainObject, refused } from "./plain-data.ts";

export interface RolesAndSeats {
  readonly roles: Record<string, Role>;
  /** Every seat that some role has, sorted; `null` when a faulty role leaves that open. */
  readonly seats: readonly string[] | null;
}

export function readRoles(value: Plain | undefined, faults: FaultList): RolesAndSeats {
  const map = readObject(value, "roles", null, faults);
  if (map === null) return { roles: mapById(), seats: null };
  const roles = mapById<Role>();
  const seats = new Set<string>();
  const entries = entriesById(map, "roles", catalogLimits.roles, faults);
  let seatsKnown = entries.length === Object.keys(map).length;
  for (const [id, item, path] of entries) {
    const role = readObject(item, path, ["seat", "buys"], faults);
    const seat = role === null ? undefined : readSeat(role, path, faults);
    if (seat === undefined) seatsKnown = false;
    else if (seat !== null) seats.add(seat);
    const buys = role !== null && readFlag(role, "buys", path, faults, false) === true;
    roles[id] = { seat: seat ?? null, buys };
  }
  if (seatsKnown && seats.size === 0) {
    faults.add(
      "roles",
      'must give at least one role a seat, such as { "seat": "editor" }: nobody could use AI features',
    );
  }
  return { roles, seats: seatsKnown ? [...seats].sort() : null };
}

/** `undefined` when it is faulty. */
function readSeat(role: PlainObject, path: string, faults: FaultList): string | null | undefined {
  const seat = role.seat;
  if (seat === null) return null;
  if (seat === refused) return undefined;
  const fault = seatFault(seat);
  if (fault === null) return seat as string;
  faults.add(pathOf(path, "seat"), fault);
  return undefined;
}

/** `first` and `then` are how a pool's allowance is written, `workspace` is how the pool itself is called. */
function seatFault(seat: Plain | undefined): string | null {
  if (seat === undefined)
    return "is missing; the name of a seat is required, or null for a role that may not use AI features";
  if (typeof seat !== "string") return `must be the name of a seat or null, got ${describe(seat)}`;
  if (seat === "workspace") return '"workspace" means the workspace itself; choose another name for the seat';
  if (seat === "first" || seat === "then")
    return `${describe(seat)} means a month in a pool's allowance; choose another name for the seat`;
  const fault = idFault(seat);
  return fault === null ? null : `${describe(seat)} ${fault}`;
}
