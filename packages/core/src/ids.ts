import { uuidv7 } from "uuidv7";

/** A fresh id: time-ordered, so that indexes on it stay compact. The only place of core with randomness. */
export function newId(): string {
  return uuidv7();
}
