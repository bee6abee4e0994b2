import type { Catalog, InstantInput, Workspace } from "@ducat/client";
import type { defaultCatalog, PlanId, RoleId } from "./catalog/index.ts";
import { createCredits } from "./credits.ts";
import type { Credits } from "./verbs.ts";

export interface TestCreditsOptions<C extends Catalog> {
  /** Default: the built-in catalog. */
  catalog?: C;
  /** Where the test clocks of workspaces begin; default 2026-01-01T00:00:00.000Z. */
  now?: InstantInput;
}

export interface TestWorkspaceInput<C extends Catalog> {
  /** Default: `w1`, `w2`, … */
  id?: string;
  /** Default: the catalog's first free plan. A paid one is counted from now. */
  plan?: PlanId<C>;
  /** Not after `now`, which it is by default. */
  createdAt?: InstantInput;
  /** Members by id, each with a role, or with a role and a cap. */
  members?: Readonly<Record<string, RoleId<C> | { role: RoleId<C>; cap?: number }>>;
}

/** The engine itself, and two verbs more. */
export interface TestCredits<C extends Catalog> extends Credits<C> {
  /** Makes a workspace on a test clock of its own, with its members. */
  workspace(input?: TestWorkspaceInput<C>): Promise<Workspace>;
  /** Moves a workspace's clock forward. Everything that came due on the way has happened when it answers. */
  advance(workspace: string, to: InstantInput): Promise<Workspace>;
}

/**
 * The real engine for your tests, on an embedded PostgreSQL in memory (install `@electric-sql/pglite`). Its workspaces
 * live on test clocks, so that a month passes in one call and nothing depends on the day the test runs. The database
 * takes a second or two to start: make one engine a file, and a workspace a test.
 *
 * @example
 * const credits = createTestCredits({ catalog });
 * const { id } = await credits.workspace({ plan: "pro", members: { ada: "owner" } });
 * await credits.advance(id, "2026-02-01T00:00:00Z");
 * await credits.close();
 */
export function createTestCredits<C extends Catalog = typeof defaultCatalog>(
  options: TestCreditsOptions<C> = {},
): TestCredits<C> {
  const { catalog, now = "2026-01-01T00:00:00.000Z" } = options;
  const credits = createCredits<C>({
    database: { memory: true },
    background: false,
    ...(catalog === undefined ? {} : { catalog }),
  });
  let made = 0;

  async function workspace(input: TestWorkspaceInput<C> = {}): Promise<Workspace> {
    const { id = `w${++made}`, plan, createdAt = now, members = {} } = input;
    await credits.workspaces.put({ workspace: id, createdAt, testClock: now, ...(plan === undefined ? {} : { plan }) });
    const list = Object.entries(members).map(([member, given]) => ({
      id: member,
      ...(typeof given === "string" ? { role: given } : given),
    }));
    if (list.length > 0) await credits.members.sync({ workspace: id, members: list });
    return await credits.workspaces.get({ workspace: id });
  }

  return {
    ...credits,
    workspace,
    advance: (id, to) => credits.clock.advance({ workspace: id, now: to }),
  };
}
