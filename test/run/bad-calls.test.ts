import { beforeAll, describe, expect, it } from "vitest";
import { testCredits } from "../setup/credits.ts";

const { credits, logged } = testCredits();
const workspace = "acme";
const screen = { workspace, id: "job", member: "ada", feature: "generate-screen" } as const;

beforeAll(async () => {
  await credits.workspaces.put({ workspace });
  await credits.members.put({ workspace, member: "ada", role: "editor" });
});

/** What is wrong, by its place and in some words. */
function refused(path: string, words: string) {
  return { code: "invalid_input", errors: [{ path, message: expect.stringContaining(words) }] };
}

const nothing: [input: unknown, path: string, words: string][] = [
  [null, "", "must be an object, got null"],
  [undefined, "", "is missing"],
  ["job", "", "must be an object"],
];

describe("a call whose input is no object is refused as charge refuses it", () => {
  it.each(nothing)("%j", async (input, path, words) => {
    const work = () => {
      throw new Error("the work was called");
    };
    await expect(credits.charge(input as never)).rejects.toMatchObject(refused(path, words));
    await expect(credits.run(input as never, work)).rejects.toMatchObject(refused(path, words));
    await expect(credits.begin(input as never)).rejects.toMatchObject(refused(path, words));
  });

  it("verify too, which also takes a function only for its progress", async () => {
    await expect(credits.verify(null as never)).rejects.toMatchObject(refused("", "must be an object, got null"));
    await expect(credits.verify("acme" as never)).rejects.toMatchObject(refused("", "must be an object"));
    const progress = { onProgress: 5 } as never;
    await expect(credits.verify(progress)).rejects.toMatchObject(refused("onProgress", "must be a function"));
    expect(await credits.verify()).toMatchObject({ ok: true });
    expect(await credits.verify({ workspaces: [workspace], onProgress: () => {} })).toMatchObject({ ok: true });
  });

  it.each([null, 5, {}, { roles: {}, features: null }])("and publish: %j", async (catalog) => {
    await expect(credits.catalog.publish(catalog as never)).rejects.toMatchObject(
      refused("catalog", "must come from defineCatalog(…) or parseCatalogJson(…)"),
    );
  });
});

// biome-ignore format: a table is read a case a line
const options: [options: unknown, path: string, words: string][] = [
  [{ signal: {} }, "options.signal", "must be an AbortSignal"],
  [{ signal: null }, "options.signal", "must be an AbortSignal"],
  [{ signal: new AbortController() }, "options.signal", "must be an AbortSignal"],
  [{ keepDelivered: "no" }, "options.keepDelivered", "must be true or false"],
  [{ keepdelivered: false }, "options.keepdelivered", 'did you mean "keepDelivered"?'],
  [null, "options", "must be an object, got null"],
];

describe("options that are none are refused before anything is charged", () => {
  it.each(options)("%j", async (given, path, words) => {
    await expect(credits.run(screen, () => {}, given as never)).rejects.toMatchObject(refused(path, words));
    await expect(credits.begin(screen, given as never)).rejects.toMatchObject(refused(path, words));
    expect(await credits.charges.list({ workspace })).toMatchObject({ data: [] });
  });

  it("and so is a work that is no function", async () => {
    await expect(credits.run(screen, "work" as never)).rejects.toMatchObject(refused("work", "must be a function"));
    expect(await credits.charges.list({ workspace })).toMatchObject({ data: [] });
  });
});

it("nothing of this is a fault inside", () => {
  expect(logged).toEqual([]);
});
