import { expect, it } from "vitest";
import { testCredits } from "../setup/credits.ts";

const MEMBERS = 50_000;
const apiKey = "a-secret-key-for-tests";
const person = (n: number, role: string) => ({ id: `member-${n}`, role, name: `Person ${n}` });
const people = (role: string) => Array.from({ length: MEMBERS }, (_, n) => person(n, role));

it("50,000 members are synchronised over HTTP in seconds, and others go on meanwhile", async () => {
  const { credits, logged } = testCredits();
  const handler = credits.handler({ apiKeys: [apiKey], log: { info: () => {}, error: () => {} } });
  async function sync(members: object[]) {
    const headers = { authorization: `Bearer ${apiKey}`, "content-type": "application/json" };
    const request = { method: "PUT", headers, body: JSON.stringify({ members }) };
    const response = await handler(new Request("http://api.test/v1/workspaces/big/members", request));
    expect(response.status).toBe(200);
    return (await response.json()) as { added: string[]; changed: string[]; removed: string[]; unchanged: number };
  }
  for (const workspace of ["big", "other-1", "other-2", "other-3"]) {
    await credits.workspaces.put({ workspace, plan: "pro" });
    await credits.members.put({ workspace, member: "ada", role: "editor" });
  }
  const syncing = sync([{ id: "ada", role: "editor" }, ...people("editor").slice(1)]);
  for (const workspace of ["other-1", "other-2", "other-3"]) {
    const charge = { workspace, id: "c", member: "ada", feature: "generate-image" } as const;
    expect(await credits.charge(charge)).toMatchObject({ outcome: "charged" });
  }
  expect(await syncing).toMatchObject({ added: { length: MEMBERS - 1 }, removed: [], unchanged: 1 });
  expect(await sync(people("editor"))).toMatchObject({ added: ["member-0"], removed: ["ada"], unchanged: MEMBERS - 1 });
  expect(await sync(people("guest-editor"))).toMatchObject({ changed: { length: MEMBERS } });
  expect(await sync([])).toMatchObject({ removed: { length: MEMBERS } });
  expect(await credits.balance({ workspace: "big", member: "member-49999" })).toMatchObject({ available: 0 });
  expect(logged).toEqual([]);
  // Each of the four takes a second or two. A plan that reads the members once for each of them takes minutes.
}, 120_000);
