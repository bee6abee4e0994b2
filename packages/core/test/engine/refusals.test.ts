import { isDucatError } from "@ducat/client";
import { describe, expect, test } from "vitest";
import { defaultCatalogInput } from "../../src/catalog/default-catalog.ts";
import { defineCatalog } from "../../src/catalog/define-catalog.ts";
import { memoryLedger } from "./memory-ledger.ts";
import { cases, invalid, ordered, plain } from "./refusal-cases.ts";
import { commandOf, story, wideCatalog } from "./story.ts";

const begin = (plan = "pro") =>
  story({ at: "2026-01-10T00:00:00Z", plan, members: { ada: "editor", olga: "owner", vera: "viewer" } });

/** What somebody reads who did something that cannot be. */
function refusal(of: () => unknown) {
  try {
    of();
  } catch (error) {
    if (!isDucatError(error)) throw error;
    const { code, message, errors, details } = error;
    return { code, message, ...(errors.length > 0 && { errors }), ...(Object.keys(details).length > 0 && { details }) };
  }
  return "nothing was refused";
}

describe("what cannot be is refused with a code, a reason and what to do about it", () => {
  for (const [name, before, verb, input, expected] of cases) {
    test(`${name}, and nothing is written`, () => {
      const t = begin();
      before(t);
      const stored = t.ledger.stored();
      expect(refusal(() => t.tell(verb, input))).toStrictEqual(expected);
      expect(t.ledger.stored()).toEqual(stored);
    });
  }

  test("prices beyond all numbers, by quantity, by usage and by extension", () => {
    const dear = defineCatalog({
      ...defaultCatalogInput,
      features: {
        ...defaultCatalogInput.features,
        villa: { name: "Villa", unit: "house", settles: "unit", modes: { standard: 9_100_000_000_000 } },
        mill: { name: "Mill", settles: "metered", modes: { standard: { perMillion: { output: 900_000_000 } } } },
      },
    });
    const t = story({ catalog: dear, at: "2026-01-10T00:00:00Z", members: { ada: "editor" } });
    const tooMuch = "makes a price above 9007199254740991 credits";
    expect(refusal(() => t.tell("charge", { id: "v", member: "ada", feature: "villa", quantity: 1000 }))).toStrictEqual(
      invalid("quantity", tooMuch),
    );
    const usage = { output: Number.MAX_SAFE_INTEGER };
    expect(refusal(() => t.tell("charge", { id: "m", member: "ada", feature: "mill", usage }))).toStrictEqual(
      invalid("usage", tooMuch),
    );
    t.tell("charge", { id: "m", member: "ada", feature: "mill", usage: { output: 0 } });
    expect(refusal(() => t.tell("extend", { id: "m", usage }))).toStrictEqual(invalid("usage", tooMuch));
  });

  test("a workspace in real time has no clock to move, and none is created in the future or on an unknown plan", () => {
    const ledger = memoryLedger(wideCatalog);
    const at = Date.parse("2026-01-10T00:00:00Z");
    const tell = (verb: Parameters<typeof commandOf>[0], input: Record<string, unknown>) =>
      refusal(() => {
        const { error } = ledger.tell(at, commandOf(verb, input));
        if (error !== undefined) throw error;
      });
    expect(tell("workspacePut", { createdAt: "2026-01-10T00:00:00.001Z" })).toStrictEqual(
      invalid("createdAt", "must not be in the future"),
    );
    expect(tell("workspacePut", { plan: "gold" })).toMatchObject({ code: "unknown_plan" });
    expect(tell("workspacePut", { plan: "constructor" })).toMatchObject({ code: "unknown_plan" });
    expect(tell("workspacePut", { createdAt: "2026-01-10T00:00:00Z" })).toBe("nothing was refused");
    expect(tell("advanceClock", { now: "2026-01-11T00:00:00Z" })).toStrictEqual(
      plain(
        "not_a_test_clock",
        'This workspace lives in real time. A test clock is given at creation: { testClock: "2026-01-31T00:00:00Z" }.',
      ),
    );
  });

  test("what only looks says who is not there", () => {
    const t = begin();
    const nobody = plain("unknown_member", "There is no member zoe in this workspace.");
    expect(refusal(() => t.balance("zoe"))).toStrictEqual(nobody);
    expect(refusal(() => t.ledger.quote(0, { member: "zoe", items: [] }))).toStrictEqual(nobody);
  });

  test("a retired plan or pack is not on offer, and only who is on the plan may keep it", () => {
    const { plans, topUpPacks } = defaultCatalogInput;
    const t = begin();
    t.ledger.publish(
      defineCatalog({
        ...defaultCatalogInput,
        plans: { ...plans, pro: { ...plans.pro, retired: true }, business: { ...plans.business, retired: true } },
        topUpPacks: { ...topUpPacks, small: { ...topUpPacks.small, retired: true } },
      }),
    );
    expect(refusal(() => t.tell("subscription", { plan: "business" }))).toStrictEqual(
      plain("unknown_plan", "The catalog has no plan business on offer. Its plans are starter."),
    );
    expect(refusal(() => t.tell("subscription", { plan: "pro" }))).toBe("nothing was refused");
    expect(refusal(() => ordered(t))).toStrictEqual(
      plain("unknown_pack", "The catalog has no top-up pack small on offer. Its packs are medium, large."),
    );
  });
});
