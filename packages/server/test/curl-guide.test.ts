import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { makeRoom, type Served, serve } from "./command.ts";

const guide = readFileSync(fileURLToPath(new URL("../../../docs/guides/curl.md", import.meta.url)), "utf8");
const steps = [
  ...guide.matchAll(/\*\*(.+?)\*\*[^`]*?(?:`[^`\n]+`[^`]*?)*```sh\n(.+?)```(?:\s+```json\n(.+?)```)?/gs),
].map(([, title = "", line = "", answer]) => ({ title, line: line.trim(), answer }));

const room = makeRoom();
let server: Served;
beforeAll(async () => {
  server = await serve({ directory: room.directory });
}, 60_000);
afterAll(async () => {
  server.signal("SIGTERM");
  await server.ended;
  room.remove();
});

test("the guide has ten lines", () => {
  expect(steps).toHaveLength(10);
  for (const { line } of steps) expect(line).toMatch(/^curl -s[^\n]*$/);
});

test.each(steps)("$title", ({ line, answer }) => {
  const script = `export AUTH="authorization: Bearer $(cat .ducat/api-key)"\n${line} --fail-with-body`;
  const output = execFileSync("sh", ["-euc", script], {
    cwd: room.directory,
    env: { ...process.env, DUCAT_URL: server.url },
    encoding: "utf8",
  });
  const answered: unknown = JSON.parse(output);
  if (answer !== undefined) expect(answered).toMatchObject(JSON.parse(answer));
});
