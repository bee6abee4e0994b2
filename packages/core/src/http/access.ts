import { DucatError } from "@ducat/client";
import { noFaults } from "../inputs/faults.ts";
import { id, memberId } from "../inputs/texts.ts";
import type { Credits } from "../verbs.ts";
import { bearerToken, createKeyCheck } from "./api-keys.ts";
import type { Input, Principal, Route } from "./route.ts";

export interface AccessOptions {
  /** Secret keys, for calls from server to server. */
  apiKeys?: readonly string[];
  /** The host's own session: which member of which workspace this request comes from, or null. */
  authenticate?(
    request: Request,
  ): { workspace: string; member: string } | null | Promise<{ workspace: string; member: string } | null>;
  /** Browsers' origins that may call; none by default. */
  allowedOrigins?: readonly string[];
}

/** Who calls, or `unauthorized`. */
export function createAccess(options: AccessOptions): (request: Request) => Promise<Principal> {
  const isKey = createKeyCheck(options.apiKeys ?? []);
  const { authenticate, allowedOrigins = [] } = options;
  return async (request) => {
    const token = bearerToken(request);
    if (token !== null && isKey(token)) return { kind: "operator" };
    const session = (await authenticate?.(request)) ?? null;
    if (session === null) throw unauthorized(request, authenticate !== undefined);
    refuseForeignOrigin(request, allowedOrigins);
    return { kind: "member", ...checked(session) };
  };
}

function unauthorized(request: Request, hasSessions: boolean): DucatError {
  const given = request.headers.has("authorization");
  const advice = hasSessions
    ? "Sign in, or send a secret key as authorization: Bearer <key>."
    : "Send the secret key as authorization: Bearer <key>.";
  return new DucatError("unauthorized", `${given ? "The key is not valid." : "No key was sent."} ${advice}`);
}

/** A browser sends a session's cookies for other sites too, and says for which: those must not write. */
function refuseForeignOrigin(request: Request, allowedOrigins: readonly string[]): void {
  const origin = request.headers.get("origin");
  if (origin === null || request.method === "GET" || request.method === "HEAD") return;
  if (allowedOrigins.includes(origin) || sameHost(origin, request)) return;
  throw new DucatError("forbidden", `Requests from ${origin.slice(0, 200)} are not allowed.`);
}

/** By host only: behind a proxy that ends TLS the server sees `http`. */
function sameHost(origin: string, request: Request): boolean {
  const host = request.headers.get("host") ?? new URL(request.url).host;
  return URL.canParse(origin) && new URL(origin).host === host;
}

/** A hook that answers something else than ids is the host's fault and must not reach the ledger. */
function checked(session: { workspace: string; member: string }): { workspace: string; member: string } {
  const faults = noFaults();
  const workspace = id.read(session.workspace, "workspace", faults);
  const member = memberId.read(session.member, "member", faults);
  if (faults.count > 0) throw new Error("authenticate must answer { workspace, member } with two ids, or null");
  return { workspace, member };
}

/** The input as this caller may give it, or `forbidden`. */
export async function authorize(credits: Credits, route: Route, principal: Principal, input: Input): Promise<Input> {
  if (principal.kind === "operator") return input;
  const { member: access } = route;
  if (access === null) throw new DucatError("forbidden", "This route takes a secret key only.");
  if ("workspace" in route.input.fields && input.workspace !== principal.workspace) {
    throw new DucatError("forbidden", "This session belongs to another workspace.");
  }
  for (const field of access.operatorOnly ?? []) {
    if (Object.hasOwn(input, field)) throw new DucatError("forbidden", `Only a secret key may set ${field}.`);
  }
  if (access.ownCharge === true) await requireOwnCharge(credits, principal, input);
  const { self } = access;
  if (self === undefined) return input;
  if (access.buyersSeeAll === true && (await mayBuy(credits, principal))) return input;
  if (Object.hasOwn(input, self) && input[self] !== principal.member) {
    throw new DucatError("forbidden", `${self} must be the member who is signed in; leave it out.`);
  }
  return { ...input, [self]: principal.member };
}

async function mayBuy(credits: Credits, principal: Extract<Principal, { kind: "member" }>): Promise<boolean> {
  const { workspace, member } = principal;
  const { role, removedAt } = await credits.members.get({ workspace, member });
  const { roles } = await credits.catalog.published();
  return removedAt === null && Object.hasOwn(roles, role) && roles[role]?.buys === true;
}

async function requireOwnCharge(
  credits: Credits,
  principal: Extract<Principal, { kind: "member" }>,
  input: Input,
): Promise<void> {
  const charge = await credits.charges.get({ workspace: principal.workspace, id: input.id as string });
  if (charge.member !== principal.member) throw new DucatError("forbidden", "This charge is another member's.");
}
