import { type Fault, isDucatError } from "@ducat/client";
import { describe, expect, test } from "vitest";
import { toCommand, toQuestion } from "../../src/inputs/index.ts";

function faultsOf(work: () => unknown): readonly Fault[] {
  try {
    work();
  } catch (error) {
    if (isDucatError(error) && error.code === "invalid_input") return error.errors;
    throw error;
  }
  return [];
}

const newId = () => "fresh";
const good = { workspace: "w", id: "c", member: "m", feature: "generate-screen" };
const charge = (fields: Record<string, unknown>) => faultsOf(() => toCommand.charge({ ...good, ...fields }, newId));

/** What is wrong, the field that is named, and words of the message that say what to do. */
const badCharges: [name: string, fields: Record<string, unknown>, path: string, words: string][] = [
  ["missing id", { id: undefined }, "id", "is missing; an id of 1–128 printable ASCII characters is required"],
  ["empty id", { id: "" }, "id", "must not be empty"],
  ["long id", { id: "x".repeat(129) }, "id", "must have at most 128 characters, got 129"],
  ["id with a space", { id: "a b" }, "id", 'got " "; write - or _ instead'],
  ["id with a slash", { id: "a/b" }, "id", 'got "/"'],
  ["id with a letter beyond ASCII", { id: "aß" }, "id", 'got "ß"'],
  ["id that begins with a sign", { id: "-a" }, "id", "must begin with a letter or digit"],
  ["id that is a number", { id: 7 }, "id", "got 7"],
  ["id that is null", { id: null }, "id", "got null; leave it out instead"],
  ["the reserved member", { member: "workspace" }, "member", "choose another id"],
  ["quantity 0", { quantity: 0 }, "quantity", "must be a whole number from 1 to 1000, got 0"],
  ["quantity 1001", { quantity: 1001 }, "quantity", "from 1 to 1000"],
  ["quantity 1.5", { quantity: 1.5 }, "quantity", "got 1.5"],
  ["quantity NaN", { quantity: Number.NaN }, "quantity", "got NaN"],
  ["quantity Infinity", { quantity: Number.POSITIVE_INFINITY }, "quantity", "got Infinity"],
  ["quantity as a BigInt", { quantity: 2n }, "quantity", "got a BigInt"],
  ["quantity as a text", { quantity: "2" }, "quantity", "write 2 without quotes"],
  ["quantity in a list", { quantity: [2] }, "quantity", "got a list"],
  ["negative maxAmount", { maxAmount: -1 }, "maxAmount", "must be a whole number from 0"],
  ["maxAmount above 2^53 − 1", { maxAmount: 2 ** 53 }, "maxAmount", "9007199254740991"],
  ["short lease", { leaseSeconds: 9 }, "leaseSeconds", "from 10 to 86400"],
  ["long lease", { leaseSeconds: 86_401 }, "leaseSeconds", "from 10 to 86400"],
  ["resume as a text", { resume: "true" }, "resume", "must be true or false"],
  ["a slip of the finger", { quantitiy: 2 }, "quantitiy", 'did you mean "quantity"?'],
  ["an unknown field", { colour: "red" }, "colour", "the fields are workspace, id, member"],
  ["usage as a number", { usage: 5 }, "usage", "must be an object of meters"],
  ["negative usage", { usage: { input: -1 } }, "usage.input", "must be a whole number from 0"],
  ["a meter named __proto__", { usage: JSON.parse('{"__proto__":1}') }, "usage.__proto__", "reserved word"],
  [
    "too many meters",
    { usage: Object.fromEntries(Array.from({ length: 101 }, (_, i) => [`m${i}`, 1])) },
    "usage",
    "must have at most 100 meters, got 101",
  ],
  ["metadata null", { metadata: null }, "metadata", "leave it out"],
  ["metadata as a list", { metadata: [] }, "metadata", "must be an object, got a list"],
  ["metadata too large", { metadata: { a: "x".repeat(4096) } }, "metadata", "4096 bytes"],
  ["metadata too large in UTF-8 only", { metadata: { a: "€".repeat(2000) } }, "metadata", "got 6008"],
  ["metadata with U+0000", { metadata: { a: "\0" } }, "metadata.a", "U+0000"],
  ["metadata with half a surrogate pair", { metadata: { a: ["\ud800"] } }, "metadata.a[0]", "surrogate"],
  ["metadata with NaN", { metadata: { a: { b: Number.NaN } } }, "metadata.a.b", "must be a finite number"],
  ["metadata with a BigInt", { metadata: { a: 1n } }, "metadata.a", "must be JSON data, got a BigInt"],
  ["metadata with a function", { metadata: { a: () => 1 } }, "metadata.a", "must be JSON data, got a function"],
  ["metadata with a Date", { metadata: { a: new Date() } }, "metadata.a", "instance of a class"],
  ["metadata with __proto__", { metadata: JSON.parse('{"__proto__":{}}') }, "metadata.__proto__", "reserved word"],
];

