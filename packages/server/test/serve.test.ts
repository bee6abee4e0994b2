import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { ducat, makeRoom, serve } from "./command.ts";

const room = makeRoom();
const where = { directory: room.directory };
afterAll(() => room.remove());

const slow = 60_000;

function write(url: string, key: string, path: string, method: string, body: object) {
  return fetch(`${url}${path}`, {
    method,
    headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
    body: JSON.stringify(body),
  });
}

/** A request whose body is only finished when it is told: until then the server is at work on it. */
function halfSent(url: string, key: string): { running: Promise<Response>; release(): void } {
  let release: () => void = () => {};
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      controller.enqueue(new TextEncoder().encode('{"name":'));
      release = () => {
        controller.enqueue(new TextEncoder().encode('"Late"}'));
        controller.close();
      };
    },
  });
  const running = fetch(`${url}/v1/workspaces/late`, {
    method: "PUT",
    headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
    body,
    duplex: "half",
  } as RequestInit);
  return { running, release };
}

describe("ducat serve", { timeout: slow }, () => {
  test("starts with nothing, says where everything is, and keeps what was written", async () => {
    const server = await serve(where);
    const file = join(room.directory, ".ducat/api-key");
    expect(server.output.stdout).toContain(file);
    expect(server.output.stdout).toContain(`${join(room.directory, ".ducat")} (embedded PostgreSQL)`);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(statSync(join(room.directory, ".ducat")).mode & 0o777).toBe(0o700);
    const key = readFileSync(file, "utf8").trim();
    expect(server.output.stdout).not.toContain(key);

    const line = /^ {2}(curl .*)$/m.exec(server.output.stdout)?.[1] ?? "";
    const catalog = execFileSync("sh", ["-c", `${line} -sf`], { cwd: room.directory, encoding: "utf8" });
    expect(JSON.parse(catalog)).toHaveProperty("features.generate-screen");

    expect((await write(server.url, key, "/v1/workspaces/acme", "PUT", { name: "Acme" })).status).toBe(201);
    server.signal("SIGTERM");
    expect(await server.ended).toBe(0);
    expect(server.output.stderr).toBe("");
    expect(existsSync(join(room.directory, ".ducat/server.url"))).toBe(false);

    const again = await serve(where);
    expect(readFileSync(file, "utf8").trim()).toBe(key);
    const kept = await fetch(`${again.url}/v1/workspaces/acme`, { headers: { authorization: `Bearer ${key}` } });
    expect(await kept.json()).toMatchObject({ id: "acme", name: "Acme" });
    again.signal("SIGINT");
    expect(await again.ended).toBe(0);
  });

  test("finishes a running request before it ends", async () => {
    const server = await serve(where);
    const key = readFileSync(join(room.directory, ".ducat/api-key"), "utf8").trim();
    const { running, release } = halfSent(server.url, key);
    // The server has the request once it answers another one that was sent later on a connection of its own.
    await fetch(`${server.url}/healthz`, { headers: { connection: "close" } });
    server.signal("SIGTERM");
    await expect.poll(() => server.output.stdout).toContain("Stopping");
    release();
    expect((await running).status).toBe(201);
    expect(await server.ended).toBe(0);
  });

  test("finishes a running request also when nobody reads any more that it is stopping", async () => {
    const server = await serve(where);
    const key = readFileSync(join(room.directory, ".ducat/api-key"), "utf8").trim();
    const { running, release } = halfSent(server.url, key);
    await fetch(`${server.url}/healthz`, { headers: { connection: "close" } });
    server.stopReading();
    server.signal("SIGTERM");
    await expect.poll(() => existsSync(join(room.directory, ".ducat/server.url"))).toBe(false);
    release();
    expect((await running).ok).toBe(true);
    expect(await server.ended).toBe(0);
    expect(server.output.stderr).toBe("");
  });

  test("a second signal ends it at once", async () => {
    const server = await serve(where);
    const key = readFileSync(join(room.directory, ".ducat/api-key"), "utf8").trim();
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => controller.enqueue(new TextEncoder().encode("{")),
    });
    const running = fetch(`${server.url}/v1/workspaces/never`, {
      method: "PUT",
      headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
      body,
      duplex: "half",
    } as RequestInit).catch(() => "cut off");
    await fetch(`${server.url}/healthz`);
    server.signal("SIGTERM");
    await expect.poll(() => server.output.stdout).toContain("Stopping");
    server.signal("SIGTERM");
    expect(await server.ended).toBe(143);
    expect(await running).toBe("cut off");
  });

  // As `${DATABASE_URL:-}` in a Compose file gives them: a PostgreSQL that nobody named would have got a schema.
  test("empty variables are as good as none", async () => {
    const names = ["DATA_DIR", "SCHEMA", "CATALOG", "API_KEY", "ALLOWED_ORIGINS", "LOG_LEVEL", "URL"];
    const empty = [...names.map((name) => `DUCAT_${name}`), "DATABASE_URL", "PORT", "HOST"].map((name) => [name, ""]);
    const env: Record<string, string> = { ...Object.fromEntries(empty), PGHOST: "127.0.0.1", PGPORT: "9" };
    const server = await serve({ ...where, env });
    expect(server.url).toContain("http://127.0.0.1:");
    expect(server.output.stdout).toContain(`${join(room.directory, ".ducat")} (embedded PostgreSQL)`);
    expect(server.output.stdout).toContain(join(room.directory, ".ducat/api-key"));
    const asked = await ducat(["balance", "nowhere"], { ...where, env });
    expect(asked.stderr).toContain("There is no workspace nowhere");
    server.signal("SIGTERM");
    expect(await server.ended).toBe(0);
  });

  test("a port that is in use is said in one line", async () => {
    const other = createServer().listen(0, "127.0.0.1");
    const { port } = await new Promise<{ port: number }>((resolve) =>
      other.once("listening", () => resolve(other.address() as { port: number })),
    );
    const { code, stderr } = await ducat(["serve", "--port", String(port)], where);
    other.close();
    expect(code).toBe(1);
    expect(stderr).toBe(
      `ducat: Port ${port} on 127.0.0.1 is in use. Stop what uses it, or choose another: ducat serve --port ${port + 1}\n`,
    );
  });

  test.each([
    [["--port", "70000"], {}, "It must be a whole number from 0 to 65535."],
    [[], { PORT: "http" }, "It must be a whole number from 0 to 65535."],
    [["--allowed-origins", "https://a.example.com/app"], {}, "is not an origin"],
    [["--catalog", "none.json"], {}, "The catalog none.json cannot be read: there is no such file."],
    [[], { DATABASE_URL: "postgres://localhost/x" }, "set DUCAT_API_KEY"],
    [["--prot", "1"], {}, "Did you mean --port?"],
    [["--database-url", ""], {}, "--database-url is empty"],
    [["--data-dir", ""], {}, "--data-dir is empty"],
    [["--catalog="], {}, "--catalog is empty"],
  ])("%j %j is told how to do it, with exit code 2", async (args, env, message) => {
    const { code, stderr } = await ducat(["serve", ...args], { ...where, env: env as Record<string, string> });
    expect([code, stderr]).toEqual([2, expect.stringContaining(message)]);
  });

  test("a weak key is refused", async () => {
    const { code, stderr } = await ducat(["serve"], { ...where, env: { DUCAT_API_KEY: "short" } });
    expect([code, stderr]).toEqual([1, expect.stringContaining("at least 16 characters")]);
  });

  test("a faulty catalog names its faults", async () => {
    writeFileSync(join(room.directory, "faulty.json"), '{"roles":{},"features":{},"plans":{}}');
    const { code, stderr } = await ducat(["serve", "--catalog", "faulty.json"], where);
    expect([code, stderr]).toEqual([1, expect.stringContaining("plans")]);
  });
});
