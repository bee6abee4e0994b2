import type { JsonSchema } from "../inputs/json-schema.ts";
import type { OpenApiDocument, Operation, Parameter } from "./openapi.ts";
import { type ProblemCode, problemTitles } from "./problem-titles.ts";
import { referenceStyle } from "./reference-style.ts";
import { inWords, usualBodyBytes } from "./request-body.ts";

/** The API reference as one page without scripts, fonts or images, so that it works offline and in any browser. */
export function referencePage(document: OpenApiDocument): string {
  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ method: method.toUpperCase(), path, operation })),
  );
  const sections = document.tags.map(({ name }) => {
    const own = operations.filter(({ operation }) => operation.tags.includes(name));
    return `<section><h2 id="${anchor(name)}">${escaped(name)}</h2>${own.map((each) => article(each, document)).join("")}</section>`;
  });
  const base = document.servers[0]?.url === "/" ? "" : (document.servers[0]?.url ?? "");
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark"><title>${escaped(document.info.title)} API reference</title>
<style>${referenceStyle}</style></head><body>
<header><h1>${escaped(document.info.title)} API reference</h1><p>${escaped(document.info.description)}</p>
<p>Every request carries <code>authorization: Bearer &lt;secret key&gt;</code>; bodies are JSON of at most ${inWords(usualBodyBytes)}, where nothing else is said. <span class="member">member</span> marks what a signed-in member may call too. The same, for machines: <a href="${base}/openapi.json">openapi.json</a>.</p></header>
<nav aria-label="Contents">${document.tags.map(({ name }) => `<a href="#${anchor(name)}">${escaped(name)}</a>`).join("")}<a href="#shapes">Shapes</a><a href="#problems">Problems</a></nav>
<main>${sections.join("")}${shapes(document)}${problems()}</main></body></html>
`;
}

interface Listed {
  method: string;
  path: string;
  operation: Operation;
}

function article({ method, path, operation }: Listed, document: OpenApiDocument): string {
  const body = operation.requestBody?.content["application/json"];
  const parts = [
    `<h3><span class="method ${method.toLowerCase()}">${method}</span> <code>${wrappable(path)}</code>${operation["x-member"] ? ' <span class="member">member</span>' : ""}</h3>`,
    `<p>${inline(operation.summary)}</p>`,
    fieldTable("Path and query", operation.parameters.map(parameterRow)),
    body === undefined ? "" : bodyTables(body.schema),
    body?.example === undefined ? "" : example(method, path, body.example, document),
    answers(operation),
  ];
  return `<article id="${escaped(operation.operationId)}">${parts.join("")}</article>`;
}

interface Row {
  name: string;
  required: boolean;
  schema: JsonSchema;
}

function parameterRow({ name, required, schema }: Parameter): Row {
  return { name, required, schema };
}

function bodyTables(schema: JsonSchema): string {
  const variants = schema.oneOf ?? [schema];
  return variants
    .map((variant, i) => fieldTable(i === 0 ? "Body" : `Or: ${variant.description ?? ""}`, rowsOf(variant)))
    .join("");
}

function rowsOf(schema: JsonSchema): Row[] {
  return Object.entries(schema.properties ?? {}).map(([name, field]) => ({
    name,
    required: schema.required?.includes(name) ?? false,
    schema: field,
  }));
}

function fieldTable(caption: string, rows: readonly Row[]): string {
  if (rows.length === 0) return "";
  const lines = rows.map(
    ({ name, required, schema }) =>
      `<tr><th scope="row"><code>${escaped(name)}</code>${required ? ' <span class="required">required</span>' : ""}</th><td>${typeOf(schema)}${schema.description === undefined ? "" : `. ${inline(schema.description)}`}</td></tr>`,
  );
  return `<table><caption>${escaped(caption)}</caption><tbody>${lines.join("")}</tbody></table>`;
}

/** A type in words: `whole number 1–1000, default 1`. */
function typeOf(schema: JsonSchema): string {
  const words = [kindOf(schema)];
  if (schema.default !== undefined) words.push(`default <code>${escaped(String(schema.default))}</code>`);
  return words.join(", ");
}

function kindOf(schema: JsonSchema): string {
  if (schema.$ref !== undefined) return reference(schema.$ref);
  const variants = schema.anyOf ?? schema.oneOf;
  if (variants !== undefined) return variants.map(kindOf).join(" or ");
  if (schema.enum !== undefined) return schema.enum.map((word) => `<code>${escaped(String(word))}</code>`).join(", ");
  switch (schema.type) {
    case "integer":
      return schema.maximum === undefined
        ? "whole number"
        : `whole number ${schema.minimum}–${schema.maximum === Number.MAX_SAFE_INTEGER ? "2<sup>53</sup> − 1" : schema.maximum}`;
    case "array":
      return `list of ${kindOf(schema.items ?? {})}${schema.maxItems === undefined ? "" : ` (${schema.minItems ?? 0}–${schema.maxItems})`}`;
    case "string":
      if (schema.format === "date-time") return "instant";
      if (schema.pattern?.startsWith("^[A-Za-z0-9]") === true) return `id (1–${schema.maxLength})`;
      return schema.maxLength === undefined ? "text" : `text (at most ${schema.maxLength})`;
    case "object":
      return objectKind(schema);
    case "boolean":
      return "true or false";
    case undefined:
      return "anything";
    default:
      return schema.type;
  }
}

function objectKind(schema: JsonSchema): string {
  if (schema.properties !== undefined) {
    const fields = Object.keys(schema.properties).map(
      (name) => `${escaped(name)}${schema.required?.includes(name) ? "" : "?"}`,
    );
    return `<code>{ ${fields.join(", ")} }</code>`;
  }
  return typeof schema.additionalProperties === "object" && schema.additionalProperties.type === "integer"
    ? "object of whole numbers"
    : "object";
}

function reference(ref: string): string {
  const name = ref.split("/").at(-1) ?? "";
  return `<a href="#shape-${escaped(name)}">${escaped(name)}</a>`;
}

function example(method: string, path: string, body: unknown, document: OpenApiDocument): string {
  const filled = path.replace(
    /([^/]+)\/\{(\w+)\}/g,
    (_whole, kind: string, name: string) => `${kind}/${(name === "id" ? idsOfKinds[kind] : exampleIds[name]) ?? name}`,
  );
  const base = document.servers[0]?.url === "/" ? "" : (document.servers[0]?.url ?? "");
  const command = `curl -X ${method} "$DUCAT_URL${base}${filled}" \\\n  -H "authorization: Bearer $DUCAT_API_KEY" -H "content-type: application/json" \\\n  -d '${JSON.stringify(body)}'`;
  return `<pre><code>${escaped(command)}</code></pre>`;
}

const exampleIds: Readonly<Record<string, string>> = {
  workspace: "acme",
  member: "ada",
  charge: "c1",
  grant: "promo:g1",
};

/** Those that the examples make. */
const idsOfKinds: Readonly<Record<string, string>> = { charges: "c1", "top-ups": "t1", "top-up-requests": "q1" };

function answers({ responses }: Operation): string {
  const lines = Object.entries(responses).map(([status, { description, content, "x-codes": codes }]) => {
    const schema = content?.["application/json"]?.schema;
    const words =
      codes === undefined
        ? `${inline(description)}${schema === undefined ? "" : ` ${kindOf(schema)}`}`
        : codes.map((code) => `<a href="#problem-${code}"><code>${code}</code></a>`).join(", ");
    return `<tr><th scope="row">${status}</th><td>${words}</td></tr>`;
  });
  return `<details><summary>Answers</summary><table><tbody>${lines.join("")}</tbody></table></details>`;
}

function shapes({ components }: OpenApiDocument): string {
  const list = Object.entries(components.schemas).map(
    ([name, schema]) =>
      `<article id="shape-${escaped(name)}"><h3>${escaped(name)}</h3>${fieldTable("Fields", rowsOf(schema))}</article>`,
  );
  return `<section><h2 id="shapes">Shapes</h2>${list.join("")}</section>`;
}

function problems(): string {
  const lines = (Object.keys(problemTitles) as ProblemCode[]).map(
    (code) =>
      `<tr id="problem-${code}"><th scope="row"><code>${code}</code></th><td>${escaped(problemTitles[code])}</td></tr>`,
  );
  return `<section><h2 id="problems">Problems</h2><p>Errors and refusals are <code>application/problem+json</code> with <code>type</code>, <code>title</code>, <code>status</code>, <code>code</code>, <code>detail</code> and <code>requestId</code>. Check the <code>code</code>.</p><table><tbody>${lines.join("")}</tbody></table></section>`;
}

function anchor(name: string): string {
  return name.toLowerCase().replaceAll(" ", "-");
}

/** Long paths may break after a slash on narrow screens. */
function wrappable(path: string): string {
  return escaped(path).replaceAll("/", "/<wbr>");
}

/** Text with `code` in it. */
function inline(text: string): string {
  return escaped(text).replace(/`([^`]+)`/g, "<code>$1</code>");
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}
