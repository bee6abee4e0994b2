/** Every bound on a catalog. They exist so that a hostile or broken one is refused instead of slowing every charge. */
export const catalogLimits = {
  roles: 100,
  features: 1000,
  modes: 100,
  meters: 100,
  plans: 100,
  topUpPacks: 1000,
  nameLength: 200,
  idLength: 128,
  metadataBytes: 4096,
  pastDueGraceDays: 365,
  order: 1_000_000,
  /** Of the catalog's shortest JSON. */
  jsonBytes: 1_048_576,
  /** Of JSON text before it is read: room for indentation, but no more. */
  textLength: 8_388_608,
  /** Levels of objects and lists inside each other. */
  depth: 32,
  /** Faults listed by name; more are counted. */
  faults: 1000,
} as const;

/** The largest number of credits anywhere: 2^53 − 1. */
export const maxCredits = Number.MAX_SAFE_INTEGER;

/** The most units of one charge. */
export const maxQuantity = 1000;
