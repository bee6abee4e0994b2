import { ends } from "./charge-ends.ts";
import { charges } from "./charges.ts";
import type { Clause } from "./clause.ts";
import { cycles } from "./cycles.ts";
import { ledger } from "./ledger.ts";
import { plans } from "./plans.ts";
import { topUps } from "./top-ups.ts";
import { words } from "./words.ts";
import { work } from "./work.ts";

/** Every clause of the contract, in its order. */
export const clauses: readonly Clause[] = [
  ...words,
  ...cycles,
  ...charges,
  ...ends,
  ...work,
  ...plans,
  ...topUps,
  ...ledger,
];
