import { readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { catalogToJson, createClient, defaultCatalog } from "ducat";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ducat, ducatUnread, type Finished, makeRoom, type Served, serve } from "./command.ts";

const room = makeRoom();
const empty = makeRoom();
const where = { directory: room.directory };
const slow = 60_000;

let server: Served;
beforeAll(async () => {
  server = await serve(where);
  const credits = createClient({
    baseUrl: server.url,
    apiKey: readFileSync(join(room.directory, ".ducat/api-key"), "utf8").trim(),
  });
  await credits.workspaces.put({ workspace: "acme" });
  await credits.members.put({ workspace: "acme", member: "ada", role: "owner" });
  const charge = { workspace: "acme", member: "ada", feature: "generate-screen", mode: "deep-design", quantity: 2 };
  await credits.charge({ ...charge, id: "c1" });
  await credits.settle({ workspace: "acme", id: "c1" });
  await credits.charge({ ...charge, id: "c2", quantity: 1 });
}, slow);
afterAll(async () => {
  server.signal("SIGTERM");
  await server.ended;
  room.remove();
  empty.remove();
});

const inRoom = (...args: string[]) => ducat(args, where);

function succeeded({ code, stdout, stderr }: Finished): string {
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  return stdout;
}

describe("with a server running in this folder", { timeout: slow }, () => {
  test("balance asks that server", async () => {
    const words = succeeded(await inRoom("balance", "acme", "ada"));
    expect(words).toContain("ada in acme: 330 credits available, 90 held by open charges");
    expect(words).toContain("of these 330 credits are the workspace's pool");
    const json = JSON.parse(succeeded(await inRoom("balance", "acme", "--json"))) as unknown;
    expect(json).toMatchObject({ member: null, available: 330 });
  });

  test("charges, explain", async () => {
    const words = succeeded(await inRoom("charges", "acme", "--state", "open"));
    expect(words).toContain("generate-screen deep-design");
    expect(words).toContain("c2");
    expect(words).not.toContain("c1 ");
    expect(succeeded(await inRoom("explain", "acme", "c1"))).toContain("180");
  });

  test("refund gives back once under one id", async () => {
    const refund = ["refund", "acme", "c1", "--quantity", "1", "--id", "sr1", "--note", "blank", "--actor", "support"];
    expect(succeeded(await inRoom(...refund))).toBe(
      "90 credits restored. ada has 420 credits available. (refund sr1)\n",
    );
    expect(succeeded(await inRoom(...refund))).toContain("Done before: 90 credits restored.");
    const more = await inRoom("refund", "acme", "c1", "--quantity", "2", "--note", "more");
    expect([more.code, more.stderr]).toEqual([1, expect.stringContaining("left that were settled")]);
    const open = await inRoom("refund", "acme", "c2", "--note", "too early");
    expect([open.code, open.stderr]).toEqual([1, expect.stringContaining("only a settled charge")]);
  });

  test("grant", async () => {
    const given = await inRoom("grant", "acme", "500", "--member", "ada", "--id", "g1", "--note", "sorry");
    expect(succeeded(given)).toBe("500 credits granted to ada. They never expire. (grant promo:g1)\n");
    const twice = await inRoom("grant", "acme", "500", "--member", "ada", "--id", "g1", "--note", "sorry");
    expect(succeeded(twice)).toContain("Done before");
  });

  test("the catalog in force", async () => {
    expect(succeeded(await inRoom("catalog", "show"))).toMatch(/generate-screen +deep-design +90 +screen +unit/);
    const json = succeeded(await inRoom("catalog", "show", "--json"));
    expect(JSON.parse(json)).toEqual(JSON.parse(catalogToJson(defaultCatalog)));
  });

  test("what needs the database itself says so", async () => {
    const { code, stderr } = await inRoom("verify");
    expect([code, stderr]).toEqual([1, expect.stringContaining("Stop that server first")]);
  });

  test("another folder, by address and key", async () => {
    const key = readFileSync(join(room.directory, ".ducat/api-key"), "utf8").trim();
    const env = { DUCAT_URL: server.url, DUCAT_API_KEY: key };
    expect(succeeded(await ducat(["balance", "acme"], { directory: empty.directory, env }))).toContain(
      "the pool in acme",
    );
    const wrong = await ducat(["balance", "acme"], {
      directory: empty.directory,
      env: { ...env, DUCAT_API_KEY: "another-key-entirely" },
    });
    expect([wrong.code, wrong.stderr]).toEqual([
      1,
      expect.stringMatching(/^ducat: The key is not valid\..*DUCAT_API_KEY/),
    ]);
    const none = await ducat(["balance", "acme"], { directory: empty.directory, env: { DUCAT_URL: server.url } });
    expect([none.code, none.stderr]).toEqual([2, expect.stringContaining("Give the server's secret key")]);
  });

  test("this folder's key goes to this folder's server, and to no other", async () => {
    for (const url of [server.url, `${server.url}/`]) {
      expect(succeeded(await inRoom("balance", "acme", "--url", url))).toContain("the pool in acme");
    }
    const heard: (string | undefined)[] = [];
    const stranger = createServer(({ headers }, response) => {
      heard.push(headers.authorization);
      response.end("{}");
    });
    await new Promise<void>((resolve) => stranger.listen(0, "127.0.0.1", resolve));
    const { port } = stranger.address() as AddressInfo;
    const { code, stderr } = await inRoom("balance", "acme", "--url", `http://127.0.0.1:${port}`);
    stranger.close();
    expect({ code, heard }).toEqual({ code: 2, heard: [] });
    expect(stderr).toContain("Give the server's secret key with DUCAT_API_KEY");
    expect(stderr).toContain(`is for ${server.url} only`);
  });

  test("nobody there", async () => {
    const env = { DUCAT_URL: "http://127.0.0.1:9", DUCAT_API_KEY: "a-key-that-nobody-asks-for" };
    const { code, stderr } = await ducat(["balance", "acme"], { directory: empty.directory, env });
    expect([code, stderr]).toEqual([1, expect.stringContaining("Is the server running, and is --url right?")]);
  });

  test("a grant whose answer was cut in its body says how to repeat it", async () => {
    const cutting = createServer((_request, response) => {
      response.writeHead(201, { "content-type": "application/json", "content-length": 1000 });
      response.write('{"outcome":"gra', () => response.destroy());
    });
    await new Promise<void>((resolve) => cutting.listen(0, "127.0.0.1", resolve));
    const { port } = cutting.address() as AddressInfo;
    const env = { DUCAT_URL: `http://127.0.0.1:${port}`, DUCAT_API_KEY: "a-key-that-nobody-asks-for" };
    const { code, stderr } = await ducat(["grant", "acme", "5", "--note", "x"], { directory: empty.directory, env });
    cutting.close();
    expect([code, stderr]).toEqual([1, expect.stringMatching(/^It is not known .* Repeat it with --id [\w-]+/)]);
  });
});

