/** Placeholder until the lock is written. */
export function lockFolder(_directory: string): () => void {
  return () => {};
}
