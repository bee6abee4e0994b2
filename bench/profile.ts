import { Session } from "node:inspector";
import { selectNames } from "./all-contenders.ts";
import { type CpuProfile, selfTimes } from "./profile-summary.ts";
import { table, whole } from "./report.ts";
import type { Stage } from "./stage.ts";
import { statementTable } from "./statements.ts";
import { prepareTrack, runTrack } from "./track.ts";

const samplingMicroseconds = 250;
const functionsShown = 25;
const repository = new URL("..", import.meta.url).href;

/**
 * Where the time goes while a contender runs. Of this process's main thread: a `.cpuprofile` for Chromium's DevTools, and self
 * time by function and by owner (PGlite's worker thread is not in it). Of the server: the costliest statements.
 */
export async function profile(stage: Stage): Promise<void> {
  const { options, say } = stage;
  const folder = options.output.replace(/\.json$/, "");
  for (const name of selectNames(options.only, ["ducat"])) {
    const contender = await stage.make(name);
    const track = await prepareTrack(contender, stage.population);
    for (const shape of options.shapes) {
      for (const callers of options.callers) {
        const profiler = createProfiler();
        const aroundWindow = {
          start() {
            stage.statements.start();
            profiler.start();
          },
          stop() {
            profiler.stop();
            stage.statements.stop();
          },
        };
        const load = { ...options, shape, callers, aroundWindow };
        const measurement = await runTrack(track, load);
        const taken = profiler.taken();
        const title = `${name}, ${shape}, ${callers} callers`;
        say(`${title}: ${whole(measurement.pairsPerSecond)} pairs/s under the profiler`);
        await stage.write(`${folder}/${name}-${shape}-${callers}.cpuprofile`, JSON.stringify(taken));
        process.stdout.write(`### ${title}: ${whole(measurement.pairsPerSecond)} pairs/s\n\n`);
        process.stdout.write(`${summaryOf(taken, measurement.pairs)}\n\n`);
        if (contender.backend !== "postgresql") continue;
        const costs = await stage.statements.taken();
        process.stdout.write(`${statementTable(costs, measurement.seconds, measurement.pairs)}\n\n`);
      }
    }
  }
}

function summaryOf(taken: CpuProfile, pairs: number): string {
  const { total, byOwner, byFunction } = selfTimes(taken, repository);
  const line = (microseconds: number) => [
    `${((microseconds / total) * 100).toFixed(1)} %`,
    (microseconds / pairs).toFixed(2),
  ];
  const owners = byOwner.map(({ owner, microseconds }) => [owner, ...line(microseconds)]);
  const functions = byFunction
    .slice(0, functionsShown)
    .map(({ name, place, microseconds }) => [name, place, ...line(microseconds)]);
  return [
    table(["owner", "self time", "µs a pair"], owners),
    table(["function", "where", "self time", "µs a pair"], functions),
  ].join("\n\n");
}

/** The inspector of this very thread: its calls take effect before they return. */
function createProfiler() {
  const session = new Session();
  session.connect();
  let result: CpuProfile | undefined;
  session.post("Profiler.enable");
  session.post("Profiler.setSamplingInterval", { interval: samplingMicroseconds });
  return {
    start() {
      session.post("Profiler.start");
    },
    stop() {
      session.post("Profiler.stop", (error, answer) => {
        if (!error) result = answer.profile as CpuProfile;
      });
    },
    taken(): CpuProfile {
      session.disconnect();
      if (!result) throw new Error("the profiler gave no profile");
      return result;
    },
  };
}