describe("with the server stopped", { timeout: slow }, () => {
  beforeAll(async () => {
    server.signal("SIGTERM");
    await server.ended;
  }, slow);

  test("balance opens the database", async () => {
    expect(succeeded(await inRoom("balance", "acme", "ada"))).toContain("ada in acme");
  });

  test("an unknown workspace is one line and exit code 1", async () => {
    const { code, stdout, stderr } = await inRoom("balance", "nowhere");
    expect({ code, stdout, stderr }).toEqual({
      code: 1,
      stdout: "",
      stderr: expect.stringMatching(/^ducat: There is no workspace nowhere\..*\n$/),
    });
  });

  test("--verbose shows the stack", async () => {
    const { stderr } = await inRoom("balance", "nowhere", "--verbose");
    expect(stderr).toMatch(/\n {4}at /);
  });

  test("verify finds everything in order", async () => {
    expect(succeeded(await inRoom("verify"))).toContain("Everything adds up: 1 workspace,");
  });

  test("publish brings a catalog into force, and refuses one that drops what is used", async () => {
    const catalog = JSON.parse(catalogToJson(defaultCatalog));
    catalog.features["generate-theme"].modes.standard = 7;
    writeFileSync(join(room.directory, "dearer.json"), JSON.stringify(catalog));
    expect(succeeded(await inRoom("catalog", "publish", "dearer.json"))).toMatch(/^Version \w+ is in force now\.\n$/);
    expect(succeeded(await inRoom("catalog", "publish", "dearer.json"))).toContain("nothing changed");
    expect(succeeded(await inRoom("catalog", "show"))).toMatch(/generate-theme +standard +7/);
    catalog.plans.free = catalog.plans.starter;
    delete catalog.plans.starter;
    writeFileSync(join(room.directory, "without.json"), JSON.stringify(catalog));
    const { code, stderr } = await inRoom("catalog", "publish", "without.json");
    expect([code, stderr]).toEqual([1, expect.stringMatching(/starter/)]);
  });
});

