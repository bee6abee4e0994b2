import { pool } from "./model.ts";

type Test = (value: unknown) => boolean;

const whole =
  (least: number, most = Number.MAX_SAFE_INTEGER): Test =>
  (value) =>
    Number.isSafeInteger(value) && Number(value) >= least && Number(value) <= most;
const among =
  (...words: unknown[]): Test =>
  (value) =>
    words.includes(value);
const either =
  (...tests: Test[]): Test =>
  (value) =>
    tests.some((test) => test(value));
/** Ids: 1–128 printable ASCII without space, `/ \ ? # %`; the first a letter or digit. */
const isId: Test = (value) =>
  typeof value === "string" && /^[A-Za-z0-9][!-~]{0,127}$/.test(value) && !/[/\\?#%]/.test(value);
const isText: Test = (value) => typeof value === "string" && value.length > 0;
const isInstant: Test = (value) =>
  (typeof value === "string" || value instanceof Date) && !Number.isNaN(new Date(value).getTime());
const isUnique = (list: readonly unknown[]) => new Set(list).size === list.length;
const isMember: Test = (value) => isId(value) && value !== pool;
const isCap = either(among(null, undefined), whole(0));

/** What each field of any command must be, where the contract or the HTTP conventions say so. */
const tests: readonly [fields: string, test: Test][] = [
  ["workspace id member buyer charge newPeriod payment", isId],
  ["actor note grant", isText],
  ["anchor createdAt testClock now", isInstant],
  ["periodEndsAt expiresAt", either(among(null), isInstant)],
  ["effective", either(among("now", "period_end"), isInstant)],
  ["reason", among("cancelled", "failed")],
  ["status", among("active", "trialing", "past_due", "ended")],
  ["amount", whole(1)],
  ["maxAmount refunded", whole(0)],
  ["cap", isCap],
  ["delivered", whole(0, 1000)],
  ["quantity", whole(1, 1000)],
  ["leaseSeconds", whole(10, 86_400)],
  ["usage", (value) => typeof value === "object" && value !== null && Object.values(value).every(whole(0))],
  ["recipients", (value) => Array.isArray(value) && value.length > 0 && value.every(isId) && isUnique(value)],
  ["members", (value) => Array.isArray(value) && isUnique(value.map(({ id }) => id)) && value.every(isPerson)],
];
const isPerson = ({ id, cap }: { id: unknown; cap?: unknown }) => isMember(id) && isCap(cap);
const byField = new Map(tests.flatMap(([fields, test]) => fields.split(" ").map((field) => [field, test])));

/** True for input that no command may carry, whatever the state of the workspace (4.6, first in precedence). */
export function isInvalid(command: object): boolean {
  return (
    Object.entries(command).some(([field, value]) => value !== undefined && byField.get(field)?.(value) === false) ||
    ("verb" in command && command.verb === "memberPut" && "member" in command && !isMember(command.member))
  );
}
