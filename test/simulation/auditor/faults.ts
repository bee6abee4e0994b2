import { pool } from "./model.ts";

type Test = (value: unknown) => boolean;

const integer =
  (least: number, most: number): Test =>
  (value) =>
    Number.isSafeInteger(value) && (value as number) >= least && (value as number) <= most;
const amount = integer(0, Number.MAX_SAFE_INTEGER);
const orNull =
  (test: Test): Test =>
  (value) =>
    value === null || test(value);
const among =
  (...words: string[]): Test =>
  (value) =>
    words.includes(value as string);
/** Ids: 1–128 printable ASCII without space, `/ \ ? # %`; the first a letter or digit. */
const id: Test = (value) =>
  typeof value === "string" && /^[A-Za-z0-9][!-~]{0,127}$/.test(value) && !/[/\\?#%]/.test(value);
const memberId: Test = (value) => id(value) && value !== pool;
const text: Test = (value) => typeof value === "string" && value.length > 0;
const instant: Test = (value) =>
  (typeof value === "string" || value instanceof Date) && !Number.isNaN(new Date(value).getTime());
const usage: Test = (value) => typeof value === "object" && value !== null && Object.values(value).every(amount);
const unique = (list: readonly unknown[]) => new Set(list).size === list.length;

/** What each field of any command must be, where the contract or the HTTP conventions say so. */
const fields: Readonly<Record<string, Test>> = {
  workspace: id,
  id,
  buyer: id,
  charge: id,
  newPeriod: id,
  payment: id,
  amount: integer(1, Number.MAX_SAFE_INTEGER),
  maxAmount: amount,
  delivered: integer(0, 1000),
  refunded: amount,
  cap: orNull(amount),
  quantity: integer(1, 1000),
  leaseSeconds: integer(10, 86_400),
  usage,
  reason: among("cancelled", "failed"),
  status: among("active", "trialing", "past_due", "ended"),
  effective: (value) => among("now", "period_end")(value) || instant(value),
  anchor: instant,
  createdAt: instant,
  testClock: instant,
  now: instant,
  periodEndsAt: orNull(instant),
  expiresAt: orNull(instant),
  actor: text,
  note: text,
  grant: text,
  recipients: (value) => Array.isArray(value) && value.length > 0 && value.every(id) && unique(value),
  members: (value) =>
    Array.isArray(value) &&
    unique(value.map((one) => one.id)) &&
    value.every((one) => memberId(one.id) && (one.cap === undefined || orNull(amount)(one.cap))),
};

/** True for input that no command may carry, whatever the state of the workspace (4.6, first in precedence). */
export function isInvalid(command: Readonly<Record<string, unknown>>): boolean {
  const member = command.verb === "memberPut" ? memberId : id;
  return Object.entries(command).some(([field, value]) => {
    const test = field === "member" ? member : fields[field];
    return value !== undefined && test !== undefined && !test(value);
  });
}
