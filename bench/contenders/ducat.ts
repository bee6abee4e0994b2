import {
  type Backend,
  creditsPerCharge,
  hotWorkspace,
  type PairContender,
  type Population,
  wrong,
} from "../contender.ts";

/** What the benchmark uses of Ducat's public surface: exactly what a host application uses. */
interface Credits {
  workspaces: { put(input: { workspace: string }): Promise<unknown> };
  members: { put(input: { workspace: string; member: string; role: string }): Promise<unknown> };
  subscriptions: { update(input: { workspace: string; plan: string }): Promise<unknown> };
  grant(input: {
    workspace: string;
    id: string;
    member: string;
    amount: number;
    actor: string;
    note: string;
  }): Promise<unknown>;
  charge(input: { workspace: string; id: string; member: string; feature: string }): Promise<{ outcome: string }>;
  settle(input: { workspace: string; id: string }): Promise<{ outcome: string }>;
  balance(input: { workspace: string; member: string }): Promise<{ available: number; held: number }>;
  verify(input?: { workspace?: string }): Promise<{ ok: boolean; differences: { message: string }[] }>;
  close(): Promise<void>;
}

interface DucatModule {
  createCredits(options: {
    database: { connectionString: string } | { directory: string };
    catalog: unknown;
    schema: string;
  }): Credits;
  defaultCatalog: unknown;
}

/** Enough that no run empties it, far below what a holder may have. */
const granted = 1_000_000_000_000;

/** Commands under way at once while preparing and checking. */
const atOnce = 500;

/** `null` while the engine cannot be imported: the baselines are worth running without it. */
export async function loadDucat(): Promise<DucatModule | null> {
  // Not a literal, so that the benchmark type-checks before the package is built.
  const name: string = "ducat";
  try {
    return (await import(name)) as DucatModule;
  } catch (error) {
    if ((error as { code?: string }).code === "ERR_MODULE_NOT_FOUND") return null;
    throw error;
  }
}

export function ducat(
  module: DucatModule,
  backend: Backend,
  database: { connectionString: string } | { directory: string },
): PairContender {
  const name = backend === "pglite" ? "ducat-pglite" : "ducat";
  const credits = module.createCredits({ database, catalog: module.defaultCatalog, schema: "ducat_bench" });
  let population: Population;
  let startAvailable: number[] = [];
  const idOf = (index: number) => population.workspaces[index] as string;
  const balanceOf = (index: number) => credits.balance({ workspace: idOf(index), member: population.member });

  return {
    kind: "pairs",
    name,
    backend,
    description: "credits.charge, then credits.settle: the full contract",
    async prepare(given) {
      population = given;
      startAvailable = await overAll(population.workspaces.length, async (index) => {
        const workspace = idOf(index);
        const { member } = population;
        await credits.workspaces.put({ workspace });
        await credits.subscriptions.update({ workspace, plan: "pro" });
        await credits.members.put({ workspace, member, role: "editor" });
        await credits.grant({ workspace, id: "bench", member, amount: granted, actor: "bench", note: "bench" });
        return (await balanceOf(index)).available;
      });
    },
    async charge(index, id) {
      const { outcome } = await credits.charge({
        workspace: idOf(index),
        id,
        member: population.member,
        feature: "generate-component",
      });
      if (outcome !== "charged") throw new Error(`charge: ${outcome}`);
    },
    async settle(index, id) {
      const { outcome } = await credits.settle({ workspace: idOf(index), id });
      if (outcome !== "settled") throw new Error(`settle: ${outcome}`);
    },
    async check(pairs) {
      await overAll(population.workspaces.length, async (index) => {
        const { available, held } = await balanceOf(index);
        const expected = (startAvailable[index] ?? 0) - creditsPerCharge * (pairs[index] ?? 0);
        if (available !== expected) wrong(name, `${idOf(index)} has ${available}, not ${expected}`);
        if (held !== 0) wrong(name, `${idOf(index)} holds ${held} with no charge open`);
      });
    },
    async prove() {
      const verification = await credits.verify();
      if (!verification.ok) wrong(name, verification.differences.map((difference) => difference.message).join("; "));
      const hot = await credits.verify({ workspace: idOf(hotWorkspace) });
      if (!hot.ok) wrong(name, hot.differences.map((difference) => difference.message).join("; "));
    },
    close: () => credits.close(),
  };
}

/** Runs `work` for 0 … count − 1, a bounded number at once, and answers the results in order. */
async function overAll<T>(count: number, work: (index: number) => Promise<T>): Promise<T[]> {
  const results: T[] = new Array(count);
  let next = 0;
  const runner = async () => {
    for (let index = next++; index < count; index = next++) results[index] = await work(index);
  };
  await Promise.all(Array.from({ length: atOnce }, runner));
  return results;
}
