import { describe, expect, test } from "vitest";
import { defaultCatalogInput } from "../../src/catalog/default-catalog.ts";
import { defineCatalog } from "../../src/catalog/define-catalog.ts";
import { ms, story } from "./story.ts";

const plans = ["starter", "pro", "team", "bare"];
type Story = ReturnType<typeof story>;

/** The days on which anything can be granted in these stories. */
const days = ["01-20", "02-05", "02-10", "02-15", "02-20", "03-05", "03-10", "03-15", "03-20"].map(
  (day) => `2026-${day}`,
);

/** When the next monthly grant for ada or the pool is in fact made; looked for by letting time pass. */
function nextGrant(t: Story): string | null {
  const seen = new Set(t.balance("ada").grants.map(({ id }) => id));
  const known = new Set([...(t.ledger.stored()?.grants.keys() ?? []), ...seen]);
  for (const day of days) {
    t.ledger.letTimePass(ms(day));
    const fresh = t.balance("ada").grants.filter(({ id, source }) => source === "monthly" && !known.has(id));
    if (fresh.length > 0) return `${day}T00:00:00.000Z`;
  }
  return null;
}

describe("renewsAt is when monthly credits are next granted, whatever waits", () => {
  for (const from of plans) {
    for (const to of plans.filter((plan) => plan !== from)) {
      test(`from ${from} to ${to}`, () => {
        for (const at of ["2026-01-20", "2026-02-10", "2026-02-15"]) {
          for (const anchor of [null, "2026-01-05"]) {
            for (const first of [from, "starter"]) {
              const t = story({ at: "2026-01-10T00:00:00Z", plan: first, members: { ada: "editor" } });
              if (first !== from) t.tell("subscription", { plan: from, effective: "now" });
              t.tell("subscription", {
                plan: to,
                effective: `${at}T00:00:00Z`,
                ...(anchor && { anchor: `${anchor}T00:00:00Z` }),
              });
              const { renewsAt } = t.balance("ada").monthly;
              expect(renewsAt, JSON.stringify({ at, anchor, first })).toBe(nextGrant(t));
            }
          }
        }
      });
    }
  }

  test("but for a rise or a fall in the middle of a cycle, of which nothing comes in full", () => {
    for (const [from, to] of [
      ["pro", "business"],
      ["business", "pro"],
    ] as const) {
      const t = story({ at: "2026-01-10T00:00:00Z", plan: from, members: { ada: "editor" } });
      t.tell("subscription", { plan: to, effective: "2026-01-20T00:00:00Z" });
      expect(t.balance("ada").monthly.renewsAt, `${from} to ${to}`).toBe("2026-02-10T00:00:00.000Z");
    }
  });

  describe("as the version has it that will be in force", () => {
    const { plans: known } = defaultCatalogInput;
    const crew = { name: "Crew", paid: true, anchor: "subscription", holder: "workspace" } as const;
    const version = (starter: number, editor: number) =>
      defineCatalog({
        ...defaultCatalogInput,
        plans: {
          ...known,
          starter: { ...known.starter, allowance: { first: 600, then: starter } },
          crew: { ...crew, allowance: { editor, guest: 0 } },
        },
      });
    const begin = () => story({ catalog: version(300, 0), at: "2026-01-10T00:00:00Z", members: { ada: "editor" } });

    test("the published one for an epoch to come, though it will share the month of others", () => {
      const t = begin();
      t.tell("subscription", { plan: "pro", anchor: "2026-01-10T00:00:00Z" });
      t.ledger.publish(version(300, 1000));
      t.tell("subscription", { plan: "crew", effective: "2026-01-20T00:00:00Z" });
      expect(t.balance("ada").monthly.renewsAt).toBe("2026-01-20T00:00:00.000Z");
      expect(nextGrant(t)).toBe("2026-01-20T00:00:00.000Z");
    });

    test("the pinned one for a free month that goes on, if it has given nothing yet", () => {
      const t = begin();
      t.tell("subscription", { status: "past_due" });
      t.at("2026-02-12T00:00:00Z");
      t.tell("subscription", { plan: "pro", status: "active" });
      t.ledger.publish(version(0, 0));
      t.tell("subscription", { plan: "starter", effective: "2026-02-15T00:00:00Z" });
      expect(t.balance(null).monthly).toMatchObject({ allowance: 0, renewsAt: "2026-02-15T00:00:00.000Z" });
      t.at("2026-02-15T00:00:00Z");
      expect(t.balance(null)).toMatchObject({ available: 300, monthly: { allowance: 300, renewsAt: null } });
    });
  });

  test("and null for whoever has no seat, or on a plan that gives nothing", () => {
    const t = story({ at: "2026-01-10T00:00:00Z", plan: "bare", members: { ada: "editor", vera: "viewer" } });
    expect([t.balance("ada").monthly.renewsAt, t.balance("vera").monthly.renewsAt]).toEqual([null, null]);
    expect(t.balance("ada").remedies).toEqual(["request"]);
  });
});
