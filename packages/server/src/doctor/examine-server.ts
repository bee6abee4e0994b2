import { type Finding, good, wrong } from "./finding.ts";

/** So many commands wait only when the database does not keep up: a batch takes 500. */
const QUEUE_LIMIT = 2_000;
const PATIENCE_MS = 5_000;

/** The catalog that should be in force, where the database cannot be asked for it. */
export interface ExpectedCatalog {
  version: string;
  file: string;
}

/** What only a running server knows: that it answers, and how many commands wait in it. */
export async function examineServer(url: string, catalog?: ExpectedCatalog): Promise<Finding[]> {
  let status: number;
  let said: { queued?: unknown; detail?: unknown; catalogVersion?: unknown };
  try {
    const response = await fetch(new URL("readyz", url.endsWith("/") ? url : `${url}/`), {
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    status = response.status;
    said = (await response.json()) as typeof said;
  } catch (error) {
    const why = error instanceof Error && error.cause instanceof Error ? error.cause : (error as Error);
    return [wrong("server", `${url} does not answer: ${why.message}.`, "Is the server running, and is --url right?")];
  }
  if (status !== 200) {
    const detail = typeof said.detail === "string" ? ` ${said.detail}` : "";
    return [wrong("server", `${url} is not ready (${status}).${detail}`, "Its log says why.")];
  }
  const { queued } = said;
  const ready = good("server", `${url} is ready.`);
  const answered = catalog === undefined ? [ready] : [ready, compared(catalog, said.catalogVersion)];
  if (typeof queued !== "number") {
    return [
      ...answered,
      wrong("queue", "The server does not say how many commands wait.", "Update it to this version."),
    ];
  }
  const says = `${queued} ${queued === 1 ? "command waits" : "commands wait"} for the database.`;
  if (queued < QUEUE_LIMIT) return [...answered, good("queue", says)];
  return [
    ...answered,
    wrong(
      "queue",
      says,
      "The database does not keep up: look at its load, and at long transactions that hold workspaces.",
    ),
  ];
}

function compared({ version, file }: ExpectedCatalog, published: unknown): Finding {
  if (version === published) return good("catalog", `Version ${version} is in force, as in ${file}.`);
  return wrong(
    "catalog",
    `Version ${String(published)} is in force, and not ${file} (version ${version}).`,
    `To have it in force: stop the server, and run ducat catalog publish ${file}`,
  );
}
