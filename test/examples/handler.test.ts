import { afterAll, beforeAll, expect, test } from "vitest";
import { credits, handler, sessions } from "../../examples/handler.ts";

beforeAll(async () => {
  await credits.workspaces.put({ workspace: "acme" });
  await credits.members.put({ workspace: "acme", member: "ada", role: "editor" });
  sessions.set("session=1", { organization: "acme", user: "ada" });
}, 60_000);
afterAll(async () => await credits.close());

const ask = (path: string, cookie: string) =>
  handler(new Request(`http://app.test/api/credits/v1/workspaces/${path}`, { headers: { cookie } }));

test("the handler inside your own server goes by its sessions", async () => {
  const mine = await ask("acme/balance", "session=1");
  expect([mine.status, await mine.json()]).toEqual([200, expect.objectContaining({ available: 600 })]);
  expect((await ask("other/balance", "session=1")).status).toBe(403);
  expect((await ask("acme/balance", "session=2")).status).toBe(401);
  expect((await handler(new Request("http://app.test/api/credits/docs"))).status).toBe(200);
});
