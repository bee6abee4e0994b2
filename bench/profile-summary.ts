/** What V8's sampling profiler answers: a call tree, and which node each sample fell on. */
export interface CpuProfile {
  nodes: readonly ProfileNode[];
  /** Node ids. */
  samples?: readonly number[];
  /** Microseconds before each sample. */
  timeDeltas?: readonly number[];
}

interface ProfileNode {
  id: number;
  callFrame: { functionName: string; url: string; lineNumber: number };
}

export interface SelfTimes {
  total: number;
  byOwner: { owner: string; microseconds: number }[];
  byFunction: { name: string; place: string; microseconds: number }[];
}

/** Self time by function and by whose code it is, longest first. `root` is the repository's address: file:///…/ */
export function selfTimes(profile: CpuProfile, root: string): SelfTimes {
  const nodes = new Map(profile.nodes.map((node) => [node.id, node]));
  const owners = new Map<string, number>();
  const functions = new Map<string, { name: string; place: string; microseconds: number }>();
  let total = 0;
  for (const [index, id] of (profile.samples ?? []).entries()) {
    const node = nodes.get(id);
    if (!node) continue;
    const microseconds = profile.timeDeltas?.[index] ?? 0;
    total += microseconds;
    const owner = ownerOf(node, root);
    owners.set(owner, (owners.get(owner) ?? 0) + microseconds);
    const name = node.callFrame.functionName || "(anonymous)";
    const place = placeOf(node, root);
    const key = `${name} ${place}`;
    const found = functions.get(key);
    if (found) found.microseconds += microseconds;
    else functions.set(key, { name, place, microseconds });
  }
  const longestFirst = <T extends { microseconds: number }>(rows: T[]) =>
    rows.toSorted((a, b) => b.microseconds - a.microseconds);
  return {
    total,
    byOwner: longestFirst([...owners].map(([owner, microseconds]) => ({ owner, microseconds }))),
    byFunction: longestFirst([...functions.values()]),
  };
}

/** V8's own entries, by the names it gives them. `(program)` is native code: sockets, reading and writing. */
const machinery = new Map([
  ["(garbage collector)", "garbage collector"],
  ["(idle)", "idle"],
  ["(program)", "native"],
  ["(root)", "native"],
]);

function ownerOf({ callFrame }: ProfileNode, root: string): string {
  const { functionName, url } = callFrame;
  const own = machinery.get(functionName);
  if (own) return own;
  // Stopping the profiler is itself a sample.
  if (url === "node:inspector") return "profiler";
  if (url === "" || url.startsWith("node:")) return "node";
  const path = within(url, root);
  const dependency = path.split("node_modules/").at(-1);
  if (dependency !== undefined && dependency !== path) {
    const [first = "", second = ""] = dependency.split("/");
    const name = first.startsWith("@") ? `${first}/${second}` : first;
    // The driver is several packages; nobody asks which of them.
    return /^(pg|pg-.*|postgres-.*)$/.test(name) ? "pg" : name;
  }
  return /^(packages\/[^/]+\/src\/[^/]+(?=\/)|packages\/[^/]+|bench)/.exec(path)?.[1] ?? "other";
}

function placeOf({ callFrame }: ProfileNode, root: string): string {
  const { url, lineNumber } = callFrame;
  return url === "" ? "" : `${within(url, root)}:${lineNumber + 1}`;
}

const within = (url: string, root: string): string => (url.startsWith(root) ? url.slice(root.length) : url);