describe("without a database", { timeout: slow }, () => {
  const inEmpty = (...args: string[]) => ducat(args, { directory: empty.directory });

  test("a command that reads does not make one", async () => {
    const { code, stderr } = await inEmpty("balance", "acme");
    expect([code, stderr]).toEqual([2, expect.stringContaining("Start one with: ducat serve")]);
  });

  test("catalog check names every fault, as text and as JSON", async () => {
    writeFileSync(join(empty.directory, "good.json"), catalogToJson(defaultCatalog));
    expect(succeeded(await inEmpty("catalog", "check", "good.json"))).toContain(
      "good.json is a valid catalog, version",
    );
    const faulty = JSON.parse(catalogToJson(defaultCatalog));
    faulty.features["generate-theme"].modes.standard = -5;
    faulty.plans.pro.holder = "team";
    writeFileSync(join(empty.directory, "faulty.json"), JSON.stringify(faulty));
    const words = await inEmpty("catalog", "check", "faulty.json");
    expect(words.code).toBe(1);
    expect(words.stdout).toContain("plans.pro.holder");
    expect(words.stdout).toContain("modes.standard");
    const json = await inEmpty("catalog", "check", "faulty.json", "--json");
    expect(json.code).toBe(1);
    expect(JSON.parse(json.stdout)).toMatchObject({ ok: false, errors: expect.any(Array) });
  });

  test(
    "migrate says what it applied, once, and publishes nothing",
    async () => {
      const fresh = makeRoom();
      const first = succeeded(await ducat(["migrate"], fresh));
      expect(first).toMatch(/^Applied migration 1 \(ledger\)\.\n/);
      expect(first).toMatch(
        /The schema ducat has migration \d+, the newest of this version of Ducat\.\nNo catalog is in/,
      );
      const again = JSON.parse(succeeded(await ducat(["migrate", "--json"], fresh)));
      expect(again).toEqual({ schema: "ducat", applied: [], version: expect.any(Number), catalog: null });
      fresh.remove();
    },
    slow,
  );

  test("migrate --print is SQL", async () => {
    expect(succeeded(await inEmpty("migrate", "--print"))).toMatch(/create table/i);
    expect(succeeded(await inEmpty("migrate", "--print", "--schema", "credits"))).toContain("credits");
  });

  test("a reader who does not wait for the end is no error", async () => {
    expect(await ducatUnread(["migrate", "--print"], empty)).toEqual({ code: 0, stderr: "" });
    writeFileSync(join(empty.directory, "unread.json"), "{}");
    const check = await ducatUnread(["catalog", "check", "unread.json", "--json"], empty);
    expect(check).toEqual({ code: 1, stderr: "" });
  });

  test.each([
    [[], "Usage: ducat"],
    [["blance"], "Did you mean balance?"],
    [["balance"], "missing required argument 'workspace'"],
    [["grant", "acme", "5"], "required option '--note <text>' not specified"],
    [["grant", "acme", "-5", "--note", "x"], "-5"],
    [["grant", "acme", "1.5", "--note", "x"], "It must be a whole number from 1"],
    [["refund", "acme", "c1", "--note", "x", "--quantity", "0"], "from 1 to 1000"],
    [["balance", "acme", "--url", "localhost:4100"], "It must be an address such as http://127.0.0.1:4100."],
    [["charges", "acme", "--state", "done"], "Allowed choices are open, settled, refunded."],
  ])("%j: exit code 2 and what to do", async (args, message) => {
    const { code, stderr } = await inEmpty(...args);
    expect([code, stderr]).toEqual([2, expect.stringContaining(message)]);
  });

  test.each([
    ["serve"],
    ["migrate"],
    ["verify"],
    ["doctor"],
    ["catalog check"],
    ["catalog show"],
    ["catalog publish"],
    ["balance"],
    ["charges"],
    ["explain"],
    ["refund"],
    ["grant"],
  ])("%s --help teaches with an example", async (name) => {
    const words = succeeded(await inEmpty(...name.split(" "), "--help"));
    expect(words).toMatch(new RegExp(`Example:\n  ducat ${name} ?`));
    if (name !== "serve") expect(words).toContain("--json");
  });
});
