import { expect, test } from "vitest";
import { createCredits } from "../../src/credits.ts";
import { cell } from "../../src/http/entries-csv.ts";
import { createHandler } from "../../src/http/handler.ts";
import { apiKey } from "./api.ts";

test.each([
  ["a text that a spreadsheet would run", "=1+1", `"'=1+1"`],
  ["another", "@SUM(A1)", `"'@SUM(A1)"`],
  ["and another", "-1+cmd|x", `"'-1+cmd|x"`],
  ["with a comma", "a,b", '"a,b"'],
  ["with quotes", 'a"b', '"a""b"'],
  ["with a line end", "a\r\nb", '"a\r\nb"'],
  ["an ordinary id", "auth0|1", "auth0|1"],
  ["a number, which is none of these", -30, "-30"],
  ["nothing", null, ""],
])("%s", (_name, value, expected) => {
  expect(cell(value)).toBe(expected);
});

test("an answer that breaks off half-way is found in the log, by the id that its reader was given", async () => {
  const credits = createCredits({ database: { memory: true }, background: false });
  await credits.workspaces.put({ workspace: "acme", plan: "pro" });
  // More than two pages: the stream reads one page ahead of its reader.
  for (let n = 0; n < 700; n++) {
    await credits.grant({ workspace: "acme", id: `g${n}`, amount: 1, actor: "test", note: "one entry" });
  }
  const errors: unknown[] = [];
  const log = { info: () => {}, error: (fields: unknown, message: string) => void errors.push([message, fields]) };
  const handler = createHandler(credits, { apiKeys: [apiKey], log });
  const headers = { authorization: `Bearer ${apiKey}` };
  const answer = await handler(new Request("http://api.test/v1/workspaces/acme/entries?format=csv", { headers }));
  const reader = (answer.body as ReadableStream<Uint8Array>).getReader();
  await reader.read();
  await credits.close();
  const rest = async () => {
    for (;;) if ((await reader.read()).done) return;
  };
  await expect(rest()).rejects.toMatchObject({ code: "closed" });
  const requestId = answer.headers.get("x-request-id");
  expect(errors).toEqual([["answer broke off", { requestId, error: expect.stringContaining("closed") }]]);
});
