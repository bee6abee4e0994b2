import { createCredits } from "ducat";
import { afterAll, describe, expect, test } from "vitest";
import { openApiDocument } from "../../packages/core/src/http/openapi.ts";
import { routes } from "../../packages/core/src/http/routes/index.ts";

interface Schema {
  type?: string | string[];
  properties?: Record<string, Schema>;
  items?: Schema;
  additionalProperties?: Schema | boolean;
  anyOf?: Schema[];
  oneOf?: Schema[];
}

/** An input with a number below 0 somewhere in it, and where. */
interface Negative {
  path: string;
  value: unknown;
}

/** Every place of an input that takes a number. */
function negatives(schema: Schema, path: string): Negative[] {
  const found: Negative[] = [];
  if (schema.type === "integer" || schema.type === "number") found.push({ path, value: -1 });
  for (const [name, property] of Object.entries(schema.properties ?? {})) {
    for (const inside of negatives(property, path === "" ? name : `${path}.${name}`)) {
      found.push({ path: inside.path, value: { [name]: inside.value } });
    }
  }
  if (schema.items !== undefined) {
    for (const inside of negatives(schema.items, `${path}[0]`))
      found.push({ path: inside.path, value: [inside.value] });
  }
  if (typeof schema.additionalProperties === "object") {
    for (const inside of negatives(schema.additionalProperties, `${path}.input`)) {
      found.push({ path: inside.path, value: { input: inside.value } });
    }
  }
  for (const choice of [...(schema.anyOf ?? []), ...(schema.oneOf ?? [])]) found.push(...negatives(choice, path));
  return found;
}

interface Operation {
  operationId: string;
  requestBody?: { content: { "application/json": { schema: Schema } } };
}

const { paths } = openApiDocument(routes, "/") as unknown as { paths: Record<string, Record<string, Operation>> };
const operations = Object.entries(paths).flatMap(([path, methods]) =>
  Object.entries(methods).flatMap(([method, { operationId, requestBody }]) =>
    negatives(requestBody?.content["application/json"].schema ?? {}, "").map(
      ({ path: field, value }) => [operationId, field, method.toUpperCase(), path, value] as const,
    ),
  ),
);

/** What costs less than nothing makes credits out of nothing. */
describe("no number that anybody gives may be below 0", () => {
  const credits = createCredits({ database: { memory: true }, background: false });
  const handler = credits.handler({ apiKeys: ["a-secret-key-for-tests"] });
  afterAll(async () => await credits.close());

  test("the amounts, quantities and usages of the API are among them", () => {
    const fields = operations.map(([operation, field]) => `${operation} ${field}`);
    expect(fields).toEqual(
      expect.arrayContaining(
        [
          /^charge quantity$/,
          /usage\.input$/,
          /^settle delivered$/,
          /refunded$/,
          /cap$/,
          /^grant.* amount$/,
          /items\[0\]\.quantity/,
        ].map((field) => expect.stringMatching(field)),
      ),
    );
  });

  test.each(operations)("%s: %s", async (_operation, field, method, path, value) => {
    const response = await handler(
      new Request(`http://api.test${path.replaceAll(/\{\w+\}/g, "x")}`, {
        method,
        headers: { authorization: "Bearer a-secret-key-for-tests", "content-type": "application/json" },
        body: JSON.stringify(value),
      }),
    );
    expect(response.status).toBe(422);
    const { errors } = (await response.json()) as { errors: { path: string; message: string }[] };
    expect(errors).toContainEqual({
      path: field,
      message: expect.stringMatching(/must be a whole number from \d+ to/),
    });
  });
});
