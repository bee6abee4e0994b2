import type { Feature, Mode, Settles } from "@ducat/client";
import { describe, type FaultList, pathOf } from "./faults.ts";
import { creditsRange, isPlainObject, readChoice, readInteger, readObject, readPlanList, readText } from "./fields.ts";
import { entriesById, mapById } from "./ids.ts";
import { catalogLimits } from "./limits.ts";
import { readMetadata } from "./metadata.ts";
import { type Plain, refused } from "./plain-data.ts";

const ways = ["unit", "whole", "metered"] as const;

export function readFeatures(
  value: Plain | undefined,
  planIds: readonly string[] | null,
  faults: FaultList,
): Record<string, Feature> {
  const map = readObject(value, "features", null, faults);
  if (map === null) return mapById();
  const features = mapById<Feature>();
  for (const [id, item, path] of entriesById(map, "features", catalogLimits.features, faults)) {
    const feature = readFeature(item, path, planIds, faults);
    if (feature !== null) features[id] = feature;
  }
  return features;
}

function readFeature(value: Plain, path: string, planIds: readonly string[] | null, faults: FaultList): Feature | null {
  const feature = readObject(value, path, ["name", "unit", "settles", "modes", "plans", "metadata"], faults);
  if (feature === null) return null;
  const settles = readChoice(feature, "settles", path, ways, faults);
  const plans = readPlanList(feature, path, planIds, faults);
  return {
    name: readText(feature, "name", path, faults),
    unit: readText(feature, "unit", path, faults, settles === "metered" ? "token" : undefined),
    settles: settles ?? "unit",
    modes: readModes(feature.modes, pathOf(path, "modes"), { settles, plans, planIds }, faults),
    plans,
    metadata: readMetadata(feature, path, faults),
  };
}

interface ModeContext {
  readonly settles: Settles | undefined;
  readonly plans: readonly string[] | null;
  readonly planIds: readonly string[] | null;
}

function readModes(
  value: Plain | undefined,
  path: string,
  context: ModeContext,
  faults: FaultList,
): Record<string, Mode> {
  const map = readObject(value, path, null, faults);
  if (map === null) return mapById();
  if (Object.keys(map).length === 0) faults.add(path, 'must have at least one mode; the usual one is "standard"');
  const modes = mapById<Mode>();
  for (const [id, item, place] of entriesById(map, path, catalogLimits.modes, faults)) {
    const mode = readMode(item, place, context, faults);
    if (mode !== null) modes[id] = mode;
  }
  return modes;
}

function readMode(value: Plain, path: string, context: ModeContext, faults: FaultList): Mode | null {
  if (value === refused || context.settles === undefined) return null;
  const metered = context.settles === "metered";
  if (!isPlainObject(value)) {
    if (metered) {
      faults.add(path, `must be { perMillion: { … } }, because the feature settles metered, got ${describe(value)}`);
      return null;
    }
    return { price: readInteger(value, path, creditsRange, faults), perMillion: null, plans: null };
  }
  const mode = readObject(value, path, ["price", "perMillion", "plans"], faults) ?? value;
  const plans = readPlanList(mode, path, context.planIds, faults);
  for (const plan of plans ?? []) {
    if (context.plans === null || context.plans.includes(plan)) continue;
    faults.add(
      pathOf(path, "plans"),
      `names ${describe(plan)}, but the feature's own plans leave it out; add it there or drop it here`,
    );
  }
  const extra = metered ? "price" : "perMillion";
  if (mode[extra] !== undefined) {
    faults.add(
      pathOf(path, extra),
      metered
        ? 'must be left out: the feature settles "metered"; use perMillion'
        : 'must be left out: only features that settle "metered" have meters; use price',
    );
  }
  if (metered)
    return { price: null, perMillion: readMeters(mode.perMillion, pathOf(path, "perMillion"), faults), plans };
  return { price: readInteger(mode.price, pathOf(path, "price"), creditsRange, faults), perMillion: null, plans };
}

function readMeters(value: Plain | undefined, path: string, faults: FaultList): Record<string, number> {
  const map = readObject(value, path, null, faults);
  if (map === null) return mapById();
  if (Object.keys(map).length === 0)
    faults.add(path, 'must have at least one meter, such as { "input": 250, "output": 1000 }');
  return mapById(
    entriesById(map, path, catalogLimits.meters, faults).map(([meter, price, place]) => [
      meter,
      readInteger(price, place, creditsRange, faults),
    ]),
  );
}
