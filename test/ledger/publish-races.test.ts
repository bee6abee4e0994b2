import { catalogVersion, defaultCatalogInput, defineCatalog } from "ducat";
import { expect, it } from "vitest";
import { testCredits } from "../setup/credits.ts";
import { connect, untilWaiting } from "../setup/hands.ts";

const { business: _, ...plans } = defaultCatalogInput.plans;
const { small: __, ...topUpPacks } = defaultCatalogInput.topUpPacks;
const withoutBusiness = defineCatalog({ ...defaultCatalogInput, plans });
const withoutSmall = defineCatalog({ ...defaultCatalogInput, topUpPacks });
const ada = { member: "ada", role: "owner" } as const;

async function workspaceOn(plan: "starter" | "pro") {
  const { credits, schema, logged } = testCredits();
  await credits.workspaces.put({ workspace: "acme", plan });
  await credits.members.put({ workspace: "acme", ...ada });
  return { credits, schema, logged };
}

/** Publishes as a process does that has looked already, and has not committed yet. */
async function holdPublished(schema: string, catalog: typeof withoutBusiness) {
  const publisher = await connect();
  await publisher.query("begin");
  await publisher.query(`lock table ${schema}.catalog_version in share row exclusive mode`);
  await publisher.query(
    `insert into ${schema}.catalog_version (version, catalog, published_n)
      select $1, $2, max(published_n) + 1 from ${schema}.catalog_version`,
    [catalogVersion(catalog), JSON.stringify(catalog)],
  );
  return publisher;
}

it("a plan that a transaction has chosen and not yet committed cannot be dropped", async () => {
  const { credits } = await workspaceOn("pro");
  const host = await connect();
  await host.query("begin");
  await credits.within(host).subscriptions.update({ workspace: "acme", plan: "business" });
  const publishing = credits.catalog.publish(withoutBusiness as never);
  publishing.catch(() => {});
  await untilWaiting(host, 1);
  await host.query("commit");
  await expect(publishing).rejects.toMatchObject({ code: "catalog_in_use", message: expect.stringContaining("acme") });
  expect(await credits.workspaces.get({ workspace: "acme" })).toMatchObject({ plan: "business" });
});

it("a pack that a transaction has ordered and not yet committed cannot be dropped", async () => {
  const { credits } = await workspaceOn("pro");
  const host = await connect();
  await host.query("begin");
  await credits.within(host).topUps.create({ workspace: "acme", id: "t", pack: "small", recipients: ["ada"] });
  const publishing = credits.catalog.publish(withoutSmall as never);
  publishing.catch(() => {});
  await untilWaiting(host, 1);
  await host.query("commit");
  await expect(publishing).rejects.toMatchObject({ code: "catalog_in_use" });
});

it("a plan change that comes while a catalog without the plan is published finds it gone", async () => {
  const { credits, schema } = await workspaceOn("pro");
  const publisher = await holdPublished(schema, withoutBusiness);
  const change = credits.subscriptions.update({ workspace: "acme", plan: "business" });
  change.catch(() => {});
  await untilWaiting(publisher, 1);
  await publisher.query("commit");
  await expect(change).rejects.toMatchObject({ code: "unknown_plan" });
  expect(await credits.workspaces.get({ workspace: "acme" })).toMatchObject({ plan: "pro" });
});

it("charges wait for nobody who publishes, and plan changes not for each other", async () => {
  const { credits, schema } = await workspaceOn("pro");
  const publisher = await holdPublished(schema, withoutBusiness);
  const charge = { workspace: "acme", id: "c", member: "ada", feature: "generate-screen" } as const;
  expect(await credits.charge(charge)).toMatchObject({ outcome: "charged" });
  expect(await credits.settle({ workspace: "acme", id: "c" })).toMatchObject({ outcome: "settled" });
  await publisher.query("rollback");
  const host = await connect();
  await host.query("begin");
  await credits.within(host).subscriptions.update({ workspace: "acme", plan: "business" });
  expect(await credits.workspaces.put({ workspace: "other", plan: "business" })).toMatchObject({ outcome: "created" });
  await host.query("rollback");
});

it("a transaction that stays open keeps the publisher from publishing, and nobody else from anything", async () => {
  const { credits, logged } = await workspaceOn("pro");
  const host = await connect();
  await host.query("begin");
  await credits.within(host).subscriptions.update({ workspace: "acme", plan: "business" });
  const publishing = credits.catalog.publish(withoutSmall as never);
  publishing.catch(() => {});
  await untilWaiting(host, 1);
  for (let n = 0; n < 5; n++) {
    expect(await credits.workspaces.put({ workspace: `other-${n}` })).toMatchObject({ outcome: "created" });
  }
  await expect(publishing).rejects.toMatchObject({ code: "overloaded", retryable: true });
  await host.query("rollback");
  expect(await credits.catalog.publish(withoutSmall as never)).toMatchObject({ published: true });
  expect(logged).toEqual([]);
}, 60_000);
