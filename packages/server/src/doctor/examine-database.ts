import type { Diagnosis } from "ducat";
import { type Finding, good, note, wrong } from "./finding.ts";

const oldestMajor = 15;

/** What one process of Ducat opens at most: lanes, the places beside them, and readers. */
const CONNECTIONS_A_PROCESS = 14;

const SKEW_NOTED_MS = 1_000;
const SKEW_WRONG_MS = 30_000;

/** The server, its clock and the tables. */
export function examineDatabase(diagnosis: Diagnosis): Finding[] {
  return [version(diagnosis), ...durability(diagnosis), ...connections(diagnosis), clock(diagnosis), schema(diagnosis)];
}

function version({ kind, server }: Diagnosis): Finding {
  const major = Math.floor(server.versionNumber / 10_000);
  const name =
    kind === "pglite" ? `the embedded PostgreSQL ${server.version} (PGlite)` : `PostgreSQL ${server.version}`;
  if (major >= oldestMajor) return good("database", `${name}.`);
  return wrong("database", `${name} is too old.`, `Use PostgreSQL ${oldestMajor} or newer.`);
}

function durability({ kind, server }: Diagnosis): Finding[] {
  if (kind === "pglite") {
    return [
      note(
        "durability",
        "The embedded database survives a crash of the process, and never forces data to the disk.",
        "For credits that people have paid for, use a PostgreSQL of your own: --database-url, or DATABASE_URL.",
      ),
    ];
  }
  const found: Finding[] = [];
  if (server.readOnly) {
    found.push(
      wrong(
        "writable",
        "This server takes no writes: it is a replica, or default_transaction_read_only is on.",
        "Give the address of the primary; replicas serve history and reports only.",
      ),
    );
  }
  if (server.fsync === "off") {
    found.push(
      wrong(
        "fsync",
        "fsync is off: a loss of power can leave the whole database damaged.",
        "Set fsync = on in postgresql.conf and reload.",
      ),
    );
  }
  if (server.fullPageWrites === "off") {
    found.push(
      wrong(
        "full_page_writes",
        "full_page_writes is off: a page that a loss of power cut in half cannot be repaired.",
        "Set full_page_writes = on and reload, unless your disks promise whole pages.",
      ),
    );
  }
  if (server.synchronousCommit === "off") {
    found.push(
      wrong(
        "synchronous_commit",
        "synchronous_commit is off: after a crash of the server, charges that were answered may never have been made.",
        "Set synchronous_commit = on for this database: alter database … set synchronous_commit = on.",
      ),
    );
  }
  if (found.length > 0) return found;
  return [good("durability", `What is committed is on the disk (synchronous_commit = ${server.synchronousCommit}).`)];
}

function connections({ kind, server }: Diagnosis): Finding[] {
  if (kind === "pglite") return [];
  const { maxConnections, reservedConnections, usedConnections } = server;
  const free = maxConnections - reservedConnections - usedConnections;
  const says = `${usedConnections} of ${maxConnections} connections are in use, ${reservedConnections} are reserved`;
  if (free >= CONNECTIONS_A_PROCESS) return [good("connections", `${says}.`)];
  return [
    wrong(
      "connections",
      `${says}: ${Math.max(0, free)} are left, and a process of Ducat opens up to ${CONNECTIONS_A_PROCESS}.`,
      "Raise max_connections, or put fewer processes or smaller pools on this server.",
    ),
  ];
}

function clock({ clock: { aheadMs, roundTripMs } }: Diagnosis): Finding {
  const apart = Math.abs(aheadMs);
  const certain = apart - roundTripMs / 2;
  if (certain <= SKEW_NOTED_MS) {
    return good("clock", `This machine and the database agree on the time (to ${Math.max(apart, roundTripMs)} ms).`);
  }
  const says = `This machine's clock is ${seconds(apart)} s ${aheadMs > 0 ? "ahead of" : "behind"} the database's.`;
  const advice =
    "Synchronize both (NTP). The ledger goes by the database's clock alone; what is wrong are dates that you give it by this machine's, and its logs.";
  return certain <= SKEW_WRONG_MS ? note("clock", says, advice) : wrong("clock", says, advice);
}

function seconds(ms: number): string {
  return (Math.round(ms / 100) / 10).toLocaleString("en-US");
}

function schema({ schema: { name, applied, missing, newer, changed } }: Diagnosis): Finding {
  if (newer.length > 0) {
    return wrong(
      "schema",
      `The schema ${name} has migration ${newer.join(", ")}, which this version of Ducat does not know.`,
      "Update Ducat here: a newer version has migrated this database.",
    );
  }
  if (changed.length > 0) {
    return wrong(
      "schema",
      `The schema ${name} got migration ${changed.join(", ")} with another text than this version of Ducat has.`,
      "A released migration never changes: restore the schema from a backup, or use the version that made it.",
    );
  }
  if (applied.length === 0) {
    return wrong("schema", `There are no tables in the schema ${name}.`, "Run: ducat migrate (or look at --schema).");
  }
  if (missing.length > 0) {
    return wrong("schema", `The schema ${name} lacks migration ${missing.join(", ")}.`, "Run: ducat migrate");
  }
  return good("schema", `The schema ${name} is up to date (migration ${Math.max(...applied)}).`);
}
