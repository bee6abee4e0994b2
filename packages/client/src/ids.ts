/*
 * The only place of this package that makes something random.
 */

/** The name of one try, unique everywhere. */
export function newAttempt(): string {
  return crypto.randomUUID();
}

/** A wait of which half is chance, so that those who failed together do not try again together. */
export function jitter(ms: number): number {
  return ms * (0.5 + Math.random() / 2);
}
