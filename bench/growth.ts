import { selectNames } from "./all-contenders.ts";
import { rotated } from "./compare.ts";
import type { PairContender } from "./contender.ts";
import { asJson, table, whole } from "./report.ts";
import { createResults, figuresOf } from "./results.ts";
import type { Stage } from "./stage.ts";
import { prepareTrack, runTrack, type Track } from "./track.ts";

/** Above this many rows an instance is kept for all rounds: its own runs hardly add to it, and filling takes long. */
const keptFrom = 500_000;

interface Instance {
  name: string;
  rows: number;
  track: Track;
}

/**
 * Does the cost grow with history? The same contender with few and with many ledger rows, side by side on one server. Runs
 * add rows themselves, so a small instance is made afresh for every run; the report says how many rows it ended with.
 */
export async function growth(stage: Stage): Promise<void> {
  const { options, say } = stage;
  const names = selectNames(options.only, ["textbook", "guarded", "ducat", "ducat-pglite"]);
  const kept = new Map<string, Instance>();
  const results = createResults();
  const ended = new Map<string, number>();

  const open = async (name: string, rows: number, generation: number): Promise<Instance> => {
    const label = `${name}-${rows}`;
    const found = kept.get(label);
    if (found) return found;
    const contender = await stage.make(name, `${label}-${generation}`);
    if (contender.kind !== "pairs" || !contender.fillHistory)
      throw new Error(`${name} keeps no history to look through`);
    const track = await prepareTrack(contender, stage.population);
    say(`fill ${name} with ${whole(rows)} ledger rows`);
    await contender.fillHistory(rows);
    const instance = { name, rows, track };
    if (rows >= keptFrom) kept.set(label, instance);
    return instance;
  };

  // The big ones first: they take minutes, and a fault should show before the rounds begin.
  for (const name of names) await open(name, Math.max(...options.historyRows), 0);
  await stage.checkpoint();
  let generation = 0;
  for (let round = 0; round < options.rounds; round++) {
    for (const shape of options.shapes) {
      for (const callers of options.callers) {
        for (const name of rotated(names, round)) {
          for (const rows of rotated(options.historyRows, round)) {
            generation += 1;
            const instance = await open(name, rows, generation);
            const { contender } = instance.track;
            const measurement = await runTrack(instance.track, { ...options, shape, callers });
            const label = `${name} at ${whole(rows)}`;
            results.add({ contender: label, backend: contender.backend, shape, callers }, measurement);
            ended.set(label, Math.max(ended.get(label) ?? 0, rows + rowsOf(instance.track)));
            say(
              `round ${round + 1}: ${label}, ${shape}, ${callers} callers: ${whole(measurement.pairsPerSecond)} pairs/s`,
            );
            if (!kept.has(`${name}-${rows}`)) await stage.dismiss(contender);
          }
        }
      }
    }
  }
  for (const { track } of kept.values()) await (track.contender as PairContender).prove?.();

  const cells = results.cells();
  const rows = cells.map((cell) => {
    const figures = figuresOf(cell);
    const smallest = `${cell.contender.split(" at ")[0]} at ${whole(Math.min(...options.historyRows))}`;
    const base = results.find(smallest, cell.shape, cell.callers);
    return [
      cell.contender,
      whole(ended.get(cell.contender) ?? 0),
      cell.shape,
      whole(cell.callers ?? 0),
      whole(figures.pairsPerSecond),
      `${whole(figures.slowest)}–${whole(figures.fastest)}`,
      base ? (figures.pairsPerSecond / figuresOf(base).pairsPerSecond).toFixed(2) : "–",
      figures.p50?.toFixed(2) ?? "–",
      figures.p99?.toFixed(2) ?? "–",
    ];
  });
  const header = [
    "contender at rows",
    "rows at the end",
    "shape",
    "callers",
    "pairs/s",
    "rounds",
    "× small",
    "p50 ms",
    "p99 ms",
  ];
  process.stdout.write(`${table(header, rows)}\n`);
  const contenders = [...kept.values()].map((instance) => instance.track.contender);
  await stage.write(options.output, asJson(results, stage, { contenders, diskSync: [] }));
}

/** Ledger rows that runs have added: one a pair for who keeps a row an ended charge, two for who keeps one a transition. */
function rowsOf(track: Track): number {
  return 2 * track.tally.reduce((sum, count) => sum + count, 0);
}
