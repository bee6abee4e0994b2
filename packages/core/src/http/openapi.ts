import { type ErrorCode, errorCodes } from "@ducat/client";
import type { JsonSchema } from "../inputs/json-schema.ts";
import { components } from "./answer-schema.ts";
import { cap, remedies } from "./answers.ts";
import { type ProblemCode, problemTitles } from "./problem-titles.ts";
import { fieldsOutsidePath } from "./request-input.ts";
import { pathFields, type Route } from "./route.ts";

/** The parts of an OpenAPI 3.1 document that Ducat uses. */
export interface OpenApiDocument {
  openapi: "3.1.0";
  info: { title: string; version: string; description: string; license: { name: string; identifier: string } };
  servers: { url: string }[];
  tags: { name: string }[];
  security: Record<string, string[]>[];
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, JsonSchema>; securitySchemes: Record<string, object> };
}

export interface Operation {
  operationId: string;
  tags: string[];
  summary: string;
  /** Whether a member may call, beside the operator. */
  "x-member": boolean;
  parameters: Parameter[];
  requestBody?: { required: boolean; content: Record<string, { schema: JsonSchema; example?: unknown }> };
  responses: Record<string, OperationResponse>;
}

export interface Parameter {
  name: string;
  in: "path" | "query";
  required: boolean;
  schema: JsonSchema;
}

interface OperationResponse {
  description: string;
  /** For problems: the codes it may carry. */
  "x-codes"?: string[];
  content?: Record<string, { schema: JsonSchema }>;
}

/** What any route may answer instead. */
const everywhere: readonly ErrorCode[] = [
  "unauthorized",
  "forbidden",
  "invalid_input",
  "internal",
  "overloaded",
  "database_unavailable",
];
const withBody: readonly ErrorCode[] = ["malformed_json", "payload_too_large", "unsupported_media_type"];

export function openApiDocument(routes: readonly Route[], basePath: string): OpenApiDocument {
  const paths: OpenApiDocument["paths"] = {};
  for (const route of routes) {
    const path = route.path.replace(/:([A-Za-z]+)/g, "{$1}");
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operation(route) };
  }
  return {
    openapi: "3.1.0",
    info: {
      title: "Ducat",
      version: "1",
      description:
        "AI credits: charge first, refund exactly, renew monthly, prove every number. Amounts are whole credits, instants ISO 8601 UTC. Every write is safe to repeat, because its id is in the path or the body.",
      license: { name: "MIT", identifier: "MIT" },
    },
    servers: [{ url: basePath }],
    tags: [...new Set(routes.map(({ tag }) => tag))].map((name) => ({ name })),
    security: [{ secretKey: [] }],
    paths,
    components: {
      schemas: { ...components, Problem: problemSchema },
      securitySchemes: { secretKey: { type: "http", scheme: "bearer" } },
    },
  };
}

function operation(route: Route): Operation {
  const inPath = pathFields(route.path);
  const outside = fieldsOutsidePath(route);
  const reads = route.method === "GET" || route.method === "DELETE";
  const formats = Object.keys(route.formats);
  const query: Parameter[] = outside.map(([name, { schema, optional }]) => ({
    name,
    in: "query",
    required: !optional,
    schema,
  }));
  if (formats.length > 0) {
    const schema: JsonSchema = { type: "string", enum: ["json", ...formats], default: "json" };
    query.push({ name: "format", in: "query", required: false, schema });
  }
  const body = route.bodySchema ?? bodySchema(outside);
  return {
    operationId: route.operationId,
    tags: [route.tag],
    summary: route.summary,
    "x-member": route.member !== null,
    parameters: [
      ...inPath.map((name): Parameter => {
        const schema = route.input.fields[name]?.schema ?? { type: "string" };
        return { name, in: "path", required: true, schema };
      }),
      ...(reads ? query : []),
    ],
    ...(reads || outside.length === 0
      ? {}
      : {
          requestBody: {
            required: body.required !== undefined || body.oneOf !== undefined,
            content: {
              "application/json": { schema: body, ...(route.example === null ? {} : { example: route.example }) },
            },
          },
        }),
    responses: responses(route, reads),
  };
}

function bodySchema(fields: ReturnType<typeof fieldsOutsidePath>): JsonSchema {
  const required = fields.filter(([, { optional }]) => !optional).map(([field]) => field);
  return {
    type: "object",
    properties: Object.fromEntries(fields.map(([field, { schema }]) => [field, schema])),
    ...(required.length === 0 ? {} : { required }),
    additionalProperties: false,
  };
}

function responses(route: Route, reads: boolean): Record<string, OperationResponse> {
  const answers: Record<string, OperationResponse> = {};
  for (const { status, description, schema } of route.answers) {
    answers[status] = {
      description,
      content: {
        "application/json": { schema },
        ...Object.fromEntries(
          Object.values(route.formats).map(({ contentType }) => [
            contentType.split(";")[0],
            { schema: { type: "string" } },
          ]),
        ),
      },
    };
  }
  if (route.etag !== null) answers[304] = { description: "Unchanged since the version in If-None-Match." };
  const codes = new Map<string, number>(Object.entries(route.refusals));
  for (const code of [...route.errors, ...everywhere, ...(reads ? [] : withBody)]) {
    if (!codes.has(code)) codes.set(code, errorCodes[code].status);
  }
  for (const status of [...new Set(codes.values())].sort((a, b) => a - b)) {
    const ofStatus = [...codes].filter(([, each]) => each === status).map(([code]) => code);
    answers[status] = {
      description: ofStatus.map((code) => `\`${code}\`: ${problemTitles[code as ProblemCode]}`).join(". "),
      "x-codes": ofStatus,
      content: { "application/problem+json": { schema: { $ref: "#/components/schemas/Problem" } } },
    };
  }
  return answers;
}

const problemSchema: JsonSchema = {
  type: "object",
  description: "RFC 9457. `code` says what it is; refusals carry what came with the outcome.",
  properties: {
    type: { type: "string", description: "urn:ducat:problem:<code>" },
    title: { type: "string" },
    status: { type: "integer" },
    code: { type: "string", enum: Object.keys(problemTitles) },
    detail: { type: "string" },
    requestId: { type: "string" },
    errors: {
      type: "array",
      description: "`invalid_input`: every fault.",
      items: {
        type: "object",
        properties: { path: { type: "string" }, message: { type: "string" } },
        required: ["path", "message"],
      },
    },
    outcome: { type: "string", description: "Refusals: the same word as `code`." },
    reason: { type: "string", description: "`not_allowed`: role, plan, removed or past_due." },
    required: { type: "integer" },
    available: { type: "integer" },
    renewsAt: { anyOf: [{ type: "string", format: "date-time" }, { type: "null" }] },
    remedies: remedies.json,
    cap: cap.json,
    maxAmount: { type: "integer" },
  },
  required: ["type", "title", "status", "code", "detail", "requestId"],
};
