import { DucatError, type Fault } from "@ducat/client";

/** Faults named one by one; a list of 50,000 broken members helps nobody. */
const maxListed = 100;

/** Every fault of one input, so that its author corrects them in one go. Nothing is allocated for an input without any. */
export interface Faults {
  listed: Fault[] | null;
  count: number;
}

export function noFaults(): Faults {
  return { listed: null, count: 0 };
}

/** True when another fault would only be counted: then its message need not be made. */
export function isFull(faults: Faults): boolean {
  return faults.count >= maxListed;
}

export function addFault(faults: Faults, path: string, message: string): void {
  faults.count += 1;
  if (faults.count > maxListed) return;
  faults.listed ??= [];
  faults.listed.push({ path, message });
}

/** Throws `invalid_input` with every fault found; does nothing when there is none. */
export function refuseFaults(faults: Faults): void {
  if (faults.listed === null) return;
  const errors = faults.listed;
  const more = faults.count - errors.length;
  if (more > 0) errors.push({ path: "", message: `${more} more faults are not listed; correct these first` });
  throw new DucatError("invalid_input", summary(errors), { errors });
}

/** The public message: the first faults in full, so that a log line without `errors` still says what to do. */
function summary(errors: readonly Fault[]): string {
  const shown = errors.slice(0, 3).map(({ path, message }) => `${path === "" ? "the input" : path} ${message}`);
  const rest = errors.length - shown.length;
  return `${shown.join("; ")}${rest > 0 ? `; and ${rest} more, see errors` : ""}.`;
}