describe("charge", () => {
  test.each(badCharges)("%s", (_name, fields, path, words) => {
    const faults = charge(fields);
    expect(faults.map((fault) => fault.path)).toEqual([path]);
    expect(faults[0]?.message).toContain(words);
  });

  test("names every fault at once, and the first ones in its message", () => {
    expect(charge({ id: "", quantity: 0, mode: 5, metdata: {} }).map(({ path }) => path)).toEqual([
      "metdata",
      "id",
      "mode",
      "quantity",
    ]);
    expect(() => toCommand.charge({ ...good, quantity: 0 }, newId)).toThrow(
      "quantity must be a whole number from 1 to 1000, got 0.",
    );
  });

  test.each(["auth0|123", "a@b.c", "018f4b1e-7c3a-7b2e-9d1a-000000000000", "x".repeat(128), "0", "constructor"])(
    "takes the id %s",
    (id) => {
      expect(charge({ id })).toEqual([]);
    },
  );

  test("takes metadata of exactly 4 KiB, and copies it", () => {
    const metadata = { a: "x".repeat(4096 - '{"a":""}'.length) };
    const command = toCommand.charge({ ...good, metadata }, newId);
    metadata.a = "changed later";
    expect(JSON.stringify(command.metadata)).toHaveLength(4096);
  });
});

function throwing(): never {
  throw new Error("a trap");
}
function revoked(): object {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
}
function cyclic(): object {
  const object: Record<string, unknown> = {};
  object.self = object;
  return object;
}
const nothing: unknown = undefined;

class Order {
  workspace = "w";
}

