/*
 * The only place of this package that makes something random.
 */

import { randomBytes, randomUUID } from "node:crypto";

/** The id of an operator's action, for a repeat to name when its answer was lost. */
export function newActionId(): string {
  return randomUUID();
}

/** A secret key that nobody can guess. */
export function newApiKey(): string {
  return `ducat_${randomBytes(32).toString("base64url")}`;
}

/** The name of a file that no other process writes to. */
export function newFileName(): string {
  return randomUUID();
}
