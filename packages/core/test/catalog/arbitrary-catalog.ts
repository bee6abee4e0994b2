import fc from "fast-check";
import type { CatalogInput } from "../../src/catalog/index.ts";

/** Ids with all that the rule permits; the reserved words are too rare here to matter, the first letter excludes them. */
const id = fc.stringMatching(/^[A-Z0-9][!-"$&-.0-9:->@-[\]-~]{0,8}$/);
const credits = fc.oneof(fc.nat(5000), fc.maxSafeNat());
const name = fc
  .string({ unit: "grapheme", minLength: 1, maxLength: 20 })
  .filter((text) => text.trim() !== "" && !text.includes("\0"));
const flag = fc.boolean();
const jsonObject = fc
  .dictionary(id, fc.jsonValue({ maxDepth: 2 }), { maxKeys: 3 })
  .filter((value) => !/\\u0000|__proto__/.test(JSON.stringify(value)));

function optional<Value>(key: string, value: fc.Arbitrary<Value>): fc.Arbitrary<Record<string, Value>> {
  return fc.oneof(
    fc.constant({}),
    value.map((given) => ({ [key]: given })),
  );
}

function parts(...arbitraries: fc.Arbitrary<object>[]): fc.Arbitrary<object> {
  return fc.tuple(...arbitraries).map((given) => Object.assign({}, ...given));
}

function byId<Value>(
  value: fc.Arbitrary<Value>,
  minKeys: number,
  maxKeys: number,
): fc.Arbitrary<Record<string, Value>> {
  return fc
    .uniqueArray(fc.tuple(id, value), { selector: ([key]) => key, minLength: minKeys, maxLength: maxKeys })
    .map((entries) => Object.fromEntries(entries));
}

function feature(planIds: readonly string[]): fc.Arbitrary<object> {
  const plans = optional("plans", fc.subarray([...planIds], { minLength: planIds.length }));
  const common = parts(fc.record({ name }), plans, optional("metadata", jsonObject));
  const modePlans = optional("plans", fc.subarray([...planIds], { minLength: 1 }));
  const priced = parts(
    common,
    fc.record({
      unit: name,
      settles: fc.constantFrom("unit", "whole"),
      modes: byId(fc.oneof(credits, parts(fc.record({ price: credits }), modePlans)), 1, 3),
    }),
  );
  const metered = parts(
    common,
    optional("unit", name),
    fc.record({
      settles: fc.constant("metered"),
      modes: byId(parts(fc.record({ perMillion: byId(credits, 1, 3) }), modePlans), 1, 2),
    }),
  );
  return fc.oneof(priced, metered);
}

function plan(seats: readonly string[], paid: boolean): fc.Arbitrary<object> {
  const bySeat = fc
    .tuple(...seats.map(() => fc.oneof(credits, fc.constant("unlimited"))))
    .map((given) => Object.fromEntries(seats.map((seat, index) => [seat, given[index]])));
  const months = fc.record({ first: credits, then: credits });
  const unlimited = fc.constant("unlimited");
  const anchor = paid ? fc.constantFrom("workspace", "subscription") : fc.constant("workspace");
  const shape = fc.tuple(anchor, fc.constantFrom("member", "workspace")).chain(([from, holder]) => {
    const pools = from === "workspace" ? [months, credits] : [credits];
    const forms: fc.Arbitrary<unknown>[] = [unlimited, bySeat, ...(holder === "workspace" ? pools : [])];
    return fc.record({ anchor: fc.constant(from), holder: fc.constant(holder), allowance: fc.oneof(...forms) });
  });
  return parts(
    fc.record({ name, paid: fc.constant(paid) }),
    shape,
    optional("topUps", paid ? flag : fc.constant(false)),
    optional("hidden", flag),
    optional("metadata", jsonObject),
  );
}

const pack = parts(
  fc.record({
    name,
    credits: credits.map((given) => Math.max(1, given)),
    price: fc.record({ amount: credits, currency: fc.stringMatching(/^[a-z]{3}$/) }),
  }),
  optional("hidden", flag),
  optional("retired", flag),
  optional("metadata", jsonObject),
);

/** Any valid catalog, with any ids. */
export const arbitraryCatalogInput: fc.Arbitrary<CatalogInput> = fc
  .record({
    seats: fc.uniqueArray(id, { minLength: 1, maxLength: 3 }),
    planIds: fc.uniqueArray(id, { minLength: 1, maxLength: 4 }),
  })
  .chain(({ seats, planIds }) =>
    parts(
      fc.record({
        roles: fc
          .tuple(...seats.map(() => flag))
          .map((buys) => Object.fromEntries(seats.map((seat, index) => [`R${seat}`, { seat, buys: buys[index] }]))),
        features: byId(feature(planIds), 0, 4),
        plans: fc
          .tuple(...planIds.map((_, index) => plan(seats, index > 0)))
          .map((given) =>
            Object.fromEntries(planIds.map((planId, index) => [planId, { ...given[index], order: index * 2 }])),
          ),
      }),
      optional("topUpPacks", byId(pack, 0, 3)),
      optional("pastDueGraceDays", fc.nat(365)),
    ),
  ) as fc.Arbitrary<CatalogInput>;