const hostile: [string, () => unknown][] = [
  ["undefined", () => undefined],
  ["null", () => null],
  ["a text", () => "x"],
  ["a BigInt", () => 1n],
  ["a symbol", () => Symbol("x")],
  ["a function", () => () => 1],
  ["a list", () => [good]],
  ["an instance of a class", () => new Order()],
  ["an object that inherits its fields", () => Object.create(good)],
  ["a Map", () => new Map(Object.entries(good))],
  ["a revoked Proxy", revoked],
  ["a Proxy whose traps throw", () => new Proxy(good, { get: throwing, ownKeys: throwing })],
  ["a Proxy without a prototype to be had", () => new Proxy(good, { getPrototypeOf: throwing })],
  [
    "a Proxy with very many keys",
    () =>
      new Proxy(
        {},
        {
          get: () => 1,
          ownKeys: () => Array.from({ length: 10_000 }, (_, i) => `k${i}`),
          getOwnPropertyDescriptor: () => ({ enumerable: true, configurable: true, value: 1 }),
        },
      ),
  ],
  [
    "a getter that throws",
    () => ({
      ...good,
      get id() {
        return throwing();
      },
    }),
  ],
  [
    "a getter that throws nothing",
    () => ({
      ...good,
      get id() {
        throw nothing;
      },
    }),
  ],
  ["cyclic metadata", () => ({ ...good, metadata: cyclic() })],
  ["deep metadata", () => ({ ...good, metadata: JSON.parse(`${'{"a":'.repeat(2000)}1${"}".repeat(2000)}`) })],
  [
    "metadata with a throwing getter",
    () => ({
      ...good,
      metadata: {
        get a() {
          return throwing();
        },
      },
    }),
  ],
  ["metadata that is a revoked Proxy", () => ({ ...good, metadata: revoked() })],
  ["a huge id", () => ({ ...good, id: "x".repeat(50_000_000) })],
  ["a huge unknown key", () => ({ ...good, ["\ud800x".repeat(1_000_000)]: 1 })],
  ["a huge metadata text", () => ({ ...good, metadata: { a: "x".repeat(50_000_000) } })],
  ["a sparse list in metadata", () => ({ ...good, metadata: { a: new Array(4_000_000_000) } })],
  [
    "usage with a throwing getter",
    () => ({
      ...good,
      usage: {
        get input() {
          return throwing();
        },
      },
    }),
  ],
  ["own __proto__", () => JSON.parse('{"__proto__":{"id":"c"},"workspace":"w","member":"m","feature":"f"}')],
];

describe("hostile input is invalid input, for every verb", () => {
  const verbs = { ...toCommand, ...toQuestion } as unknown as Record<
    string,
    (input: unknown, newId: () => string) => unknown
  >;
  describe.each(hostile)("%s", (_name, make) => {
    test.each(Object.keys(verbs))("%s", (verb) => {
      const input = make();
      // Lists may be asked without any input.
      if (input === undefined && ["charges", "workspaces", "verify"].includes(verb)) return;
      expect(faultsOf(() => verbs[verb]?.(input, newId)).length).toBeGreaterThan(0);
    });
  });

  test("a list that lies about its length", () => {
    for (const length of [-1, Number.NaN, "5", 2 ** 40, {}]) {
      const items = new Proxy([], { get: (target, key) => (key === "length" ? length : Reflect.get(target, key)) });
      expect(faultsOf(() => toQuestion.quote({ workspace: "w", member: "m", items }))).toHaveLength(1);
    }
  });

  test("50,000 faulty members name the first faults and count the others", () => {
    const members = Array.from({ length: 50_000 }, () => ({ id: "", role: 5, extra: 1 }));
    const faults = faultsOf(() => toCommand.membersSync({ workspace: "w", members }));
    expect(faults).toHaveLength(101);
    expect(faults[0]).toMatchObject({ path: "members[0].extra" });
    expect(faults[100]?.message).toBe("149900 more faults are not listed; correct these first");
  });
});

