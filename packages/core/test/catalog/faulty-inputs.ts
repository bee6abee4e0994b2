import { least } from "./valid-inputs.ts";

// biome-ignore lint/suspicious/noExplicitAny: the tests write what no type allows.
export type Anything = any;

const tooLong = "x".repeat(201);

export const manyOf = (count: number, value: unknown) =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`id${index}`, value]));

/** Puts a value at a place of the input. */
function put(path: string, value: unknown): (input: Anything) => void {
  const keys = path.split(".");
  const last = keys.pop() ?? "";
  return (input) => {
    const parent = keys.reduce((part, key) => part[key], input);
    parent[last] = value;
  };
}

/** Every fault that a catalog can have: what is done to a valid one, and what is said about it. */
export const faultyInputs: [name: string, change: (input: Anything) => unknown, faults: string[]][] = [
  ["not an object", () => 5, [": must be an object, got 5"]],
  ["null", () => null, [": must be an object, got null"]],
  ["a list", () => [], [": must be an object, got a list"]],
  [
    "nothing in it",
    () => ({}),
    [
      "roles: is missing; an object is required",
      "features: is missing; an object is required",
      "plans: is missing; an object is required",
    ],
  ],
  [
    "an unknown key",
    put("rolse", {}),
    [
      'rolse: is not known here (did you mean "roles"?); the keys are $schema, roles, features, plans, topUpPacks, pastDueGraceDays',
    ],
  ],
  [
    "a schema that is no address",
    (input) => {
      input.$schema = 1;
    },
    ["$schema: must be the address of a schema, got 1"],
  ],
  ["negative grace", put("pastDueGraceDays", -1), ["pastDueGraceDays: must be a whole number from 0 to 365, got -1"]],

  // Roles
  ["a role that is no object", put("roles.viewer", "viewer"), ['roles.viewer: must be an object, got "viewer"']],
  [
    "a role without a seat",
    put("roles.viewer", {}),
    ["roles.viewer.seat: is missing; the name of a seat is required, or null for a role that may not use AI features"],
  ],
  [
    "a seat that is a number",
    put("roles.viewer.seat", 1),
    ["roles.viewer.seat: must be the name of a seat or null, got 1"],
  ],
  [
    "a seat that means the pool",
    put("roles.viewer.seat", "workspace"),
    ['roles.viewer.seat: "workspace" means the workspace itself; choose another name for the seat'],
  ],
  [
    "a seat that means a month",
    put("roles.viewer.seat", "then"),
    ['roles.viewer.seat: "then" means a month in a pool\'s allowance; choose another name for the seat'],
  ],
  [
    "a seat that is no id",
    put("roles.viewer.seat", "a b"),
    [
      'roles.viewer.seat: "a b" is not an id; use 1–128 printable ASCII characters without space, / \\ ? # or %, the first a letter or digit',
    ],
  ],
  ["buys that is no flag", put("roles.viewer.buys", "yes"), ['roles.viewer.buys: must be true or false, got "yes"']],
  [
    "no role with a seat",
    () => ({ ...least(), roles: { viewer: { seat: null } } }),
    ['roles: must give at least one role a seat, such as { "seat": "editor" }: nobody could use AI features'],
  ],
  [
    "too many roles",
    (input) => {
      input.roles = { ...manyOf(101, { seat: "editor" }) };
      input.plans = least().plans;
      input.features = {};
    },
    ["roles: must have at most 100 entries, got 101"],
  ],

  // Ids
  [
    "an id with a slash",
    (input) => {
      input.roles["a/b"] = { seat: null };
    },
    [
      'roles["a/b"]: is not an id; use 1–128 printable ASCII characters without space, / \\ ? # or %, the first a letter or digit',
    ],
  ],
  [
    "an empty id",
    (input) => {
      input.topUpPacks[""] = input.topUpPacks.small;
    },
    [
      'topUpPacks[""]: is not an id; use 1–128 printable ASCII characters without space, / \\ ? # or %, the first a letter or digit',
    ],
  ],
  [
    "an id that every object answers to",
    (input) => {
      input.features.constructor = input.features.theme;
    },
    ["features.constructor: is a reserved word; choose another id"],
  ],
  [
    "the hostile key",
    (input) => {
      input.plans = JSON.parse(`{"__proto__": {}, "free": ${JSON.stringify(least().plans.free)}}`);
      input.features = {};
    },
    ["plans.__proto__: is a reserved word; choose another key"],
  ],

  // Features
  [
    "a feature without anything",
    put("features.theme", {}),
    [
      'features.theme.settles: is missing; "unit", "whole" or "metered" is required',
      "features.theme.name: is missing; a text is required",
      "features.theme.unit: is missing; a text is required",
      "features.theme.modes: is missing; an object is required",
    ],
  ],
  [
    "settles that does not exist",
    put("features.theme.settles", "units"),
    ['features.theme.settles: must be "unit", "whole" or "metered", got "units" (did you mean "unit"?)'],
  ],
  ["a name that is blank", put("features.theme.name", " "), ["features.theme.name: must not be blank"]],
  [
    "a name that is too long",
    put("features.theme.name", tooLong),
    ["features.theme.name: must have at most 200 characters, got 201"],
  ],
  [
    "a name that is no text",
    put("features.theme.name", ["Theme"]),
    ["features.theme.name: must be a text, got a list"],
  ],
  [
    "a name with U+0000",
    put("features.theme.name", "a\0b"),
    ["features.theme.name: must not contain the character U+0000"],
  ],
  [
    "a name with half a surrogate pair",
    put("features.theme.name", "a\ud83d"),
    ["features.theme.name: must not contain half of a surrogate pair"],
  ],
  [
    "no mode",
    put("features.theme.modes", {}),
    ['features.theme.modes: must have at least one mode; the usual one is "standard"'],
  ],
  [
    "a fractional price",
    put("features.theme.modes.standard", 1.5),
    ["features.theme.modes.standard: must be a whole number from 0 to 9007199254740991, got 1.5"],
  ],
  [
    "a price that is a text",
    put("features.theme.modes.standard", { price: "5" }),
    ['features.theme.modes.standard.price: must be a whole number from 0 to 9007199254740991, got "5"'],
  ],
  [
    "a price above the limit",
    put("features.theme.modes.standard", 2 ** 53),
    ["features.theme.modes.standard: must be a whole number from 0 to 9007199254740991, got 9007199254740992"],
  ],
  [
    "a price that is not finite",
    put("features.theme.modes.standard", Number.POSITIVE_INFINITY),
    ["features.theme.modes.standard: must be a whole number from 0 to 9007199254740991, got Infinity"],
  ],
  [
    "a mode without a price",
    put("features.theme.modes.standard", {}),
    ["features.theme.modes.standard.price: is missing; a whole number from 0 to 9007199254740991 is required"],
  ],
  [
    "meters on a feature with a price",
    put("features.theme.modes.standard", { price: 5, perMillion: { input: 1 } }),
    [
      'features.theme.modes.standard.perMillion: must be left out: only features that settle "metered" have meters; use price',
    ],
  ],
  [
    "a price on a metered feature",
    put("features.assistant.modes.voice.price", 5),
    ['features.assistant.modes.voice.price: must be left out: the feature settles "metered"; use perMillion'],
  ],
  [
    "a number on a metered feature",
    put("features.assistant.modes.voice", 5),
    ["features.assistant.modes.voice: must be { perMillion: { … } }, because the feature settles metered, got 5"],
  ],
  [
    "no meter",
    put("features.assistant.modes.voice.perMillion", {}),
    [
      'features.assistant.modes.voice.perMillion: must have at least one meter, such as { "input": 250, "output": 1000 }',
    ],
  ],
  [
    "a negative meter",
    put("features.assistant.modes.voice.perMillion.seconds", -1),
    ["features.assistant.modes.voice.perMillion.seconds: must be a whole number from 0 to 9007199254740991, got -1"],
  ],
  [
    "a plan that does not exist",
    put("features.screen.plans", ["prp", 5, "pro", "pro", "free", "pool"]),
    [
      'features.screen.plans[0]: names a plan that does not exist, "prp" (did you mean "pro"?); the plans are "free", "pro", "pool", "fixed" or "all"',
      "features.screen.plans[1]: must be the id of a plan, got 5",
      'features.screen.plans[3]: names the plan "pro" twice',
    ],
  ],
  [
    "an empty list of plans",
    put("features.theme.plans", []),
    ["features.theme.plans: must name a plan; leave it out for all plans"],
  ],
  [
    "plans that are no list",
    put("features.theme.plans", "pro"),
    ['features.theme.plans: must be a list of plans, got "pro"; leave it out for all plans'],
  ],
  [
    "a mode for a plan that the feature leaves out",
    put("features.screen.modes.deep.plans", ["pro", "fixed"]),
    [
      'features.screen.modes.deep.plans: names "fixed", but the feature\'s own plans leave it out; add it there or drop it here',
    ],
  ],
  [
    "too many features",
    (input) => {
      input.features = manyOf(1001, input.features.theme);
    },
    ["features: must have at most 1000 entries, got 1001"],
  ],

  // Plans
  [
    "a plan without anything",
    put("plans.all", {}),
    [
      "plans.all.paid: is missing; true or false is required",
      'plans.all.anchor: is missing; "workspace" or "subscription" is required',
      'plans.all.holder: is missing; "member" or "workspace" is required',
      "plans.all.name: is missing; a text is required",
      'plans.all.allowance: is missing; give credits by seat ({ "editor": 3000 }), a number, { "first": 600, "then": 300 } or "unlimited"',
    ],
  ],
  [
    "no free plan",
    put("plans.free.paid", true),
    ["plans: must have at least one plan with paid: false that is not retired: subscriptions that end fall back to it"],
  ],
  [
    "the only free plan retired",
    put("plans.free.retired", true),
    ["plans: must have at least one plan with paid: false that is not retired: subscriptions that end fall back to it"],
  ],
  [
    "a free plan counted from a subscription",
    (input) => {
      input.plans.free = { ...input.plans.free, anchor: "subscription", allowance: 300 };
    },
    [
      'plans.free.anchor: must be "workspace", because the plan is not paid: without a subscription there is no billing date',
    ],
  ],
  [
    "top-ups on a free plan",
    put("plans.free.topUps", true),
    ["plans.free.topUps: must be false or left out, because the plan is not paid: top-ups are for paid plans only"],
  ],
  [
    "two plans at one place",
    put("plans.pool.order", 3),
    ['plans.fixed.order: is 3, as of the plan "pool"; give every plan its own place'],
  ],
  [
    "a place that is no number",
    put("plans.pool.order", "7"),
    ['plans.pool.order: must be a whole number from 0 to 1000000, got "7"'],
  ],
  [
    "an allowance of a seat that is negative",
    put("plans.pro.allowance.editor", -5),
    ["plans.pro.allowance.editor: must be a whole number from 0 to 9007199254740991, got -5"],
  ],
  [
    "an allowance of a seat that is a text",
    put("plans.pro.allowance.editor", "3000"),
    ['plans.pro.allowance.editor: must be a whole number or "unlimited", got "3000"'],
  ],
  [
    "a seat that no role has",
    put("plans.pro.allowance.editro", 5),
    [
      'plans.pro.allowance.editro: is not a seat of any role (did you mean "editor"?); the seats are "editor" or "guest"',
    ],
  ],
  [
    "no seat at all",
    put("plans.pro.allowance", {}),
    ['plans.pro.allowance: must name at least one seat; the seats are "editor" or "guest"'],
  ],
  [
    "a number for each member",
    put("plans.pro.allowance", 3000),
    [
      'plans.pro.allowance: must say how many credits each seat gets, such as { "editor": 3000 }, because the holder is "member"',
    ],
  ],
  [
    "months for each member",
    put("plans.pro.allowance", { first: 1, then: 2 }),
    [
      'plans.pro.allowance: must be by seat or "unlimited", because the holder is "member"; first and then are for a pool',
    ],
  ],
  [
    "months that count from a subscription",
    put("plans.pool.allowance", { first: 1, then: 2 }),
    [
      'plans.pool.allowance: must not have first and then, because the anchor is "subscription": they count from the workspace\'s creation; give a number',
    ],
  ],
  [
    "half of the months",
    put("plans.free.allowance", { first: 1, second: 2 }),
    [
      "plans.free.allowance.second: is not known here; the keys are first, then",
      "plans.free.allowance.then: is missing; a whole number from 0 to 9007199254740991 is required",
    ],
  ],
  [
    "an allowance that is a word",
    put("plans.pro.allowance", "lots"),
    [
      'plans.pro.allowance: must be credits by seat ({ "editor": 3000 }), a number, { "first": 600, "then": 300 } or "unlimited", got "lots"',
    ],
  ],

  // Packs
  [
    "a pack without anything",
    put("topUpPacks.small", {}),
    [
      "topUpPacks.small.name: is missing; a text is required",
      "topUpPacks.small.credits: is missing; a whole number from 1 to 9007199254740991 is required",
      "topUpPacks.small.price: is missing; an object is required",
    ],
  ],
  [
    "a pack of nothing",
    put("topUpPacks.small.credits", 0),
    ["topUpPacks.small.credits: must be a whole number from 1 to 9007199254740991, got 0"],
  ],
  [
    "a currency in capitals, and a price that is negative",
    put("topUpPacks.small.price", { amount: -1, currency: "USD" }),
    [
      'topUpPacks.small.price.currency: must be three lowercase letters, such as "usd", got "USD"',
      "topUpPacks.small.price.amount: must be a whole number from 0 to 9007199254740991, got -1",
    ],
  ],

  // Metadata
  [
    "metadata that is a list",
    put("topUpPacks.small.metadata", []),
    ["topUpPacks.small.metadata: must be an object, got a list"],
  ],
  [
    "metadata above 4 KiB",
    put("plans.pro.metadata", { text: "ü".repeat(2048) }),
    ["plans.pro.metadata: must have at most 4096 bytes of JSON, got 4107"],
  ],
  [
    "metadata that JSON cannot hold",
    (input) => {
      input.plans.pro.metadata = {
        date: new Date(0),
        call: () => 1,
        big: 1n,
        sign: Symbol("x"),
        map: new Map(),
        list: [Number.NaN, undefined],
      };
    },
    [
      "plans.pro.metadata.date: must be a plain object, got an instance of a class",
      "plans.pro.metadata.call: must be JSON data, got a function",
      "plans.pro.metadata.big: must be JSON data, got a bigint",
      "plans.pro.metadata.sign: must be JSON data, got a symbol",
      "plans.pro.metadata.map: must be a plain object, got an instance of a class",
      "plans.pro.metadata.list[1]: must be JSON data, got nothing",
      "plans.pro.metadata.list[0]: must be a finite number, got NaN",
    ],
  ],
];
