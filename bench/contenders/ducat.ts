import { createCredits } from "ducat";
import {
  type Backend,
  creditsPerCharge,
  hotWorkspace,
  type PairContender,
  type Population,
  wrong,
} from "../contender.ts";
import type { Sessions } from "../sessions.ts";
import { schemaOf } from "./account-tables.ts";
import {
  analyzeDucatTables,
  checkDucatTables,
  type DucatState,
  fillDucatHistory,
  readDucatState,
  templateCharge,
} from "./ducat-tables.ts";

/** Enough that no run empties it, far below what a holder may have. */
const granted = 1_000_000_000_000;

/** Commands under way at once while preparing and checking. */
const atOnce = 500;

export interface DucatOptions {
  name: string;
  backend: Backend;
  database: { connectionString: string } | { directory: string };
  /** A second way into the same tables, past Ducat: to look at what it stored, and to make it old. */
  openTables: () => Promise<Sessions>;
}

/** Ducat as a host application uses it: in this process, by its public verbs, with its defaults. */
export function ducat({ name, backend, database, openTables }: DucatOptions): PairContender {
  const schema = schemaOf(name);
  const open = () => createCredits({ database, schema });
  let credits = open();
  let population: Population;
  let start: DucatState;
  const idOf = (index: number) => population.workspaces[index] as string;

  /** The embedded database has one owner at a time, so Ducat steps aside while somebody else looks. */
  async function past<T>(work: (tables: Sessions) => Promise<T>): Promise<T> {
    if (backend === "pglite") await credits.close();
    const tables = await openTables();
    try {
      return await work(tables);
    } finally {
      await tables.close();
      if (backend === "pglite") {
        credits = open();
        await credits.ready();
      }
    }
  }

  return {
    kind: "pairs",
    name,
    backend,
    description: "credits.charge, then credits.settle: the full contract",
    async prepare(given) {
      population = given;
      const { member } = population;
      await overAll(population.workspaces.length, async (index) => {
        const workspace = idOf(index);
        await credits.workspaces.put({ workspace });
        await credits.subscriptions.update({ workspace, plan: "pro" });
        await credits.members.put({ workspace, member, role: "editor" });
        await credits.grant({ workspace, id: "bench", member, amount: granted, actor: "bench", note: "bench" });
      });
      start = await past(async (tables) => {
        await analyzeDucatTables(tables, schema);
        return await readDucatState(tables, schema, member);
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
      await past((tables) => checkDucatTables(tables, { name, schema, population, start, pairs }));
    },
    async fillHistory(rows) {
      // Monthly credits go first: the template must be the first charge that is all on the benchmark's own grant.
      const { monthly } = await credits.balance({ workspace: idOf(hotWorkspace), member: population.member });
      for (let left = monthly.available; left > 0; left -= creditsPerCharge) {
        await this.charge(hotWorkspace, `${templateCharge}-${left}`);
        await this.settle(hotWorkspace, `${templateCharge}-${left}`);
      }
      await this.charge(hotWorkspace, templateCharge);
      await this.settle(hotWorkspace, templateCharge);
      await past((tables) => fillDucatHistory(tables, { schema, population, pairs: Math.ceil(rows / 2) }));
      start = await past((tables) => readDucatState(tables, schema, population.member));
    },
    async prove() {
      // Until the engine can: said aloud, because a proof left out must not look like one that passed.
      if (typeof credits.verify !== "function") {
        process.stderr.write(`${name}: NOT PROVEN, this build has no verify\n`);
        return;
      }
      const verification = await credits.verify();
      if (!verification.ok) wrong(name, verification.differences.map((difference) => difference.message).join("; "));
    },
    close: () => credits.close(),
  };
}

/** Runs `work` for 0 … count − 1, a bounded number at once. */
async function overAll(count: number, work: (index: number) => Promise<void>): Promise<void> {
  let next = 0;
  const runner = async () => {
    for (let index = next++; index < count; index = next++) await work(index);
  };
  await Promise.all(Array.from({ length: atOnce }, runner));
}
