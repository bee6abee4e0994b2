/** What one run costs the contender's workspaces: every charge is for this many credits, and is settled in full. */
export const creditsPerCharge = 10;

/** One workspace that everybody charges, and the others that are charged at random. */
export const hotWorkspace = 0;

/** Workspaces by number: 0 is the hot one, the rest are spread over. */
export interface Population {
  /** The id of each workspace; the number is its index. */
  workspaces: readonly string[];
  /** The only member of every workspace. */
  member: string;
}

export type Backend = "none" | "postgresql" | "pglite";

interface Named {
  name: string;
  backend: Backend;
  /** One line for the report: what it does for a pair. */
  description: string;
}

/** Something that can charge one workspace and settle the charge. */
export interface PairContender extends Named {
  kind: "pairs";
  /** Makes tables and funded workspaces. Called once, before the first run. */
  prepare(population: Population): Promise<void>;
  /** Resolves only when the charge was made; a refusal is an error, because nothing here should be refused. */
  charge(workspace: number, id: string): Promise<void>;
  settle(workspace: number, id: string): Promise<void>;
  /**
   * Throws unless the stored state is exactly what these pairs make of the start.
   * `pairs[workspace]` counts every pair since `prepare`, warm-up and unmeasured ones too.
   */
  check(pairs: Uint32Array): Promise<void>;
  /** Adds about this many old ledger rows by bulk SQL, right after `prepare`. Absent: the contender keeps no history. */
  fillHistory?(rows: number): Promise<void>;
  /** The last and most expensive proof, once at the end. Absent: `check` has said all there is to say. */
  prove?(): Promise<void>;
  close(): Promise<void>;
}

/** Something that writes the rows of many pairs at once: the limit that the tables and the disk set. */
export interface BulkContender extends Named {
  kind: "bulk";
  prepare(population: Population): Promise<void>;
  /** Writes the rows of one batch of pairs and answers how many pairs that was. */
  insert(shape: "hot" | "spread"): Promise<number>;
  check(pairs: number): Promise<void>;
  close(): Promise<void>;
}

export type Contender = PairContender | BulkContender;

/** A wrong end state. It fails the whole run: a fast wrong answer is not a result. */
export function wrong(contender: string, what: string): never {
  throw new Error(`${contender}: wrong end state: ${what}`);
}

export function populationOf(size: number): Population {
  return {
    workspaces: Array.from({ length: size + 1 }, (_, index) => `workspace-${String(index).padStart(7, "0")}`),
    member: "member-0000001",
  };
}
