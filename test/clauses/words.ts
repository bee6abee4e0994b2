import { type Clause, engineTest, example, inCore, inEngine } from "./clause.ts";

const versions = example("cycles", "prices of a new catalog version act at once, allowances from the next cycle");

/** Sections 1 and 2: the words and the catalog. */
export const words: readonly Clause[] = [
  {
    clause: "1",
    says: "amounts are safe whole numbers, not negative; others are refused at every entrance",
    tests: [example("operator", "grants and revocations by the operator: once for each id, never below 0")],
    mutation: inCore(
      "inputs/numbers.ts",
      'typeof value === "number" && Number.isInteger(value) && value >= minimum && value <= maximum',
      'typeof value === "number" && value <= maximum',
    ),
  },
  {
    clause: "1",
    says: "a grant that would lift a holder above the limit is refused",
    tests: [example("operator", "grants and revocations by the operator: once for each id, never below 0")],
    mutation: inEngine("promo", "if (amount > Number.MAX_SAFE_INTEGER - whole) {", "if (amount < 0) {"),
  },
  {
    clause: "1",
    says: "entries are numbered 1, 2, 3 … without gaps",
    tests: [engineTest("charges", "each kind is one transition, one entry for each slice")],
    mutation: inEngine("move", "workspace.seq += 1;", "workspace.seq += 2;"),
  },
  {
    clause: "1",
    says: "reads, quotes and refused charges write nothing",
    tests: [engineTest("time", "reads, quotes and refused charges write nothing")],
    mutation: inEngine(
      "charge",
      'return refused({ outcome: "insufficient", ...refusal(state, command.member, amount, now) });',
      'return wrote({ outcome: "insufficient", ...refusal(state, command.member, amount, now) });',
    ),
  },
  {
    clause: "2",
    says: "the default catalog has the published prices",
    tests: [
      {
        file: "packages/core/test/catalog/default-catalog.test.ts",
        name: "its features cost what the reference product publishes",
      },
    ],
    mutation: inCore(
      "catalog/default-catalog.ts",
      'modes: { standard: 30, "deep-design": 90 },',
      'modes: { standard: 30, "deep-design": 60 },',
    ),
  },
  {
    clause: "2",
    says: "the default catalog has the published allowances",
    tests: [
      {
        file: "packages/core/test/catalog/default-catalog.test.ts",
        name: "its plans allot what the reference product publishes",
      },
    ],
    mutation: inCore(
      "catalog/default-catalog.ts",
      "allowance: { editor: 3000, guest: 600 },",
      "allowance: { editor: 3000, guest: 500 },",
    ),
  },
  {
    clause: "2",
    says: "viewers of both kinds have no seat",
    tests: [
      {
        file: "packages/core/test/catalog/default-catalog.test.ts",
        name: "editors of both kinds have seats, viewers none",
      },
    ],
    mutation: inCore(
      "catalog/default-catalog.ts",
      '"guest-viewer": { seat: null },',
      '"guest-viewer": { seat: "guest" },',
    ),
  },
  {
    clause: "2",
    says: "a version is the hash of the content, however it was written",
    tests: [
      {
        file: "packages/core/test/catalog/catalog-properties.test.ts",
        name: "the order in which keys are written means nothing where every plan has its place",
      },
    ],
    mutation: inCore(
      "catalog/version.ts",
      "bytesToHex(sha256(utf8ToBytes(canonicalJson(catalogToInput(catalog)))))",
      "bytesToHex(sha256(utf8ToBytes(JSON.stringify(catalogToInput(catalog)))))",
    ),
  },
  {
    clause: "2",
    says: "a plan or pack in use cannot be dropped, only retired",
    tests: [
      {
        file: "packages/core/test/catalog/check-replacement.test.ts",
        name: "a plan or pack in use may be retired, but not dropped",
      },
    ],
    mutation: inCore(
      "catalog/check-replacement.ts",
      ".filter(([id]) => !Object.hasOwn(map, id))",
      ".filter(() => false)",
    ),
  },
  {
    clause: "2",
    says: "prices act at once",
    tests: [versions],
    mutation: inEngine(
      "charge",
      "const feature = own(state.catalog.features, command.feature);",
      'const feature = own((state.catalogs.get(state.workspace.pinnedVersion ?? "") ?? state.catalog).features, command.feature);',
    ),
  },
  {
    clause: "2",
    says: "allowances act from the next cycle: the first touch pins the version for all holders",
    tests: [engineTest("time", "the first touch in a cycle pins the catalog version for all its holders"), versions],
    mutation: inEngine(
      "level",
      "const version = pinned ? pinnedVersion : parked ? parkedPin.version : null;",
      "const version = parked && !pinned ? parkedPin.version : null;",
    ),
  },
  {
    clause: "2",
    says: "a charge keeps its price, whatever the catalog becomes",
    tests: [example("cycles", "a charge keeps its price when the catalog changes under it")],
    mutation: inEngine(
      "settle",
      "return { keep: (row.unitPrice as number) * delivered, delivered, uncollected: 0 };",
      "return { keep: Math.min(row.amount, 40 * delivered), delivered, uncollected: 0 };",
    ),
  },
  {
    clause: "2",
    says: "a feature or mode may be for some plans only",
    tests: [example("charges", "the precedence of outcomes")],
    mutation: inEngine(
      "charge",
      'if (feature.plans !== null && !feature.plans.includes(plan)) return "plan";',
      'if (feature.plans !== null && feature.plans.includes(plan)) return "plan";',
    ),
  },
  {
    clause: "2",
    says: "what is free is allowed at balance 0, without slices or entries",
    tests: [example("charges", "what is free is allowed at balance 0 and takes nothing")],
    mutation: inEngine(
      "charge",
      "if (!unlimited && spendableBy(state, command.member, now) < amount) {",
      "if (!unlimited && spendableBy(state, command.member, now) < Math.max(amount, 1)) {",
    ),
  },
  {
    clause: "2",
    says: "an allowance may be unlimited: the charge row carries its amount, no grant does, caps count it",
    tests: [example("charges", "an unlimited allowance: the charge carries its amount, no grant does, caps count it")],
    mutation: inEngine(
      "charge",
      "if (!unlimited) row.slices = burn(state, row, amount, now);",
      "row.slices = burn(state, row, amount, now);",
    ),
  },
  {
    clause: "2",
    says: "a paid plan may forbid top-ups",
    tests: [example("top-ups", "who may order what for whom")],
    mutation: inEngine(
      "top-up",
      'if (!term.paid || !planOf(state, term).topUps) return "plan";',
      'if (!term.paid) return "plan";',
    ),
  },
];
