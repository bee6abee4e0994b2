import { addFault } from "./faults.ts";
import { described, type Rule } from "./rule.ts";

const earliest = 0;
const latest = Date.UTC(9999, 11, 31, 23, 59, 59, 999);

const iso = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?(?:Z|([+-])(\d\d):?(\d\d))$/;

const wants = 'an instant such as "2026-03-01T12:00:00Z" (ISO 8601 with Z or an offset) or a Date';

/** An instant from ISO 8601 text with an offset or `Z`, or a `Date`, in whole milliseconds since 1970: cut, never rounded. */
export const instant: Rule<number> = {
  schema: { type: "string", format: "date-time" },
  optional: false,
  read(value, path, faults) {
    if (value === undefined) addFault(faults, path, `is missing; ${wants} is required`);
    else {
      const found = typeof value === "string" ? fromText(value) : fromDate(value);
      if (typeof found === "number" && found >= earliest && found <= latest) return found;
      addFault(faults, path, explain(value, found));
    }
    return 0;
  },
};

function explain(value: unknown, found: number | null): string {
  if (found !== null) return "must lie in the years 1970 to 9999 (UTC)";
  if (typeof value === "string" && value.length < 40) {
    if (fromText(`${value}Z`) !== null) return `must say its offset, got ${described(value)}; append Z for UTC`;
    if (iso.test(value)) return `must be a date and time that exist, got ${described(value)}`;
  }
  if (value === null) return `must be ${wants}, got null; leave it out instead`;
  return `must be ${wants}, got ${described(value)}`;
}

/** Also for a `Date` of another realm, which `instanceof` would not know. */
function fromDate(value: unknown): number | null {
  if (typeof value !== "object" || value === null) return null;
  let ms: number;
  try {
    ms = Date.prototype.getTime.call(value);
  } catch {
    return null;
  }
  return Number.isNaN(ms) ? null : ms;
}

/** `null` when it is not ISO 8601 or names a day or time that does not exist. */
function fromText(text: string): number | null {
  if (text.length > 40) return null;
  const parts = iso.exec(text);
  if (parts === null) return null;
  const number = (index: number) => Number(parts[index] ?? 0);
  const [year, month, day, hour, minute, second] = [1, 2, 3, 4, 5, 6].map(number) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const milliseconds = Number((parts[7] ?? "").slice(0, 3).padEnd(3, "0"));
  const [offsetHours, offsetMinutes] = [number(9), number(10)];
  if (hour > 23 || minute > 59 || second > 59 || offsetHours > 23 || offsetMinutes > 59) return null;
  const local = new Date(0);
  // Not Date.UTC, which reads the years 0 to 99 as 1900 to 1999.
  local.setUTCFullYear(year, month - 1, day);
  if (local.getUTCFullYear() !== year || local.getUTCMonth() !== month - 1 || local.getUTCDate() !== day) return null;
  local.setUTCHours(hour, minute, second, milliseconds);
  const offset = (offsetHours * 60 + offsetMinutes) * 60_000;
  return local.getTime() - (parts[8] === "-" ? -offset : offset);
}
