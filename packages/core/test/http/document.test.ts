import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, test } from "vitest";
import { openApiDocument } from "../../src/http/openapi.ts";
import { referencePage } from "../../src/http/reference-page.ts";
import { pathFields } from "../../src/http/route.ts";
import { routes } from "../../src/http/routes/index.ts";

const document = openApiDocument(routes, "/");
const page = referencePage(document);
const ajv = new Ajv2020({ formats: { "date-time": true }, strict: false });
ajv.addSchema(document, "api");

describe("the OpenAPI document", () => {
  test("names every route once", () => {
    const ids = routes.map(({ operationId }) => operationId);
    expect(new Set(ids).size).toBe(ids.length);
    expect(new Set(routes.map(({ method, path }) => `${method} ${path}`)).size).toBe(ids.length);
  });

  test("every reference leads somewhere", () => {
    const references = JSON.stringify(document).match(/#\/components\/schemas\/\w+/g) ?? [];
    expect(references.length).toBeGreaterThan(10);
    for (const reference of references) {
      expect(document.components.schemas).toHaveProperty(reference.replace("#/components/schemas/", ""));
    }
  });

  test.each(routes.map((route) => [route.operationId, route] as const))("%s", (_name, route) => {
    const path = route.path.replace(/:(\w+)/g, "{$1}");
    const operation = document.paths[path]?.[route.method.toLowerCase()];
    for (const field of pathFields(route.path)) expect(route.input.fields).toHaveProperty(field);
    const body = operation?.requestBody?.content["application/json"];
    if (route.example !== null) expect(body).toBeDefined();
    if (body?.example !== undefined) {
      const validate = ajv.compile(body.schema);
      expect(validate(body.example), ajv.errorsText(validate.errors)).toBe(true);
    }
    expect(Object.keys(operation?.responses ?? {}).some((status) => status.startsWith("2"))).toBe(true);
  });
});

describe("the reference page", () => {
  test("names in its examples what other examples make", () => {
    const made = [...page.matchAll(/\/(charges|top-ups|top-up-requests)&quot;[^<]*?&quot;id&quot;:&quot;(\w+)&quot;/g)];
    const ids = new Map(made.map(([, kind, id]) => [kind, id]));
    expect(new Set(ids.keys())).toEqual(new Set(["charges", "top-up-requests", "top-ups"]));
    const used = [...page.matchAll(/\/(charges|top-ups|top-up-requests)\/(\w+)\/\w/g)];
    expect(used.length).toBeGreaterThan(8);
    for (const [, kind, id] of used) expect(`${kind} ${id}`).toBe(`${kind} ${ids.get(kind)}`);
  });

  test("shows every route and every problem", () => {
    for (const { operationId } of routes) expect(page).toContain(`<article id="${operationId}">`);
    for (const link of page.matchAll(/href="#([\w-]+)"/g)) expect(page).toContain(`id="${link[1]}"`);
  });

  test("loads nothing: it works offline and runs no script", () => {
    expect(page).not.toMatch(/<script|<link|<img|src=|@import|url\(|https?:/);
  });

  test("has a viewport, a language and both colour schemes", () => {
    expect(page).toContain('<html lang="en">');
    expect(page).toContain("width=device-width");
    expect(page).toContain("prefers-color-scheme:dark");
  });
});
