import type { Auditor, Told } from "./play.ts";

export interface Situations {
  counts: Map<string, number>;
  heard(told: Told): void;
}

export function createSituations(_auditor: Auditor): Situations {
  const counts = new Map<string, number>();
  return { counts, heard() {} };
}
