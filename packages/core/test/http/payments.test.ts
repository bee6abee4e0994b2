import { afterAll, expect, test } from "vitest";
import { catalogToJson, defaultCatalog, parseCatalogJson } from "../../src/catalog/index.ts";
import { openApi } from "./api.ts";

const api = openApi();
const rich = "/v1/workspaces/rich";
afterAll(() => api.close());

test("a payment of more than can be held, and an approval of a pack that is not on offer any more, are told", async () => {
  await api.call("PUT", rich, { plan: "pro" });
  await api.call("PUT", `${rich}/members/ada`, { role: "owner" });
  await api.call("PUT", `${rich}/members/bob`, { role: "editor" });
  const all = { id: "g", amount: Number.MAX_SAFE_INTEGER, actor: "test", note: "all there are" };
  expect((await api.call("POST", `${rich}/grants`, all)).status).toBe(201);

  const order = { id: "t", pack: "small", recipients: ["workspace"] };
  const atOnce = await api.call("POST", `${rich}/top-ups`, { ...order, id: "t0", paid: true });
  expect([atOnce.status, atOnce.body.code]).toEqual([409, "amount_too_large"]);
  expect((await api.call("POST", `${rich}/top-ups`, order)).status).toBe(201);
  const later = await api.call("POST", `${rich}/top-ups/t/paid`, {});
  expect([later.status, later.body.code]).toEqual([409, "amount_too_large"]);

  await api.call("POST", `${rich}/top-up-requests`, { id: "q", member: "bob", pack: "small" });
  const input = JSON.parse(catalogToJson(defaultCatalog));
  input.topUpPacks.small.retired = true;
  await api.credits.catalog.publish(parseCatalogJson(JSON.stringify(input)));
  const approved = await api.call("POST", `${rich}/top-up-requests/q/approve`, { buyer: "ada" });
  expect([approved.status, approved.body.code]).toEqual([404, "unknown_pack"]);
  expect(approved.body.detail).toContain("no top-up pack small on offer");
});
