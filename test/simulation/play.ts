import type { Answer, Story } from "./auditor/model.ts";
import type { Command, createAuditor } from "./auditor.ts";
import { differences } from "./differences.ts";
import { comparable } from "./examples/steps.ts";
import type { Turn } from "./generator.ts";
import { counts, grantsOf, type Look, type StoredGrant, type Subject } from "./subject.ts";

export type Auditor = ReturnType<typeof createAuditor>;

/** What a simulation asks of an engine, whatever it stands on. */
export type Engine = Pick<Subject, "tell" | "look" | "grants" | "letTimePass">;

/** A workspace and the clock it has come to. */
export interface Player {
  workspace: string;
  /** `null` before it exists. */
  clock: number | null;
  turns: number;
}

/** Where the engine and the auditor part. */
export interface Problem {
  workspace: string;
  at: number;
  /** What was asked last: a command, or a view. */
  asked: unknown;
  differences: string[];
  engine: unknown;
  auditor: unknown;
}

export interface Told {
  workspace: string;
  command: Command;
  answer: Answer;
  at: number;
  /** What was known of the workspace before and after it; nothing before it exists. */
  before: Readonly<Story> | undefined;
  after: Readonly<Story> | undefined;
}

/** What became of one turn of several workspaces. */
export interface Played {
  /** The commands that were judged right, in order. */
  told: Told[];
  problem: Problem | null;
}

/** Plays one turn of several workspaces at once, and judges every answer and every view. */
export async function play(
  { subject, auditor }: { subject: Engine; auditor: Auditor },
  moves: readonly { player: Player; turn: Turn }[],
): Promise<Played> {
  const heard: Told[] = [];
  const passes = moves.flatMap(({ player: { workspace, clock }, turn: { at, unnoticed } }) =>
    clock !== null && unnoticed && at > clock ? [{ workspace, to: at }] : [],
  );
  await subject.letTimePass(passes);
  const asked = moves.map(({ player, turn }) => ({ player, commands: commandsOf(player, turn) }));
  const answers = await Promise.all(
    asked.map(({ commands }) => Promise.all(commands.map(({ command, at }) => subject.tell(command, at)))),
  );
  for (const [i, { player, commands }] of asked.entries()) {
    for (const [j, { command, at }] of commands.entries()) {
      const { workspace } = player;
      const before = auditor.told(workspace);
      const told = { workspace, command, answer: answers[i]?.[j] as Answer, at };
      const problem = judge(auditor, told, j === commands.length - 1);
      if (problem !== null) return { told: heard, problem };
      heard.push({ ...told, before, after: auditor.told(workspace) });
      player.clock = after(command, at);
    }
    player.turns += 1;
  }
  return { told: heard, problem: await judgeViews({ subject, auditor }, asked) };
}

/** Where a command leaves the clock. */
const after = (command: Command, at: number) =>
  command.verb === "advanceClock" ? Math.max(at, Date.parse(String(command.now))) : at;

/** The commands as the engine gets them, each at its instant; a clock that somebody moves is moved by a command. */
function commandsOf({ workspace, clock }: Player, turn: Turn): { command: Command; at: number }[] {
  const move = { verb: "advanceClock", now: new Date(turn.at).toISOString() } as const;
  const moves = clock !== null && !turn.unnoticed && turn.at > clock ? [move] : [];
  let at = clock === null || turn.unnoticed ? turn.at : clock;
  return [...moves, ...turn.commands].map((fields) => {
    const command = { ...fields, workspace } as Command;
    const told = { command, at };
    at = after(command, at);
    return told;
  });
}

type Answered = Omit<Told, "before" | "after">;

