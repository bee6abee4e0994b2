import { chargeExamples } from "./examples/charges.ts";
import { cycleExamples } from "./examples/cycles.ts";
import { operatorExamples } from "./examples/operator.ts";
import { planExamples } from "./examples/plans.ts";
import type { Example } from "./examples/steps.ts";
import { topUpExamples } from "./examples/top-ups.ts";

export { catalogs } from "./examples/catalogs.ts";

/** Worked examples of every section of the contract, for whoever claims to follow it. */
export const examples: Example[] = [
  ...cycleExamples,
  ...chargeExamples,
  ...planExamples,
  ...topUpExamples,
  ...operatorExamples,
];
