import { DucatError, type Fault } from "@ducat/client";

/** Throws `invalid_options`, which names every fault at once; nothing, when there is none. */
export function refuseOptionFaults(of: string, errors: readonly Fault[]): void {
  if (errors.length === 0) return;
  const text = errors.map(({ path, message }) => `${path} ${message}`).join("; ");
  throw new DucatError("invalid_options", `${of}: ${text}.`, { errors });
}
