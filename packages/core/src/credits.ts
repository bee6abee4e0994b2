import type {
  Balance,
  Catalog,
  Charge,
  ChargeInput,
  Member,
  PublishedCatalog,
  Quote,
  Verification,
  Workspace,
} from "@ducat/client";
import { DucatError } from "@ducat/client";
import { catalogToInput, catalogVersion, defaultCatalog, validateCatalog } from "./catalog/index.ts";
import type { Database, Session } from "./database/port.ts";
import { type CallerTransaction, callerDatabase } from "./database/transaction.ts";
import { presentCharge } from "./engine/answer.ts";
import { balanceOf } from "./engine/balance.ts";
import type { Command } from "./engine/command.ts";
import { presentMember } from "./engine/members.ts";
import { quote } from "./engine/quote.ts";
import { chargeOf } from "./engine/settle.ts";
import { presentWorkspace } from "./engine/workspace.ts";
import { newAttempt } from "./ids.ts";
import { toCommand, toQuestion } from "./inputs/index.ts";
import type { Committed } from "./ledger/batch.ts";
import { createCatalogs } from "./ledger/catalogs.ts";
import { createLedger } from "./ledger/ledger.ts";
import { publicError } from "./ledger/public-error.ts";
import { createReader } from "./ledger/read.ts";
import { databaseOf, prepareDatabase, publishCatalog } from "./open.ts";
import { type CreditsOptions, checkOptions } from "./options.ts";
import { begin, type RunVerbs, run } from "./run.ts";
import { createCatalogStore } from "./store/catalog-version.ts";
import { createHistory } from "./store/history.ts";
import { noNeeds } from "./store/needs.ts";
import { createSql } from "./store/sql.ts";
import { verifyAll } from "./store/verify.ts";
import type { CallOptions, Credits, CreditsEvent, CreditsWithin, VerifyInput } from "./verbs.ts";
import { createWatch } from "./watch.ts";
import { verbsWithin } from "./within.ts";

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
  const log = options.log ?? ((message: string, error?: unknown) => console.error(`ducat: ${message}`, error ?? ""));
  const commitScope = options.commitScope ?? "mixed";
  const schema = options.schema ?? "ducat";
  const sql = createSql(schema, commitScope);
  const store = createCatalogStore(sql);
  const catalogs = createCatalogs(store);
  const listeners = new Set<(event: CreditsEvent) => void>();
  const transactions = new WeakMap<CallerTransaction, Database>();
  const ledger = createLedger({
    database,
    schema,
    commitScope,
    catalogs,
    lanes: options.lanes ?? (database.kind === "pg" ? 4 : 1),
    maxBatch: 500,
    maxQueued: options.maxQueued ?? 20_000,
    lockTimeoutMs: options.lockTimeoutMs ?? 5000,
    committed: announce,
    log,
  });
  const history = createHistory(sql, catalogs);
  const reader = createReader(database, ledger.loader, catalogs);

  let state: "new" | "ready" | "closing" | "closed" = "new";
  let preparing: Promise<void> | undefined;
  let closing: Promise<void> | undefined;

  /** Everything waits for the first verb's preparations; after a failure the next verb tries again. */
  function ready(): Promise<void> | undefined {
    if (state === "ready") return undefined;
    if (state === "closing" || state === "closed")
      return Promise.reject(new DucatError("closed", "This credits engine was closed. Make a new one."));
    preparing ??= prepareDatabase(database, store, options as Omit<CreditsOptions, "database">).then(
      () => {
        preparing = undefined;
        if (state === "new") state = "ready";
      },
      (error: unknown) => {
        preparing = undefined;
        throw publicError(error);
      },
    );
    return preparing;
  }

  /** The input is read here, so that a fault in it is a rejection like any other and not thrown at the caller. */
  function submit<Answer>(read: () => Command, call?: CallOptions): Promise<Answer> {
    let command: Command;
    try {
      command = read();
    } catch (error) {
      return Promise.reject(error);
    }
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
    if (listeners.size === 0) return;
    for (const { workspace, seq, holders } of committed) tell({ type: "changed", workspace, seq, holders });
  }

  function tell(event: CreditsEvent): void {
    for (const listener of listeners) {
      try {
        listener(event);
      } catch (error) {
        log("an event listener threw", error);
      }
    }
  }

  const watch = createWatch({
    database,
    sql,
    log,
    heartbeat: (input) => submit(() => toCommand.heartbeat(input)),
  });

  const charge = (input: unknown, call?: CallOptions) => submit<never>(() => toCommand.charge(input, newAttempt), call);
  const runVerbs: RunVerbs = {
    charge: (input, call) => charge(input, call),
    settle: (input) => submit(() => toCommand.settle(input, newAttempt)),
    refund: (input) => submit(() => toCommand.refund(input, newAttempt)),
    newAttempt,
    watch,
  };

  async function readBalance(input: unknown): Promise<Balance> {
    const { workspace, member } = toQuestion.balance(input);
    await ready();
    const need = noNeeds();
    if (member !== null) need.holders.add(member);
    return await reader.read(workspace, need, (found, now) => balanceOf(found, member, now));
  }

  async function readCharge(input: unknown): Promise<Charge> {
    const { workspace, id } = toQuestion.charge(input);
    await ready();
    const need = noNeeds();
    need.charges.add(id);
    need.chargeHolders.add(id);
    return await reader.read(workspace, need, (found) => presentCharge(workspace, chargeOf(found, id)));
  }

  async function readQuote(input: unknown): Promise<Quote> {
    const { workspace, member, items } = toQuestion.quote(input);
    await ready();
    const need = noNeeds();
    need.holders.add(member);
    return await reader.read(workspace, need, (found, now) => quote(found, { member, items }, now));
  }

  async function readMember(input: unknown): Promise<Member> {
    const { workspace, member } = toQuestion.member(input);
    await ready();
    const need = noNeeds();
    need.holders.add(member);
    return await reader.read(workspace, need, (found) => {
      const row = found.members.get(member);
      if (row === undefined) {
        throw new DucatError("unknown_member", `There is no member ${member} in this workspace. Put the member first.`);
      }
      return presentMember(found, row);
    });
  }

  async function readWorkspace(input: unknown): Promise<Workspace> {
    const { workspace } = toQuestion.workspace(input);
    await ready();
    return await reader.read(workspace, noNeeds(), (found, now) => presentWorkspace(found, now));
  }

  /** A question to the history. */
  async function ask<Asked, Answer>(
    read: () => Asked,
    answer: (session: Session, question: Asked) => Promise<Answer>,
  ): Promise<Answer> {
    const question = read();
    return await withSession((session) => answer(session, question));
  }

  async function verify(input: VerifyInput = {}): Promise<Verification> {
    const { onProgress, ...question } = input;
    const { workspaces } = toQuestion.verify(question);
    await ready();
    return await verifyAll(database, sql, {
      ...(workspaces === null ? {} : { workspaces }),
      ...(onProgress === undefined ? {} : { onProgress }),
    }).catch((error: unknown) => {
      throw publicError(error);
    });
  }

  async function published(): Promise<PublishedCatalog> {
    return await withSession(async (session) => {
      const version = (await store.published(session)) as string;
      await catalogs.ensure(session, [version]);
      return { version, ...(catalogs.known.get(version) as Catalog) };
    });
  }

  async function publish(catalog: Catalog = (options.catalog as Catalog | undefined) ?? defaultCatalog) {
    const checked = validateCatalog(catalogToInput(catalog));
    if (!checked.ok) throw new DucatError("invalid_catalog", "The catalog has faults.", { errors: checked.errors });
    return await withSession((session) => publishCatalog(session, store, checked.catalog));
  }

  const verbs = {
    quote: readQuote,
    charge,
    extend: (input: unknown, call?: CallOptions) => submit(() => toCommand.extend(input), call),
    heartbeat: (input: unknown, call?: CallOptions) => submit(() => toCommand.heartbeat(input), call),
    cancel: (input: unknown, call?: CallOptions) => submit(() => toCommand.cancel(input), call),
    settle: (input: unknown, call?: CallOptions) => submit(() => toCommand.settle(input, newAttempt), call),
    refund: (input: unknown, call?: CallOptions) => submit(() => toCommand.refund(input, newAttempt), call),
    supportRefund: (input: unknown, call?: CallOptions) => submit(() => toCommand.supportRefund(input), call),
    run: (input: ChargeInput, work: never, call?: never) => run(runVerbs, input, work, call),
    begin: (input: ChargeInput, call?: never) => begin(runVerbs, input, call),
    balance: readBalance,
    entries: (input: unknown) => ask(() => toQuestion.entries(input), history.entries),
    charges: { get: readCharge, list: (input?: unknown) => ask(() => toQuestion.charges(input), history.charges) },
    usage: (input: unknown) => ask(() => toQuestion.usage(input), history.usage),
    grant: (input: unknown) => submit(() => toCommand.grant(input)),
    revokeGrant: (input: unknown) => submit(() => toCommand.revokeGrant(input)),
    topUps: {
      create: (input: unknown) => submit(() => toCommand.topUp(input)),
      paid: (input: unknown) => submit(() => toCommand.topUpPaid(input)),
      refunded: (input: unknown) => submit(() => toCommand.topUpRefunded(input)),
      get: (input: unknown) => ask(() => toQuestion.topUp(input), history.topUp),
    },
    topUpRequests: {
      create: (input: unknown) => submit(() => toCommand.topUpRequest(input)),
      list: (input: unknown) => ask(() => toQuestion.topUpRequests(input), history.topUpRequests),
      approve: (input: unknown) => submit(() => toCommand.approve(input)),
      decline: (input: unknown) => submit(() => toCommand.decline(input)),
      withdraw: (input: unknown) => submit(() => toCommand.withdraw(input)),
    },
    workspaces: {
      put: (input: unknown) => submit(() => toCommand.workspacePut(input)),
      get: readWorkspace,
      list: (input?: unknown) => ask(() => toQuestion.workspaces(input), history.workspaces),
      archive: (input: unknown) => submit(() => toCommand.workspaceArchive(input)),
    },
    members: {
      put: (input: unknown) => submit(() => toCommand.memberPut(input)),
      remove: (input: unknown) => submit(() => toCommand.memberRemove(input)),
      get: readMember,
      list: (input: unknown) => ask(() => toQuestion.members(input), history.members),
      sync: (input: unknown) => submit(() => toCommand.membersSync(input)),
    },
    subscriptions: { update: (input: unknown) => submit(() => toCommand.subscription(input)) },
    clock: { advance: (input: unknown) => submit(() => toCommand.advanceClock(input)) },
    catalog: { published, publish },
    within,
    verify,
    onEvent(listener: (event: CreditsEvent) => void) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    ready: async () => await ready(),
    async close() {
      closing ??= (async () => {
        if (preparing !== undefined) await preparing.catch(() => {});
        state = "closing";
        await watch.stop();
        await ledger.drain();
        state = "closed";
        await database.close();
      })();
      await closing;
    },
  };

  /** One queue a transaction, however often it is passed in: two commands of it must not be between each other's lines. */
  function within(transaction: unknown): CreditsWithin<C> {
    const caller = transaction as CallerTransaction;
    const queue = transactions.get(caller) ?? callerDatabase(caller);
    transactions.set(caller, queue);
    return verbsWithin<C>(async (command) => {
      await ready();
      return await ledger.submitWithin(queue, command);
    });
  }

  return verbs as unknown as Credits<C>;
}

export { catalogVersion };
