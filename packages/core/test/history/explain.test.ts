import type { Explanation } from "@ducat/client";
import { beforeAll, describe, expect, it } from "vitest";
import { defaultCatalogInput } from "../../src/catalog/default-catalog.ts";
import { defineCatalog } from "../../src/catalog/define-catalog.ts";
import { createExplainer, type Explainer } from "../../src/ledger/explain.ts";
import { onEachDatabase } from "../database/databases.ts";
import { tellStory } from "./story.ts";
import { type TestLedger, testLedger } from "./test-ledger.ts";

const catalog = defineCatalog({
  ...defaultCatalogInput,
  features: {
    ...defaultCatalogInput.features,
    assistant: {
      name: "Assistant",
      unit: "answer",
      settles: "metered",
      modes: { standard: { perMillion: { input: 250, output: 1000 } } },
    },
    look: { name: "Look", unit: "look", settles: "unit", modes: { standard: 0 } },
  },
  plans: {
    ...defaultCatalogInput.plans,
    endless: { name: "Endless", paid: true, anchor: "subscription", holder: "member", allowance: "unlimited" },
  },
});

const monthly = "monthly:ada:e1:1773144000000:3000";

onEachDatabase((database) => {
  let t: TestLedger;
  let explainer: Explainer;

  beforeAll(async () => {
    t = await testLedger(database(), catalog);
    explainer = createExplainer(database(), t.sql, t.reader);
    await tellStory(t, "acme");
  }, 60_000);

  const texts = ({ lines }: Explanation) => lines.map(({ text }) => text.replace(/ \(price version \w+\)/, ""));
  const charge = (id: string, workspace = "acme") => explainer.charge({ workspace, id });
  const balance = (member: string | null, workspace = "acme") => explainer.balance({ workspace, member });

  describe("the story of a charge", () => {
    it("tells price, sources, what came back, and what support gave back and why", async () => {
      const story = await charge("big");
      expect(story.summary).toBe(
        "Generate screen, mode deep-design for ada was charged 3,600 credits. 3,510 credits were kept and 90 credits" +
          " were given back. Support gave back 3,510 credits later, so nothing is spent in the end.",
      );
      expect(texts(story)).toEqual([
        "ada asked for Generate screen, mode deep-design: 40 screens at 90 credits each, 3,600 credits." +
          " It was charged before the work began.",
        "500 credits came from ada's promotional credits, which ended on 20 March 2026, 00:00:00 UTC (grant promo:welcome).",
        `3,000 credits came from ada's monthly credits, which ended on 10 April 2026, 12:00:00 UTC (grant ${monthly}).`,
        "100 credits came from the pool's promotional credits, which never expire (grant promo:pool).",
        "39 of 40 screens were delivered: 3,510 credits were kept and 90 credits went back.",
        "90 credits went back to the pool's promotional credits (grant promo:pool).",
        "Support (eve) gave back 900 credits that had been settled: “blurred”. 900 credits can be used again.",
        "10 credits went back to the pool's promotional credits (grant promo:pool).",
        `890 credits went back to ada's monthly credits (grant ${monthly}).`,
        "Support (eve) gave back 2,610 credits that had been settled: “blurred again”. 2,610 credits had ended meanwhile." +
          " For them 2,610 credits were given anew, to be used until 10 May 2026, 12:00:00 UTC.",
        `2,110 credits went back to ada's monthly credits (grant ${monthly}). These had ended on 10 April 2026, 12:00:00 UTC,` +
          " so 2,110 credits expired at once.",
        "500 credits went back to ada's promotional credits (grant promo:welcome). These had ended on 20 March 2026," +
          " 00:00:00 UTC, so 500 credits expired at once.",
      ]);
      expect(story.lines[9]).toMatchObject({
        at: "2026-04-11T00:00:00.000Z",
        facts: { actor: "eve", note: "blurred again", amount: 2610, expired: 2610, reissued: 2610 },
      });
    });

    it("tells what is still open and until when", async () => {
      const story = await charge("open-2");
      expect(story.summary).toBe(
        "Generate screen for cy is under way: 120 credits are charged, and come back if nothing is heard of it by" +
          " 11 April 2026, 00:10:00 UTC.",
      );
      expect(texts(story).slice(-2)).toEqual([
        "Handed over so far: 1 of 4 screens.",
        "120 credits are held. The charge is open until 11 April 2026, 00:10:00 UTC; if nothing is heard of the work by" +
          " then, all of it is given back.",
      ]);
    });

    it("tells why everything came back", async () => {
      expect((await charge("late")).summary).toBe(
        "Generate image for bob was charged 50 credits. All 50 credits were given back, because nothing was heard of" +
          " the work before its lease ended.",
      );
      expect((await charge("whole")).summary).toContain("because the work failed");
    });

    it("tells what time has done although nobody has written it", async () => {
      const workspace = "late";
      await t.run("workspacePut", { workspace });
      await t.run("memberPut", { workspace, member: "ada", role: "editor" });
      await t.run("charge", { workspace, id: "x", member: "ada", feature: "generate-theme" });
      for (const table of ["lease l", "charge c"]) {
        const column = table.startsWith("lease") ? "expires_at" : "lease_expires_at";
        await t.query(
          `update {schema}.${table} set ${column} = ${column} - interval '601 s' where workspace_id = 'late'`,
        );
      }
      const read = await charge("x", workspace);
      await t.sweep(workspace);
      expect(await charge("x", workspace)).toEqual(read);
      expect(
        texts(read)
          .slice(1)
          .map((text) => text.replace(/, which.*? \(/, " (")),
      ).toEqual([
        expect.stringMatching(/^5 credits came from the pool's monthly credits \(grant /),
        "All 5 credits went back, because nothing was heard of the work before its lease ended.",
        expect.stringMatching(/^5 credits went back to the pool's monthly credits \(grant /),
      ]);
    });

    it("tells a metered price, what it was raised to, and what was really used", async () => {
      const workspace = "metered";
      const clock = "2026-05-01T00:00:00Z";
      await t.run("workspacePut", { workspace, plan: "pro", testClock: clock });
      await t.run("memberPut", { workspace, member: "ada", role: "editor" });
      const usage = { input: 100_000, output: 1 };
      await t.run("charge", { workspace, id: "m", member: "ada", feature: "assistant", usage });
      await t.run("extend", { workspace, id: "m", usage: { input: 400_000, output: 100_000 } });
      await t.run("settle", { workspace, id: "m", usage: { input: 100_000, output: 200_000 }, estimated: true });
      const story = await charge("m", workspace);
      expect(texts(story)).toEqual([
        "ada asked for Assistant: an estimated usage of input 100,000 and output 1, at 250 for input and 1,000 for output" +
          " credits a million, rounded up, 26 credits. It was charged before the work began.",
        expect.stringMatching(/^200 credits came from ada's monthly credits/),
        "While the work ran the charge was raised by 174 credits to 200 credits.",
        "The real usage was input 100,000 and output 200,000, by the host's own count, because the provider's was not to" +
          " be had, which costs 225 credits: 200 credits were kept. 25 credits were above the charge and never collected.",
      ]);
    });

    it("tells that nothing was taken: free, or of an allowance without limit", async () => {
      const workspace = "endless";
      await t.run("workspacePut", { workspace, plan: "endless", testClock: "2026-05-01T00:00:00Z" });
      await t.run("memberPut", { workspace, member: "ada", role: "editor" });
      await t.run("charge", { workspace, id: "a", member: "ada", feature: "generate-image", quantity: 2 });
      await t.run("settle", { workspace, id: "a" });
      await t.run("charge", { workspace, id: "b", member: "ada", feature: "look" });
      await t.run("refund", { workspace, id: "b", reason: "cancelled" });
      expect(texts(await charge("a", workspace))).toEqual([
        "ada asked for Generate image: 2 images at 10 credits each, 20 credits. It was charged before the work began." +
          " ada's allowance had no limit, so no credits were taken; the amount counts for a cap only.",
        "2 of 2 images were delivered, worth 20 credits.",
      ]);
      const free = await charge("b", workspace);
      expect(free.summary).toBe("Look for ada was charged 0 credits. It cost nothing, because it was cancelled.");
      expect((await balance("ada", workspace)).summary).toBe("ada draws on an allowance without limit.");
    });

    it("is refused for a charge that does not exist", async () => {
      await expect(charge("none")).rejects.toMatchObject({ code: "unknown_charge" });
      await expect(charge("none", "nowhere")).rejects.toMatchObject({ code: "unknown_workspace" });
    });
  });

  describe("the story of a balance", () => {
    it("tells plan, allowance, each grant and what is owed", async () => {
      const story = await balance("ada");
      expect(story.summary).toBe(
        "ada can spend 13,490 credits: 9,820 monthly, 2,620 promotional and 1,050 bought. 60 credits are of the workspace's" +
          " pool, which its members share. 180 credits are held by work that is under way. 530 credits are owed.",
      );
      const lines = texts(story);
      expect(lines[0]).toBe(
        "The workspace is on the plan Business since 10 March 2026, 18:00:00 UTC. Its present cycle runs from" +
          " 10 April 2026, 12:00:00 UTC to 10 May 2026, 12:00:00 UTC.",
      );
      expect(lines).toContain(
        "This cycle allows ada 10,000 credits. 180 credits are spent or held. Credits are given next on 10 May 2026, 12:00:00 UTC.",
      );
      expect(lines).toContain(
        "The pool's promotional credits (grant promo:pool): 200 given on 10 March 2026, 12:00:00 UTC, of which 140 spent" +
          " and 50 taken back. 10 credits are left and never expire.",
      );
      expect(lines).toContain(
        "Money for top-up o1 went back, so 950 of its 1,000 credits are to be taken back, and 420 credits were. 530 credits" +
          " had been used already, so that much is owed; the next top-up of ada repays them first. Monthly and promotional" +
          " credits never do.",
      );
    });

    it("tells what is frozen, since when and why", async () => {
      const workspace = "frozen";
      await t.run("workspacePut", { workspace, plan: "pro", testClock: "2026-05-01T00:00:00Z" });
      for (const member of ["ada", "bob"]) await t.run("memberPut", { workspace, member, role: "editor", cap: 100 });
      await t.run("topUp", { workspace, id: "o", pack: "small", recipients: ["ada", "bob"], paid: true });
      await t.run("charge", { workspace, id: "c", member: "bob", feature: "generate-image" });
      await t.run("settle", { workspace, id: "c" });
      await t.run("advanceClock", { workspace, now: "2026-05-02T00:00:00Z" });
      await t.run("memberRemove", { workspace, member: "bob" });
      await t.run("advanceClock", { workspace, now: "2026-05-03T00:00:00Z" });
      await t.run("subscription", { workspace, plan: "starter", effective: "now" });
      await t.run("advanceClock", { workspace, now: "2026-05-04T00:00:00Z" });
      const bob = texts(await balance("bob", workspace));
      expect(bob).toContain(
        "bob was removed on 2 May 2026, 00:00:00 UTC and cannot spend anything; what they have stays theirs.",
      );
      expect(bob).toContain(
        "bob's bought credits (grant top-up:o:bob): 1,000 given on 1 May 2026, 00:00:00 UTC by top-up o. 1,000 credits are" +
          " left and never expire. They are frozen since 2 May 2026, 00:00:00 UTC, because bob was removed from the workspace.",
      );
      const ada = await balance("ada", workspace);
      expect(ada.summary).toContain("1,000 credits are frozen.");
      expect(texts(ada)).toContain(
        "ada's bought credits (grant top-up:o:ada): 1,000 given on 1 May 2026, 00:00:00 UTC by top-up o. 1,000 credits are" +
          " left and never expire. They are frozen since 3 May 2026, 00:00:00 UTC, because the plan Starter is not a paid" +
          " one; a paid plan thaws them.",
      );
      expect(texts(ada)).toContain(
        "ada may spend at most 100 credits a cycle, from any source. 0 credits are used, so 100 credits more can be spent in this cycle.",
      );
    });

    it("tells of a role that may not spend, a plan that will change and a payment that is due", async () => {
      const workspace = "due";
      await t.run("workspacePut", { workspace, plan: "business", testClock: "2026-05-01T00:00:00Z" });
      await t.run("memberPut", { workspace, member: "vi", role: "viewer" });
      await t.run("subscription", { workspace, plan: "pro", status: "past_due" });
      const story = await balance("vi", workspace);
      expect(story.summary).toBe("vi can spend nothing.");
      expect(texts(story).slice(0, 3)).toEqual([
        "The workspace is on the plan Business since 1 May 2026, 00:00:00 UTC. Its payment is past due since 1 May 2026," +
          " 00:00:00 UTC: until it is paid, no monthly credits are given and none can be bought. Its present cycle runs" +
          " from 1 May 2026, 00:00:00 UTC to 1 June 2026, 00:00:00 UTC.",
        "The plan changes to Pro on 1 June 2026, 00:00:00 UTC.",
        "vi is a viewer, a role that may not use AI features, and can spend nothing.",
      ]);
    });
  });
});
