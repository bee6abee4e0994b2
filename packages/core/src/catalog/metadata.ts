import { describe, type FaultList, pathOf, pathOfItem } from "./faults.ts";
import { isPlainObject } from "./fields.ts";
import { catalogLimits } from "./limits.ts";
import { type Plain, type PlainObject, refused } from "./plain-data.ts";

/** The operator's own data: any JSON object of at most 4 KiB. Absent: `{}`. */
export function readMetadata(object: PlainObject, path: string, faults: FaultList): Readonly<Record<string, unknown>> {
  const value = object.metadata;
  if (value === undefined || value === refused) return {};
  const place = pathOf(path, "metadata");
  if (!isPlainObject(value)) {
    faults.add(place, `must be an object, got ${describe(value)}`);
    return {};
  }
  const before = faults.count;
  const data = ordinary(value, place, faults) as Record<string, unknown>;
  if (faults.count > before) return {};
  const bytes = utf8Length(JSON.stringify(data));
  if (bytes > catalogLimits.metadataBytes) {
    faults.add(place, `must have at most ${catalogLimits.metadataBytes} bytes of JSON, got ${bytes}`);
  }
  return data;
}

/** Ordinary objects again, for it is handed to code that expects them. `__proto__` was refused before. */
function ordinary(value: Plain, path: string, faults: FaultList): unknown {
  if (typeof value === "number" && !Number.isFinite(value)) {
    faults.add(path, `must be a finite number, got ${describe(value)}`);
    return null;
  }
  if (Array.isArray(value)) return value.map((item: Plain, index) => ordinary(item, pathOfItem(path, index), faults));
  if (!isPlainObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, ordinary(item, pathOf(path, key), faults)]),
  );
}

export function utf8Length(text: string): number {
  return new TextEncoder().encode(text).length;
}
