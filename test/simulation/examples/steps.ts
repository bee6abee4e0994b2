import type { Command } from "../auditor.ts";

type Without<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never;

/** A command without its workspace: each example runs in one workspace, which its runner names. */
export type ExampleCommand = Without<Command, "workspace">;

/**
 * `expect` is partial: it names what matters; see `comparable` for how grants and slices are written. A thrown error is
 * `{ error: code }`; a verb that answers a bare resource is wrapped: `{ workspace }`, `{ member }`, `{ charge }`,
 * `{ topUp }`. An engine moves the workspace's test clock to `at` before each step and puts the workspace's id into
 * the command. The first step may come before there is a workspace.
 */
export type Step = { at: string } & (
  | { command: ExampleCommand; expect: object }
  | { balance: string; expect: object }
  | { charge: string; expect: object }
  | { totals: string; expect: object }
  | { workspace: true; expect: object }
  | { publish: string }
);

export interface Example {
  name: string;
  /** The clause of the contract that it shows. */
  clause: string;
  /** The version in force at the beginning; `reference` when absent. */
  catalog?: string;
  steps: Step[];
}

/** `2026-01-10` or `2026-01-10 10:15` or `2026-01-10 10:15:30.250` in UTC. */
export const instant = (text: string): string =>
  new Date(`${text.includes(" ") ? text.replace(" ", "T") : `${text}T00:00`}Z`).toISOString();

export const tell = (at: string, command: ExampleCommand, expect: object = {}): Step => ({
  at: instant(at),
  command,
  expect,
});
export const balance = (at: string, who: string, expect: object): Step => ({ at: instant(at), balance: who, expect });
export const workspace = (at: string, expect: object): Step => ({ at: instant(at), workspace: true, expect });
export const charge = (at: string, id: string, expect: object): Step => ({ at: instant(at), charge: id, expect });
export const totals = (at: string, holder: string, expect: object): Step => ({
  at: instant(at),
  totals: holder,
  expect,
});
export const publish = (at: string, version: string): Step => ({ at: instant(at), publish: version });

/** A new workspace with these members, on a test clock; on `plan` at once, with its anchor, if one is given. */
export function begin(at: string, members: Record<string, string>, plan?: string): Step[] {
  const list = Object.entries(members).map(([id, role]) => ({ id, role }));
  const begun = [
    tell(at, { verb: "workspacePut", testClock: instant(at) }),
    tell(at, { verb: "membersSync", members: list }, { added: Object.keys(members) }),
  ];
  return plan === undefined
    ? begun
    : [...begun, tell(at, { verb: "subscription", plan, anchor: instant(at) }, { workspace: { plan, pending: null } })];
}

/** Screens at 30 credits. */
export const screens = (id: string, member: string, quantity: number, more: object = {}): ExampleCommand => ({
  verb: "charge",
  id,
  member,
  feature: "generate-screen",
  quantity,
  ...more,
});

export const settle = (id: string, more: object = {}): ExampleCommand => ({ verb: "settle", id, ...more });

/** Screens charged and settled at once. */
export const use = (at: string, id: string, member: string, quantity: number): Step[] => [
  tell(at, screens(id, member, quantity), { outcome: "charged" }),
  tell(at, settle(id), { outcome: "settled" }),
];

export const promo = (id: string, amount: number, more: object = {}): ExampleCommand => ({
  verb: "grant",
  id,
  amount,
  actor: "operator",
  note: "for an example",
  ...more,
});

export const buy = (id: string, recipients: string[], pack = "small"): ExampleCommand => ({
  verb: "topUp",
  id,
  pack,
  recipients,
  paid: true,
});

export const monthly = (holder: string, epoch: string, startsAt: string, level: number): string =>
  `monthly:${holder}:${epoch}:${Date.parse(instant(startsAt))}:${level}`;

/** An answer in the form that examples expect: grants by id, slices as [grant, amount, returned] in burn order. */
export function comparable(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(comparable);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => {
      if (key === "grants" && Array.isArray(inner)) return [key, Object.fromEntries(inner.map((one) => [one.id, one]))];
      if (key === "slices" && Array.isArray(inner))
        return [key, inner.map((one) => [one.grant, one.amount, one.returned])];
      return [key, comparable(inner)];
    }),
  );
}

/** A refund by support of what was settled. */
export const support = (id: string, of: string, more: object = {}) =>
  ({ verb: "supportRefund", id, charge: of, actor: "operator", note: "it was blurred", ...more }) as const;