function judge(auditor: Auditor, { workspace, command, answer, at }: Answered, last: boolean): Problem | null {
  const { workspace: view, ...rest } = auditor.expect(command, at);
  // A clock that moves answers when everything is swept; commands that came meanwhile may have changed the workspace.
  const expected = comparable(
    view === undefined || (command.verb === "advanceClock" && !last) ? rest : { ...rest, workspace: view },
  );
  const engine = comparable(answer);
  const found = differences(engine, expected);
  const unexpected = (answer.error ?? null) !== ((expected as Answer).error ?? null);
  if (found.length > 0 || unexpected)
    return { workspace, at, asked: command, differences: found, engine, auditor: expected };
  auditor.record(command, at);
  return null;
}

/** How many turns pass until everybody's balance is looked at, not only that of those who did something. */
const WHOLE = 8;

async function judgeViews(
  { subject, auditor }: { subject: Engine; auditor: Auditor },
  asked: readonly { player: Player; commands: readonly { command: Command }[] }[],
): Promise<Problem | null> {
  const stored = await subject.grants(asked.map(({ player }) => player.workspace));
  const looks = await Promise.all(
    asked.map(async ({ player, commands }) => {
      const { workspace, clock } = player;
      const views = auditor.views(workspace, clock as number);
      if (views === null) return null;
      const about = concerned(
        commands.map(({ command }) => command),
        views,
      );
      const members = player.turns % WHOLE === 0 ? views.members : about.members;
      const look = await subject.look(workspace, members, about.charges).catch((error: unknown) => String(error));
      return { player, views, look, charges: about.charges };
    }),
  );
  for (const one of looks) {
    if (one === null) continue;
    const { look } = one;
    if (typeof look === "string") {
      const { workspace, clock } = one.player;
      return { workspace, at: clock as number, asked: "look", differences: [look], engine: null, auditor: null };
    }
    const { workspace, clock } = one.player;
    const grants = stored.get(workspace) ?? new Map<string, StoredGrant>();
    for (const { view, engine, auditor: expected } of viewsOf({ ...one, look }, grants)) {
      const found = differences(engine, expected, view);
      if (found.length > 0) {
        const at = clock as number;
        return { workspace, at, asked: view, differences: found, engine, auditor: expected };
      }
    }
  }
  return null;
}

type Views = NonNullable<ReturnType<Auditor["views"]>>;

/** The members and charges that commands were about. */
function concerned(commands: readonly Command[], views: Views): { members: string[]; charges: string[] } {
  const members = new Set<string>();
  const charges = new Set<string>();
  for (const command of commands) {
    if ("member" in command && command.member !== undefined) members.add(command.member);
    if ("recipients" in command) for (const recipient of command.recipients) members.add(recipient);
    const id = "charge" in command ? command.charge : "id" in command ? command.id : "";
    const member = views.payer(id);
    if (member === null) continue;
    charges.add(id);
    members.add(member);
  }
  return { members: [...members].filter((id) => views.members.includes(id)), charges: [...charges] };
}

function* viewsOf(
  { views, look, charges }: { views: Views; look: Look; charges: readonly string[] },
  stored: ReadonlyMap<string, StoredGrant>,
): Iterable<{ view: string; engine: unknown; auditor: unknown }> {
  yield { view: "workspace", engine: look.workspace, auditor: views.workspace() };
  for (const [who, balance] of look.balances) {
    yield { view: `balance of ${who}`, engine: comparable(balance), auditor: comparable(views.balance(who)) };
    const engine = grantsOf(who, stored, look.columns.get(who) ?? []);
    const expected = views.grants().filter((grant) => grant.holder === who);
    yield { view: `columns of ${who}, grants`, engine: columnsOf(engine), auditor: columnsOf(expected) };
  }
  for (const id of charges) {
    yield { view: `charge ${id}`, engine: comparable(look.charges.get(id)), auditor: comparable(views.charge(id)) };
  }
}

/** What is in each column of each grant, by the grant's id. */
function columnsOf(grants: readonly StoredGrant[]) {
  const entries = grants.filter(counts).map(({ id, source, amount, available, held, spent, expired, revoked }) => {
    return [id, { source, amount, available, held, spent, expired, revoked }];
  });
  return Object.fromEntries(entries);
}
