import type { Catalog, ChargeInput, PublishedCatalog, Workspace } from "@ducat/client";
import { DucatError } from "@ducat/client";
import { createOutbox } from "./background/outbox.ts";
import { createSweeper } from "./background/sweeper.ts";
import { type CatalogInput, catalogToInput, defaultCatalog, validateCatalog } from "./catalog/index.ts";
import type { Database, Session } from "./database/port.ts";
import { type CallerTransaction, callerDatabase } from "./database/transaction.ts";
import type { Command } from "./engine/command.ts";
import type { Swept } from "./engine/sweep.ts";
import { createHandler, type HandlerOptions } from "./http/handler.ts";
import { newAttempt } from "./ids.ts";
import { toCommand } from "./inputs/index.ts";
import type { Committed } from "./ledger/batch.ts";
import { createCatalogs } from "./ledger/catalogs.ts";
import { createLedger } from "./ledger/ledger.ts";
import { publicError } from "./ledger/public-error.ts";
import { createReader } from "./ledger/read.ts";
import { createListeners, type Listener } from "./listeners.ts";
import { databaseOf, prepareDatabase, publishCatalog } from "./open.ts";
import { type CreditsOptions, checkOptions } from "./options.ts";
import { readingVerbs } from "./reading-verbs.ts";
import { begin, type RunVerbs, run } from "./run.ts";
import { createRunningWork } from "./running-work.ts";
import { createCandidates } from "./store/candidates.ts";
import { createCatalogStore } from "./store/catalog-version.ts";
import { createHistory } from "./store/history.ts";
import { createOutboxStore } from "./store/outbox.ts";
import { createRunningCharges } from "./store/running-charges.ts";
import { createSql } from "./store/sql.ts";
import type { CallOptions, CloseOptions, Credits } from "./verbs.ts";
import { createWatch } from "./watch.ts";
import { writingVerbs } from "./writing-verbs.ts";

/** How long `close` lets the work of `run` and `begin` go on. */
const FINISH_MS = 5000;

type DefaultCatalog = typeof defaultCatalog;

/**
 * A credits engine on your database. It connects, migrates and starts nothing until the first verb, so that a module may
 * make it when it is imported.
 *
 * @example
 * const credits = createCredits({ database: { connectionString: process.env.DATABASE_URL }, catalog });
 * const result = await credits.run({ workspace, id, member, feature: "generate-screen", quantity: 2 }, ({ signal }) =>
 *   generate(prompt, { signal }),
 * );
 */
export function createCredits<C extends Catalog = DefaultCatalog>(options: CreditsOptions<C>): Credits<C> {
  checkOptions(options as CreditsOptions);
  return creditsOn(databaseOf(options.database), options);
}

