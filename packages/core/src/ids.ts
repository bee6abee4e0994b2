import { uuidv7 } from "uuidv7";

/** A new id, unique everywhere and ordered by time: attempts, request ids. */
export function newId(): string {
  return uuidv7();
}

const process = newId().replaceAll("-", "").slice(-16);
let attempts = 0;

/** The name of one try, unique everywhere: short, because every charge stores it. */
export function newAttempt(): string {
  attempts += 1;
  return `${process}.${attempts.toString(36)}`;
}

/** A random part of a wait, so that those who failed together do not try again together. */
export function jitter(ms: number): number {
  return ms / 2 + Math.random() * (ms / 2);
}
