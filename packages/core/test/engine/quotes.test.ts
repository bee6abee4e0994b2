import { describe, expect, test } from "vitest";
import { story } from "./story.ts";

const day = "2026-01-10T00:00:00.000Z";
const everybody = { ada: "editor", olga: "owner", vera: "viewer" };
const begin = (plan = "pro") => story({ at: day, plan, members: everybody });

describe("quotes", () => {
  const item = (feature: string, more: object = {}) => ({
    feature,
    mode: "standard",
    quantity: 1,
    usage: null,
    ...more,
  });

  test("say of each item by itself what it costs, how many there can be and why not", () => {
    const t = begin();
    t.screens("c", "ada", 98);
    const quote = t.ledger.quote(0, {
      member: "ada",
      items: [
        item("generate-screen", { quantity: 2 }),
        item("generate-screen", { quantity: 3 }),
        item("free", { quantity: 5 }),
        item("assistant", { usage: { output: 60_000 } }),
        item("assistant", { usage: { output: 60_001 } }),
        item("constructor"),
        item("generate-image", { mode: "deep-design" }),
      ],
    });
    const line = { feature: "generate-screen", mode: "standard", unit: "screen", unitPrice: 30 };
    expect(quote).toStrictEqual({
      data: [
        { ...line, quantity: 2, amount: 60, affordable: true, affordableQuantity: 2, reason: null },
        { ...line, quantity: 3, amount: 90, affordable: false, affordableQuantity: 2, reason: "insufficient" },
        {
          feature: "free",
          mode: "standard",
          quantity: 5,
          unit: "look",
          unitPrice: 0,
          amount: 0,
          affordable: true,
          affordableQuantity: 1000,
          reason: null,
        },
        {
          feature: "assistant",
          mode: "standard",
          quantity: 1,
          unit: "request",
          unitPrice: null,
          amount: 60,
          affordable: true,
          affordableQuantity: 1,
          reason: null,
        },
        {
          feature: "assistant",
          mode: "standard",
          quantity: 1,
          unit: "request",
          unitPrice: null,
          amount: 61,
          affordable: false,
          affordableQuantity: 0,
          reason: "insufficient",
        },
        {
          feature: "constructor",
          mode: "standard",
          quantity: 1,
          unit: "",
          unitPrice: null,
          amount: 0,
          affordable: false,
          affordableQuantity: 0,
          reason: "unknown_feature",
        },
        {
          feature: "generate-image",
          mode: "deep-design",
          quantity: 1,
          unit: "image",
          unitPrice: null,
          amount: 0,
          affordable: false,
          affordableQuantity: 0,
          reason: "unknown_mode",
        },
      ],
      available: 60,
      renewsAt: "2026-02-10T00:00:00.000Z",
      remedies: ["wait", "request"],
      catalogVersion: expect.any(String),
    });
    const vera = t.ledger.quote(0, { member: "vera", items: [item("generate-screen")] });
    expect(vera).toMatchObject({
      data: [{ amount: 30, affordable: false, affordableQuantity: 0, reason: "role" }],
      available: 0,
      renewsAt: null,
    });
  });

  test("obey the cap to the last credit, count a metered request once, and what is free a thousand times", () => {
    const t = begin();
    t.tell("memberPut", { member: "ada", role: "editor", cap: 100 });
    t.screens("c", "ada", 1);
    const lines = (member: string, ...items: ReturnType<typeof item>[]) =>
      t.ledger
        .quote(0, { member, items })
        .data.map(({ amount, affordableQuantity, reason }) => [amount, affordableQuantity, reason]);
    expect(
      lines(
        "ada",
        item("generate-image", { quantity: 7 }),
        item("generate-image", { quantity: 8 }),
        item("assistant", { usage: { output: 1000 } }),
      ),
    ).toEqual([
      [70, 7, null],
      [80, 7, "cap_reached"],
      [1, 1, null],
    ]);
    t.tell("memberPut", { member: "ada", role: "editor", cap: 10 });
    expect(lines("ada", item("free"), item("generate-theme"))).toEqual([
      [0, 1000, null],
      [5, 0, "cap_reached"],
    ]);
    expect(() => lines("nobody", item("free"))).toThrow(expect.objectContaining({ code: "unknown_member" }));
  });

  test("offer nothing to a role without a seat, whatever there is for others", () => {
    const t = begin("starter");
    expect(t.ledger.quote(0, { member: "ada", items: [] }).available).toBe(600);
    expect(t.ledger.quote(0, { member: "vera", items: [item("free")] })).toMatchObject({
      data: [{ affordable: false, reason: "role" }],
      available: 0,
    });
  });

  test("open a cycle that has come, in what they show and not in what is kept", () => {
    const t = begin();
    t.screens("c", "ada", 100);
    t.tell("settle", { id: "c" });
    t.at("2026-02-10T00:00:00Z");
    const before = t.ledger.stored();
    expect(t.ledger.quote(0, { member: "ada", items: [item("generate-screen")] })).toMatchObject({
      data: [{ affordable: true, affordableQuantity: 100 }],
      available: 3000,
    });
    expect(t.ledger.stored()).toEqual(before);
  });
});
