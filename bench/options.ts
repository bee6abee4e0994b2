import { parseArgs } from "node:util";
import type { Shape } from "./measure.ts";

export interface Options {
  mode: "compare" | "history" | "profile";
  only: string[];
  rounds: number;
  seconds: number;
  warmUpSeconds: number;
  callers: number[];
  shapes: Shape[];
  workspaces: number;
  /** Ledger rows to measure at, in `history` mode. */
  historyRows: number[];
  output: string;
}

export const usage = `npm run bench -- [options]

  --quick               one short round: to see that it works, not to quote
  --only a,b            contenders whose name contains a or b (exact with a trailing "!")
  --rounds n            rounds over all contenders, medians are taken (3)
  --seconds n           length of one timed window (5)
  --warm-up n           seconds before it (2)
  --callers 1,64,1000   concurrent callers
  --shapes hot,spread   one workspace, many workspaces, or both
  --workspaces n        how many workspaces the spread goes over (10000)
  --history [a,b]       measure at a and at b ledger rows (10000,5000000)
  --profile             CPU profile of this process under Ducat (or what --only names)
  --output file         where the figures go as JSON (reports/bench.json)
  --help`;

/** `null` when help was asked for. */
export function readOptions(argv: string[]): Options | null {
  // `--history` may stand alone; parseArgs knows no optional values.
  const spelled = argv.map((word, index) => {
    const next = argv[index + 1];
    return word === "--history" && (next === undefined || next.startsWith("--")) ? "--history=10000,5000000" : word;
  });
  const { values } = parseArgs({
    args: spelled,
    options: {
      quick: { type: "boolean", default: false },
      only: { type: "string" },
      rounds: { type: "string" },
      seconds: { type: "string" },
      "warm-up": { type: "string" },
      callers: { type: "string" },
      shapes: { type: "string" },
      workspaces: { type: "string" },
      history: { type: "string" },
      profile: { type: "boolean", default: false },
      output: { type: "string" },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) return null;
  if (values.history && values.profile) throw new Error("--history and --profile are two runs");
  const mode = values.history ? "history" : values.profile ? "profile" : "compare";
  const { quick } = values;
  return {
    mode,
    only: values.only?.split(",") ?? [],
    rounds: numberOf("rounds", values.rounds, quick || mode === "profile" ? 1 : 3),
    seconds: numberOf("seconds", values.seconds, quick ? 1 : 5),
    warmUpSeconds: numberOf("warm-up", values["warm-up"], quick ? 0.5 : 2),
    callers: (values.callers ?? (mode === "compare" ? "1,64,1000" : "1000"))
      .split(",")
      .map((word) => numberOf("callers", word, 1)),
    shapes: (values.shapes ?? "hot,spread").split(",").map(shapeOf),
    workspaces: numberOf("workspaces", values.workspaces, 10_000),
    historyRows: (values.history ?? "")
      .split(",")
      .map((word) => numberOf("history", word === "" ? undefined : word, 0)),
    output: values.output ?? (mode === "compare" ? "reports/bench.json" : `reports/bench-${mode}.json`),
  };
}

function numberOf(option: string, word: string | undefined, otherwise: number): number {
  if (word === undefined) return otherwise;
  const number = Number(word);
  if (!Number.isFinite(number) || number <= 0) throw new Error(`--${option}: ${word} is not a number above 0`);
  return number;
}

function shapeOf(word: string): Shape {
  if (word === "hot" || word === "spread") return word;
  throw new Error(`--shapes: ${word} is neither hot nor spread`);
}
