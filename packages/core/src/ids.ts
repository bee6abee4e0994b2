import { uuidv7 } from "uuidv7";

/** A new id, unique everywhere and ordered by time: attempts, request ids. */
export function newId(): string {
  return uuidv7();
}

/** A random part of a wait, so that those who failed together do not try again together. */
export function jitter(ms: number): number {
  return ms / 2 + Math.random() * (ms / 2);
}
