import { expect, test } from "vitest";
import type { Command } from "./auditor.ts";
import { createAuditor } from "./auditor.ts";
import type { ExampleCommand } from "./examples/steps.ts";
import { catalogs } from "./examples.ts";

const workspace = "random";
const members = ["olga", "anna", "bob", "gina", "vera"];
const roles = ["owner", "editor", "guest-editor", "viewer"];
const iso = (at: number) => new Date(at).toISOString();

/** Small numbers from a seed (mulberry32), so that a failure names the run that repeats it. */
function dice(seed: number) {
  let state = seed;
  return (sides: number) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % sides;
  };
}

/** `made` holds the ids of what exists, by the first letter, so that later commands mostly name something real. */
function commandOf(roll: (sides: number) => number, made: string[], step: number, at: number): ExampleCommand {
  const pick = <T>(list: readonly T[]) => list[roll(list.length)] as T;
  const any = (prefix: string) => pick([...made.filter((id) => id.startsWith(prefix)).slice(-4), `${prefix}9999`]);
  const signed = { actor: "operator", note: "random" };
  const member = pick(members);
  const soon = iso(at + roll(60) * 86_400_000);
  const choices: (() => ExampleCommand)[] = [
    () => ({
      verb: "charge",
      id: `c${step}`,
      member,
      feature: "generate-screen",
      quantity: 1 + roll(20),
      leaseSeconds: 86_400,
    }),
    () => ({ verb: "charge", id: `c${step}`, member, feature: "assistant", usage: { output: roll(900_000) } }),
    () => ({ verb: "charge", id: any("c"), member, feature: "generate-screen", resume: true, attempt: any("a") }),
    () => ({ verb: "extend", id: any("c"), usage: { output: roll(2_000_000) } }),
    () => ({ verb: "heartbeat", id: any("c"), leaseSeconds: 86_400 }),
    () => ({ verb: "settle", id: any("c"), delivered: roll(3) }),
    () => ({ verb: "settle", id: any("c") }),
    () => ({ verb: "refund", id: any("c"), reason: "failed" }),
    () => ({ verb: "supportRefund", id: `s${step}`, charge: any("c"), ...signed }),
    () => ({ verb: "grant", id: `p${step}`, member, amount: 1 + roll(900), expiresAt: soon, ...signed }),
    () => ({ verb: "revokeGrant", id: `v${step}`, grant: `promo:${any("p")}`, ...signed }),
    () => ({ verb: "topUp", id: `o${step}`, pack: "small", recipients: [member], paid: true }),
    () => ({ verb: "topUpRefunded", id: any("o"), refunded: roll(1001) }),
    () => ({ verb: "memberPut", member, role: pick(roles), cap: pick([null, null, 500]) }),
    () => ({ verb: "memberRemove", member }),
    () => ({ verb: "subscription", plan: pick(Object.keys(catalogs.wide.plans)), effective: pick(["now", soon]) }),
    () => ({ verb: "subscription", plan: pick(Object.keys(catalogs.wide.plans)) }),
    () => ({ verb: "subscription", anchor: iso(at - roll(40) * 86_400_000), status: pick(["active", "past_due"]) }),
    () => ({ verb: "subscription", newPeriod: any("in_") }),
  ];
  return pick([...new Array(5).fill(choices.slice(0, 14)).flat(), ...choices])();
}

function run(seed: number, steps: number) {
  const roll = dice(seed);
  const auditor = createAuditor({ catalogs, published: "wide" });
  const swept = createAuditor({ catalogs, published: "wide" });
  let at = Date.UTC(2026, 0, 10);
  const tell = (command: ExampleCommand) => {
    const whole = { ...command, workspace } as Command;
    const answer = auditor.expect(whole, at);
    for (const told of [auditor, swept]) told.record({ ...whole }, at);
    return answer;
  };
  tell({ verb: "workspacePut", testClock: iso(at) });
  tell({ verb: "membersSync", members: members.map((id, index) => ({ id, role: roles[index % 4] as string })) });
  const viewsAt = (told: typeof auditor) => told.views(workspace, at) as NonNullable<ReturnType<typeof told.views>>;
  const outcomes = new Map<unknown, number>();
  const made: string[] = [];
  for (let step = 0; step < steps; step++) {
    at += [0, 1, 1000, 3_600_000, 86_400_000 * roll(6)][roll(7) % 5] as number;
    // Often exactly at a boundary, where most mistakes live.
    if (roll(25) === 0) at = Date.parse(viewsAt(auditor).workspace().cycle.endsAt);
    if (roll(3) === 0) swept.record({ verb: "sweep", workspace }, at);
    const command = commandOf(roll, made, step, at);
    const answer = tell(command);
    if ("id" in command && !("error" in answer)) made.push(command.id);
    const word = answer.outcome ?? answer.error ?? "view";
    outcomes.set(word, (outcomes.get(word) ?? 0) + 1);
    for (const grant of viewsAt(auditor).grants()) {
      const { amount, available, held, spent, expired, revoked } = grant;
      expect(available + held + spent + expired + revoked).toBe(amount);
      expect(Math.min(available, held, spent, expired, revoked), JSON.stringify(grant)).toBeGreaterThanOrEqual(0);
    }
    for (const who of ["workspace", ...members]) expect(viewsAt(auditor).balance(who).debt).toBeGreaterThanOrEqual(0);
  }
  for (const member of members) expect(viewsAt(swept).balance(member)).toEqual(viewsAt(auditor).balance(member));
  return outcomes;
}

test("random runs keep every grant whole, and no sweep schedule changes a balance (3.6, 8.3)", {
  timeout: 60_000,
}, () => {
  const outcomes = new Map<unknown, number>();
  for (let seed = 1; seed <= 20; seed++)
    for (const [word, count] of run(seed, 120)) outcomes.set(word, (outcomes.get(word) ?? 0) + count);
  // A run in which nothing succeeds would prove nothing.
  for (const word of ["charged", "settled", "refunded", "insufficient", "granted", "paid", "revoked", "id_reused"])
    expect(outcomes.get(word) ?? 0, `${word} in ${JSON.stringify([...outcomes])}`).toBeGreaterThan(9);
});
