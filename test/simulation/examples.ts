import { chargeExamples } from "./examples/charges.ts";
import { cycleExamples } from "./examples/cycles.ts";
import type { Example } from "./examples/steps.ts";

export { catalogs } from "./examples/catalogs.ts";

/** Worked examples of every section of the contract, for whoever claims to follow it. */
export const examples: Example[] = [...cycleExamples, ...chargeExamples];
