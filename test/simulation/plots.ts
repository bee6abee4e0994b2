import { chargePlots } from "./plots/charges.ts";
import { moneyPlots } from "./plots/money.ts";
import { planPlots } from "./plots/plans.ts";
import type { Plot } from "./plots/plot.ts";

/** The plots by what they lead to: a situation, or the word of an outcome. */
export const plots: Readonly<Record<string, Plot>> = { ...chargePlots, ...moneyPlots, ...planPlots };