describe("other verbs", () => {
  const cases: [string, () => unknown, string, string][] = [
    [
      "settle: delivered",
      () => toCommand.settle({ workspace: "w", id: "c", delivered: -1 }, newId),
      "delivered",
      "0 to 1000",
    ],
    [
      "refund: reason missing",
      () => toCommand.refund({ workspace: "w", id: "c" }, newId),
      "reason",
      '"cancelled" or "failed"',
    ],
    [
      "refund: reason misspelt",
      () => toCommand.refund({ workspace: "w", id: "c", reason: "canceled" }, newId),
      "reason",
      'did you mean "cancelled"?',
    ],
    ["extend: no usage", () => toCommand.extend({ workspace: "w", id: "c" }), "usage", "is missing"],
    [
      "support refund: no note",
      () => toCommand.supportRefund({ workspace: "w", charge: "c", id: "r", actor: "a" }),
      "note",
      "is missing",
    ],
    [
      "support refund: blank actor",
      () => toCommand.supportRefund({ workspace: "w", charge: "c", id: "r", actor: " ", note: "n" }),
      "actor",
      "must not be blank",
    ],
    [
      "grant: 0",
      () => toCommand.grant({ workspace: "w", id: "g", amount: 0, actor: "a", note: "n" }),
      "amount",
      "from 1 to",
    ],
    [
      "grant: long note",
      () => toCommand.grant({ workspace: "w", id: "g", amount: 1, actor: "a", note: "n".repeat(2001) }),
      "note",
      "at most 2000 characters, got 2001",
    ],
    [
      "workspace: long name",
      () => toCommand.workspacePut({ workspace: "w", name: "🙂".repeat(150) + "x".repeat(60) }),
      "name",
      "at most 200 characters, got 210",
    ],
    ["workspace: U+0000", () => toCommand.workspacePut({ workspace: "w", name: "a\0" }), "name", "U+0000"],
    ["workspace: plan null", () => toCommand.workspacePut({ workspace: "w", plan: null }), "plan", "leave it out"],
    [
      "member: e-mail",
      () => toCommand.memberPut({ workspace: "w", member: "m", role: "editor", email: "x".repeat(321) }),
      "email",
      "at most 320",
    ],
    [
      "member: cap",
      () => toCommand.memberPut({ workspace: "w", member: "m", role: "editor", cap: -5 }),
      "cap",
      "from 0",
    ],
    [
      "sync: an item",
      () =>
        toCommand.membersSync({
          workspace: "w",
          members: [
            { id: "a", role: "editor" },
            { id: "workspace", role: "editor" },
          ],
        }),
      "members[1].id",
      "choose another id",
    ],
    [
      "sync: too many",
      () => toCommand.membersSync({ workspace: "w", members: new Array(50_001) }),
      "members",
      "at most 50000, got 50001",
    ],
    [
      "subscription: status",
      () => toCommand.subscription({ workspace: "w", status: "canceled" }),
      "status",
      '"active", "trialing", "past_due" or "ended"',
    ],
    [
      "subscription: effective",
      () => toCommand.subscription({ workspace: "w", effective: "periodend" }),
      "effective",
      'did you mean "period_end"?',
    ],
    [
      "top-up: the order of a request",
      () => toCommand.topUp({ workspace: "w", id: "request:r", pack: "small", recipients: ["ada"] }),
      "id",
      "the orders of approved requests",
    ],
    [
      "top-up: nobody",
      () => toCommand.topUp({ workspace: "w", id: "t", pack: "small", recipients: [] }),
      "recipients",
      "a list of 1 to 100, got 0",
    ],
    [
      "top-up: payment id",
      () =>
        toCommand.topUp({
          workspace: "w",
          id: "t",
          pack: "small",
          recipients: ["workspace"],
          payment: "p".repeat(256),
        }),
      "payment",
      "at most 255",
    ],
    [
      "top-up paid: null payment",
      () => toCommand.topUpPaid({ workspace: "w", id: "t", payment: null }),
      "payment",
      "leave it out",
    ],
    [
      "quote: 51 items",
      () => toQuestion.quote({ workspace: "w", member: "m", items: new Array(51).fill({ feature: "f" }) }),
      "items",
      "a list of 1 to 50, got 51",
    ],
    [
      "quote: an item",
      () => toQuestion.quote({ workspace: "w", member: "m", items: [{ feature: "f", quantity: 0 }] }),
      "items[0].quantity",
      "from 1 to 1000",
    ],
    ["entries: limit", () => toQuestion.entries({ workspace: "w", limit: 201 }), "limit", "from 1 to 200"],
    ["usage: by", () => toQuestion.usage({ workspace: "w", by: "week" }), "by", '"feature", "member" or "day"'],
  ];
  test.each(cases)("%s", (_name, work, path, words) => {
    const faults = faultsOf(work);
    expect(faults.map((fault) => fault.path)).toEqual([path]);
    expect(faults[0]?.message).toContain(words);
  });
});
