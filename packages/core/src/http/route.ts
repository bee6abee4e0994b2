import type { ErrorCode } from "@ducat/client";
import type { JsonSchema } from "../inputs/json-schema.ts";
import type { Fields, Shape } from "../inputs/objects.ts";
import type { Credits } from "../verbs.ts";
import type { AnswerSchema } from "./answer-schema.ts";

export type Method = "GET" | "POST" | "PUT" | "DELETE";

/** Who calls: the operator with a secret key, or one member of one workspace. */
export type Principal = { kind: "operator" } | { kind: "member"; workspace: string; member: string };

/** Who makes a call, and how long they wait for it. */
interface Call {
  readonly principal: Principal;
  readonly signal: AbortSignal;
}

/** What a member may do on a route; without it the route takes a secret key only. The workspace must be theirs. */
interface MemberAccess {
  /** This field is the member themself: filled in when it is absent, refused when it names somebody else. */
  readonly self?: string;
  /** A role that buys may ask for everybody's: then `self` is only what is asked for. */
  readonly buyersSeeAll?: true;
  /** The charge in the path must be the member's own. */
  readonly ownCharge?: true;
  /** Fields that only the operator may set. */
  readonly operatorOnly?: readonly string[];
}

export type Input = Readonly<Record<string, unknown>>;

/** One row of the route table: the router, the OpenAPI document and the reference page are made of these rows. */
export interface Route {
  readonly method: Method;
  /** With `:name` for the fields of the input that stand in the path. */
  readonly path: string;
  readonly operationId: string;
  readonly tag: string;
  readonly summary: string;
  /** The input of the verb. What does not stand in the path is the body, or for GET and DELETE the query. */
  readonly input: Shape<Fields>;
  readonly member: MemberAccess | null;
  /** The statuses that answer, with what they mean and carry. */
  readonly answers: readonly RouteAnswer[];
  /** Outcomes that are refusals, and the status of each. */
  readonly refusals: Readonly<Record<string, number>>;
  /** Errors that are peculiar to the route, for the reference; the general ones are on every route. */
  readonly errors: readonly ErrorCode[];
  run(credits: Credits, input: Input, call: Call): Promise<object>;
  statusOf(answer: object): number;
  /** Turns the body into the input of the verb, where they differ, and says how paths in faults are to be read. */
  readonly adapt: ((body: Input) => Adapted) | null;
  /** The body in the document, where it is not simply the rest of the input. */
  readonly bodySchema: JsonSchema | null;
  readonly example: Input | null;
  /** Where it is not the usual. */
  readonly maxBodyBytes: number | null;
  /** Names the version of the answer, for `If-None-Match`. */
  readonly etag: ((answer: object, principal: Principal) => string) | null;
  /** Other forms of the answer, by the query's `format`. */
  readonly formats: Readonly<Record<string, RouteFormat>>;
}

export interface Adapted {
  input: Input;
  faultPath(path: string): string;
}

interface RouteAnswer {
  readonly status: number;
  readonly description: string;
  readonly schema: JsonSchema;
}

export interface RouteFormat {
  readonly contentType: string;
  /** Query fields that make no sense in this form. */
  readonly without: readonly string[];
  /** Throws before it yields when the input is refused. */
  stream(credits: Credits, input: Input): AsyncGenerator<string>;
}

/** 201 for what is new, 200 for its repeat. */
export const createdOnce = { 200: "Again: nothing was changed.", 201: "Done." } as const;

type OutcomeOf<Answer> = Answer extends { outcome: infer Outcome extends string } ? Outcome : never;
type StatusOf<Answer> = number | ((answer: Answer) => number);

interface RouteDefinition<Answer extends object> {
  operationId: string;
  summary: string;
  input: Shape<Fields>;
  member?: MemberAccess;
  /** The status of every outcome the verb has: a forgotten one does not compile. */
  outcomes?: { [Outcome in OutcomeOf<Answer>]: StatusOf<Extract<Answer, { outcome: Outcome }>> };
  // biome-ignore lint/suspicious/noExplicitAny: an answer of several outcomes is described by the part that is not refused
  answer: AnswerSchema<any>;
  /** Default: 200 with "Done.". */
  answers?: Readonly<Record<number, string>>;
  errors?: readonly ErrorCode[];
  run(credits: Credits, input: never, call: Call): Promise<Answer>;
  adapt?: (body: Input) => Adapted;
  bodySchema?: JsonSchema;
  example?: Input;
  maxBodyBytes?: number;
  etag?: (answer: Answer, principal: Principal) => string;
  formats?: Readonly<Record<string, RouteFormat>>;
}

/** `route("Charges", "POST /v1/…", { … })`. */
export function route<Answer extends object>(
  tag: string,
  methodAndPath: `${Method} /${string}`,
  definition: RouteDefinition<Answer>,
): Route {
  const [method, path] = methodAndPath.split(" ") as [Method, string];
  const { outcomes = {}, answers = { 200: "Done." }, answer } = definition;
  const statuses = outcomes as Record<string, StatusOf<object>>;
  const refusals = Object.entries(statuses).filter(
    (entry): entry is [string, number] => typeof entry[1] === "number" && entry[1] >= 400,
  );
  return {
    method,
    path,
    tag,
    operationId: definition.operationId,
    summary: definition.summary,
    input: definition.input,
    member: definition.member ?? null,
    answers: Object.entries(answers).map(([status, description]) => ({
      status: Number(status),
      description,
      schema: answer.json,
    })),
    refusals: Object.fromEntries(refusals),
    errors: definition.errors ?? [],
    run: definition.run,
    statusOf(given) {
      const status = "outcome" in given ? statuses[given.outcome as string] : undefined;
      return typeof status === "function" ? status(given) : (status ?? 200);
    },
    adapt: definition.adapt ?? null,
    bodySchema: definition.bodySchema ?? null,
    example: definition.example ?? null,
    maxBodyBytes: definition.maxBodyBytes ?? null,
    etag: (definition.etag as Route["etag"]) ?? null,
    formats: definition.formats ?? {},
  };
}

/** 201 unless the answer is that of an earlier call. */
export function freshness(answer: { replayed: boolean }): number {
  return answer.replayed ? 200 : 201;
}

export function pathFields(path: string): string[] {
  return [...path.matchAll(/:([A-Za-z]+)/g)].map((match) => match[1] as string);
}
