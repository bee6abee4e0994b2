import { pool } from "./model.ts";

type Test = (value: unknown) => boolean;

const isWhole = (value: unknown, least: number, most = Number.MAX_SAFE_INTEGER) =>
  Number.isSafeInteger(value) && Number(value) >= least && Number(value) <= most;
const isAmong = (value: unknown, ...words: string[]) => words.some((word) => word === value);
/** Ids: 1–128 printable ASCII without space, `/ \ ? # %`; the first a letter or digit. */
const isId: Test = (value) =>
  typeof value === "string" && /^[A-Za-z0-9][!-~]{0,127}$/.test(value) && !/[/\\?#%]/.test(value);
const isText: Test = (value) => typeof value === "string" && value.length > 0;
const isInstant: Test = (value) =>
  (typeof value === "string" || value instanceof Date) && !Number.isNaN(new Date(value).getTime());
const isMember: Test = (value) => isId(value) && value !== pool;
const isCap: Test = (value) => value === null || isWhole(value, 0);
const isPerson = ({ id, cap = null }: { id?: unknown; cap?: unknown }) => isMember(id) && isCap(cap);
const isList = <T>(value: unknown, key: (one: T) => unknown, test: (one: T) => boolean): value is T[] =>
  Array.isArray(value) && new Set(value.map(key)).size === value.length && value.every(test);

/** What each field of any command must be, where the contract or the HTTP conventions say so. */
const tests: Readonly<Record<string, Test>> = {
  "workspace id member buyer charge newPeriod payment": isId,
  "actor note grant": isText,
  "anchor createdAt testClock now": isInstant,
  "periodEndsAt expiresAt": (value) => value === null || isInstant(value),
  effective: (value) => isAmong(value, "now", "period_end") || isInstant(value),
  reason: (value) => isAmong(value, "cancelled", "failed"),
  status: (value) => isAmong(value, "active", "trialing", "past_due", "ended"),
  amount: (value) => isWhole(value, 1),
  "maxAmount refunded": (value) => isWhole(value, 0),
  cap: isCap,
  delivered: (value) => isWhole(value, 0, 1000),
  quantity: (value) => isWhole(value, 1, 1000),
  leaseSeconds: (value) => isWhole(value, 10, 86_400),
  usage: (value) => Object.values(value as object).every((amount) => isWhole(amount, 0)),
  recipients: (value) => isList(value, (one) => one, isId) && value.length > 0,
  members: (value) => isList(value, ({ id }) => id, isPerson),
};
const byField = new Map(Object.entries(tests).flatMap(([fields, test]) => fields.split(" ").map((one) => [one, test])));

/** True for input that no command may carry, whatever the state of the workspace (4.6, first in precedence). */
export const isInvalid = ({ verb, ...input }: { verb: string; member?: string }): boolean =>
  (verb === "memberPut" && input.member === pool) ||
  Object.entries(input).some(([field, value]) => value !== undefined && byField.get(field)?.(value) === false);
