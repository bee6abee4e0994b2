import type { Verification } from "@ducat/client";
import { DucatError } from "@ducat/client";
import type { Database, Session } from "../database/port.ts";
import { checkCharge } from "../verify/check-charge.ts";
import { compare } from "../verify/compare.ts";
import { createReplay, type Replay } from "../verify/replay.ts";
import { createReport, type Report } from "../verify/report.ts";
import type { Sql } from "./sql.ts";
import { readCharges } from "./verify/charges.ts";
import { PAGE, readEntries } from "./verify/entries.ts";
import { readSnapshot } from "./verify/snapshot.ts";

export interface VerifyOptions {
  /** Only these; absent or `null`: all. */
  workspaces?: readonly string[] | null;
  /** Called after each workspace. */
  onProgress?(done: { workspaces: number; entries: number; differences: number }): void;
}

/**
 * Replays every workspace's entries and names what does not add up. One workspace at a time; its entries are read in
 * pages that end their transactions, because no entry ever changes, and only what is left is read together with the rows
 * in one snapshot: a long snapshot would slow the ledger down. Memory grows with a workspace's grants and holders, not
 * with its entries or charges.
 */
export async function verifyAll(database: Database, sql: Sql, options: VerifyOptions = {}): Promise<Verification> {
  const verification: Verification = { ok: true, workspaces: 0, entries: 0, differences: [] };
  for await (const { id, seq } of workspaces(database, sql, options.workspaces ?? null)) {
    const report = createReport(id);
    verification.entries += await verifyWorkspace(database, sql, id, seq, report);
    verification.workspaces += 1;
    verification.differences.push(...report.differences);
    verification.ok = verification.differences.length === 0;
    const { workspaces, entries, differences } = verification;
    options.onProgress?.({ workspaces, entries, differences: differences.length });
  }
  return verification;
}

interface Found {
  id: string;
  seq: number;
}

const WORKSPACES = 500;

async function* workspaces(database: Database, sql: Sql, only: readonly string[] | null): AsyncGenerator<Found> {
  const select = `select w.id, w.seq from ${sql.schema}workspace w`;
  if (only !== null) {
    for (const id of new Set(only)) {
      const statement = { name: "verified", text: `${select} where w.id = $1::text`, params: [id] };
      const [result] = await database.withSession((session) => session.run([statement]));
      const row = result?.rows[0];
      if (row === undefined) throw new DucatError("unknown_workspace", `There is no workspace ${id}.`);
      yield { id: row[0], seq: row[1] };
    }
    return;
  }
  for (let after = ""; ; ) {
    const statement = {
      name: "to verify",
      text: `${select} where w.id > $1::text order by w.id limit ${WORKSPACES}`,
      params: [after],
    };
    const [result] = await database.withSession((session) => session.run([statement]));
    const rows = result?.rows ?? [];
    for (const [id, seq] of rows) yield { id, seq };
    if (rows.length < WORKSPACES) return;
    after = rows.at(-1)?.[0];
  }
}

/** Answers how many entries there were. */
async function verifyWorkspace(
  database: Database,
  sql: Sql,
  workspace: string,
  seq: number,
  report: Report,
): Promise<number> {
  const replay = createReplay(report);
  while (seq - replay.through > PAGE) {
    const read = await database.withSession((session) => applyPage(sql, session, workspace, replay));
    if (read === 0) break;
  }
  await database.withSession(async (session) => {
    await session.run([{ text: "begin isolation level repeatable read read only" }]);
    while ((await applyPage(sql, session, workspace, replay)) === PAGE);
    const snapshot = await readSnapshot(sql, session, workspace, report);
    await session.run([{ text: "commit" }]);
    compare(snapshot, replay, report);
  });
  for (let after: string | null = ""; after !== null; ) {
    const from: string = after;
    const { charges, next } = await database.withSession((session) => readCharges(sql, session, workspace, from));
    for (const charge of charges) checkCharge(charge, report);
    after = next;
  }
  return replay.count;
}

async function applyPage(sql: Sql, session: Session, workspace: string, replay: Replay): Promise<number> {
  const entries = await readEntries(sql, session, workspace, replay.through);
  for (const entry of entries) replay.apply(entry);
  return entries.length;
}
