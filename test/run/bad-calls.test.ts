import { beforeAll, describe, expect, it } from "vitest";
import { testCredits } from "../setup/credits.ts";

const { credits, logged } = testCredits();
const workspace = "acme";

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

it("nothing of this is a fault inside", () => {
  expect(logged).toEqual([]);
});