/** The same on a database that somebody has opened already and may look into; `close` closes it too. */
export function creditsOn<C extends Catalog = DefaultCatalog>(
  database: Database,
  options: Omit<CreditsOptions<C>, "database">,
): Credits<C> {
  const log = withoutFail(options.log ?? ((message, error) => console.error(`ducat: ${message}`, error ?? "")));
  const commitScope = options.commitScope ?? "mixed";
  const schema = options.schema ?? "ducat";
  const sql = createSql(schema, commitScope);
  const store = createCatalogStore(sql);
  const catalogs = createCatalogs(store);
  const transactions = new WeakMap<CallerTransaction, Database>();
  const listeners = createListeners(log);
  const ledger = createLedger({
    database,
    schema,
    commitScope,
    catalogs,
    lanes: options.lanes ?? (database.kind === "pg" ? 3 : 1),
    maxBatch: 500,
    maxQueued: options.maxQueued ?? 20_000,
    lockTimeoutMs: options.lockTimeoutMs ?? 5000,
    committed: announce,
    log,
  });
  const reader = createReader(database, ledger.loader, catalogs);

  let takesCharges = true;
  let state: "new" | "ready" | "closing" | "closed" = "new";
  let preparing: Promise<void> | undefined;
  let closing: Promise<void> | undefined;

  /** Everything waits for the first verb's preparations; after a failure the next verb tries again. */
  function ready(): Promise<void> | undefined {
    if (state === "ready") return undefined;
    if (state === "closing" || state === "closed") return Promise.reject(closedError());
    preparing ??= prepareDatabase(database, store, options as Omit<CreditsOptions, "database">).then(
      () => {
        preparing = undefined;
        if (state !== "new") return;
        state = "ready";
        startBackground();
      },
      (error: unknown) => {
        preparing = undefined;
        throw publicError(error);
      },
    );
    return preparing;
  }

  /** While the engine closes, work that runs may go on to its end, and nothing new begins. */
  function refused(command: Command): Promise<never> | undefined {
    return takesCharges || command.verb !== "charge" ? undefined : Promise.reject(closedError());
  }

  function submit<Answer>(command: Command, call?: CallOptions): Promise<Answer> {
    const refusal = refused(command);
    if (refusal !== undefined) return refusal;
    const waiting = ready();
    if (waiting === undefined) return ledger.submit<Answer>(command, call?.signal);
    return waiting.then(() => ledger.submit<Answer>(command, call?.signal));
  }

  async function withSession<Answer>(work: (session: Session) => Promise<Answer>): Promise<Answer> {
    await ready();
    return await database.withSession(work).catch((error: unknown) => {
      throw publicError(error);
    });
  }

  function announce(committed: readonly Committed[]): void {
    if (!listeners.any()) return;
    for (const { workspace, seq, holders } of committed) listeners.tell({ type: "changed", workspace, seq, holders });
  }

  const watch = createWatch({
    database,
    charges: createRunningCharges(sql),
    log,
    heartbeat: (input) => submit(toCommand.heartbeat(input)),
  });

  const write = writingVerbs(submit);
  const read = readingVerbs({ database, sql, reader, history: createHistory(sql, catalogs), ready });
  const running = createRunningWork();
  const runVerbs: RunVerbs = {
    charge: (input, call) => submit(toCommand.charge(input, newAttempt), call),
    settle: (input) => submit(toCommand.settle(input, newAttempt)),
    refund: (input) => submit(toCommand.refund(input, newAttempt)),
    newAttempt,
    watch,
    running,
    log,
  };
  const sweepWorkspace = (workspace: string) => submit<Swept>({ verb: "sweep", workspace });
  const candidates = createCandidates(sql);
  const outboxStore = createOutboxStore(sql, options.keepNoticesDays ?? 30);
  const sweeper = createSweeper({
    due: (limit, skip) => withSession((session) => candidates.due(session, limit, skip)),
    dueSlowly: (limit, skip) => withSession((session) => candidates.dueSlowly(session, limit, skip)),
    sweepWorkspace,
    deleteOldNotices: (limit) => withSession((session) => outboxStore.deleteOld(session, limit)),
    intervalMs: options.sweepIntervalMs ?? 10_000,
    log,
  });
  const outbox = createOutbox({
    database,
    store: outboxStore,
    deliver: listeners.deliver,
    listening: listeners.any,
    intervalMs: 1000,
    log,
  });

  /** Begins what runs by itself, once the database is prepared. */
  function startBackground(): void {
    if (options.background === false) return;
    sweeper.start();
    outbox.start();
  }

  /** Moves a test clock, and does what sweepers would have done on the way, to the end. */
  async function advanceClock(input: unknown): Promise<Workspace> {
    const command = toCommand.advanceClock(input);
    const moved = await submit<Workspace>(command);
    let swept = 0;
    for (;;) {
      const { written } = await sweepWorkspace(command.workspace);
      swept += written;
      if (written === 0) break;
    }
    return swept === 0 ? moved : await read.workspace({ workspace: command.workspace });
  }

  async function published(): Promise<PublishedCatalog> {
    return await withSession(async (session) => {
      const version = (await store.published(session)) as string;
      await catalogs.ensure(session, [version]);
      return { version, ...(catalogs.known.get(version) as Catalog) };
    });
  }

  async function publish(catalog: Catalog = (options.catalog as Catalog | undefined) ?? defaultCatalog) {
    const checked = validateCatalog(inputOf(catalog));
    if (!checked.ok) throw new DucatError("invalid_catalog", "The catalog has faults.", { errors: checked.errors });
    return await withSession((session) => publishCatalog(session, store, checked.catalog));
  }

  const verbs = {
    ...write,
    quote: read.quote,
    run: (input: ChargeInput, work: never, call?: never) => run(runVerbs, input, work, call),
    begin: (input: ChargeInput, call?: never) => begin(runVerbs, input, call),
    balance: read.balance,
    entries: read.entries,
    charges: { get: read.charge, list: read.charges },
    usage: read.usage,
    explain: read.explain,
    topUps: { ...write.topUps, get: read.topUp },
    topUpRequests: { ...write.topUpRequests, list: read.topUpRequests },
    workspaces: { ...write.workspaces, get: read.workspace, list: read.workspaces },
    members: { ...write.members, get: read.member, list: read.members },
    clock: { advance: advanceClock },
    catalog: { published, publish },
    verify: read.verify,
    sweep: () => sweeper.sweep(),
    within: (transaction: unknown) => {
      const queue = queueOf(transaction as CallerTransaction);
      return writingVerbs(async (command) => {
        await refused(command);
        await ready();
        return await ledger.submitWithin(queue, command);
      });
    },
    onEvent: (listener: Listener) => listeners.add(listener),
    handler: (handlerOptions: HandlerOptions) => createHandler(credits, handlerOptions),
    queued: () => ledger.queued,
    ready: async () => await ready(),
    async close({ waitMs = FINISH_MS }: CloseOptions = {}) {
      if (!Number.isSafeInteger(waitMs) || waitMs < 0 || waitMs > 3_600_000)
        throw new DucatError("invalid_options", "close: waitMs must be a whole number from 0 to 3600000.");
      closing ??= shutDown(waitMs);
      await closing;
    },
  };

  /** Takes nothing more, and answers everything that was asked before. */
  async function shutDown(waitMs: number): Promise<void> {
    takesCharges = false;
    if (preparing !== undefined) await preparing.catch(() => {});
    const left = await running.finish(waitMs);
    if (left > 0) log(`closed while ${left} of run and begin had not ended; the leases of their charges end them`);
    state = "closing";
    await Promise.all([watch.stop(), sweeper.stop(), outbox.stop()]);
    await ledger.drain();
    state = "closed";
    await database.close();
  }

  /** One queue a transaction, however often it is passed in: two commands of it must not be between each other's lines. */
  function queueOf(caller: CallerTransaction): Database {
    const queue = transactions.get(caller) ?? callerDatabase(caller);
    transactions.set(caller, queue);
    return queue;
  }

  // The verbs take anything and check it; their types, which know the catalog, are those of `Credits`.
  const credits = verbs as unknown as Credits<C>;
  return credits;
}

/** The type of a catalog that somebody publishes was checked by a compiler at best. */
function inputOf(catalog: Catalog): CatalogInput {
  try {
    return catalogToInput(catalog);
  } catch (cause) {
    const message = "must come from defineCatalog(…) or parseCatalogJson(…)";
    throw new DucatError("invalid_input", `catalog ${message}.`, { cause, errors: [{ path: "catalog", message }] });
  }
}

/** A log that throws, or whose promise fails, must stop nothing: whoever logs has nobody else to tell. */
function withoutFail(log: (message: string, error?: unknown) => unknown): (message: string, error?: unknown) => void {
  return (message, error) => {
    (async () => await log(message, error))().catch(() => {});
  };
}

function closedError(): DucatError {
  return new DucatError("closed", "This credits engine was closed. Make a new one.");
}
