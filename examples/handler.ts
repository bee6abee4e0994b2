// The API inside your own server. docs/guides/server.md quotes the region of this file; a test runs it.

import { createCredits, createHandler } from "ducat";

export const credits = createCredits({ database: { memory: true }, background: false });

/** Stands for your own sessions, by cookie. */
export const sessions = new Map<string, { organization: string; user: string }>();

async function sessionOf(request: Request) {
  return sessions.get(request.headers.get("cookie") ?? "") ?? null;
}

// #region handler
export const handler = createHandler(credits, {
  basePath: "/api/credits",
  authenticate: async (request) => {
    const session = await sessionOf(request);
    return session === null ? null : { workspace: session.organization, member: session.user };
  },
});
// #endregion
