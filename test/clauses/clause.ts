/** A test by the name it is written with. A worked example is named by the file of its data. */
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
