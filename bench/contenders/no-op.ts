import type { PairContender } from "../contender.ts";

/** Answers at the next turn of the event loop: what it measures is the harness itself. */
export function noOp(): PairContender {
  const nextTurn = () => new Promise<void>((resolve) => setImmediate(resolve));
  return {
    kind: "pairs",
    name: "no-op",
    backend: "none",
    description: "nothing: the harness itself",
    prepare: async () => undefined,
    charge: nextTurn,
    settle: nextTurn,
    check: async () => undefined,
    close: async () => undefined,
  };
}
