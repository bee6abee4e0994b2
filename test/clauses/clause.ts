/** A test by the name it is written with, or how it begins. A worked example is named by the file of its data. */
export interface TestReference {
  file: string;
  name: string;
}

/** One line of the source, and what it becomes when somebody breaks the clause. */
export interface Mutation {
  file: string;
  /** Occurs exactly once in the file. */
  from: string;
  to: string;
}

/** One testable sentence of the contract, in short; how it is tested; and a fault that a test of it finds. */
export interface Clause {
  clause: string;
  says: string;
  tests: readonly TestReference[];
  mutation: Mutation;
}

/** A worked example of the contract. */
export function example(file: "cycles" | "charges" | "plans" | "top-ups" | "operator", name: string): TestReference {
  return { file: `test/simulation/examples/${file}.ts`, name };
}

/** A test of the engine without a database. */
export function engineTest(file: string, name: string): TestReference {
  return { file: `packages/core/test/engine/${file}.test.ts`, name };
}

export function inEngine(file: string, from: string, to: string): Mutation {
  return { file: `packages/core/src/engine/${file}.ts`, from, to };
}

export function inCore(file: string, from: string, to: string): Mutation {
  return { file: `packages/core/src/${file}`, from, to };
}
