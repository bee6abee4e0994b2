import type { Explanation } from "@ducat/client";
import { beforeAll, describe, expect, it } from "vitest";
import { createExplainer, type Explainer } from "../../src/ledger/explain.ts";
import { onEachDatabase } from "../database/databases.ts";
import { tellStory } from "./story.ts";
import { type TestLedger, testLedger } from "./test-ledger.ts";

const texts = ({ summary, lines }: Explanation) => [summary, ...lines.map(({ at, text }) => `${at ?? "–"} ${text}`)];

onEachDatabase((database) => {
  let t: TestLedger;
  let explain: Explainer;
  beforeAll(async () => {
    t = await testLedger(database());
    explain = createExplainer(database(), t.sql, t.reader);
    await tellStory(t, "acme");
  }, 60_000);

  const charge = async (id: string) => texts(await explain.charge({ workspace: "acme", id }));
  const balance = async (member: string | null) => texts(await explain.balance({ workspace: "acme", member }));

  describe("a charge is explained", () => {
    it("x", async () => {
      for (const id of ["big", "top", "whole", "free", "late", "open", "open-2"]) console.log((await charge(id)).join("\n"), "\n");
      for (const id of ["ada", "bob", "cy", null]) console.log((await balance(id)).join("\n"), "\n");
    });
  });
});
