/**
 * A moment in the life of a batch, as somebody sees it who stands between the ledger and its database:
 * - `opened`: the first statement is on its way to the database;
 * - `loaded`: the database has answered the first round trip;
 * - `saving`: what is to be saved, and the COMMIT, are on their way;
 * - `saved`: the database has carried out the COMMIT, and its answer is on its way to the ledger.
 */
export type Moment = (typeof moments)[number];

export const moments = ["opened", "loaded", "saving", "saved"] as const;

/** `over`: the batch has its answer, or was rolled back. */
export type Mark = Moment | "over";

/** A moment to wait for: when it has come so often. */
export interface Aim {
  moment: Moment;
  times: number;
}

export interface BatchObserver {
  fromClient(bytes: Buffer): void;
  fromServer(bytes: Buffer): void;
}

/**
 * Follows the batches of one connection by the bytes of PostgreSQL's protocol. Only a ledger's batch begins with the
 * statement that `firstStatement` names; reads and migrations go by unnoticed.
 */
export function observeBatches(tell: (mark: Mark) => void): BatchObserver {
  const texts = new Map<string, string>();
  let moment: Moment | undefined;
  let committed = false;

  function step(mark: Mark): void {
    moment = mark === "over" ? undefined : mark;
    tell(mark);
  }

  const client = messageReader({ startsWithoutType: true }, (type, body) => {
    if (type === "P") {
      const [name, text] = strings(body);
      texts.set(name ?? "", text ?? "");
    } else if (type === "B") {
      const [, name] = strings(body);
      const text = texts.get(name ?? "");
      if (text === firstStatement) step("opened");
      else if (text === "commit" && moment !== undefined) step("saving");
    }
  });
  const server = messageReader({ startsWithoutType: false }, (type, body) => {
    if (moment === undefined) return;
    if (type === "C") {
      if (strings(body)[0] !== "COMMIT") return;
      committed = true;
      step("saved");
    } else if (type === "Z") {
      if (committed || body[0] !== inTransaction) {
        committed = false;
        step("over");
      } else if (moment === "opened") step("loaded");
    }
  });
  return { fromClient: client, fromServer: server };
}

/** What every batch begins with, and nothing else does. */
const firstStatement = "begin isolation level read committed";
const inTransaction = "T".charCodeAt(0);

/** Cuts a stream of bytes into messages: a letter, four bytes of length, and the rest. */
function messageReader(
  { startsWithoutType }: { startsWithoutType: boolean },
  receive: (type: string, body: Buffer) => void,
): (bytes: Buffer) => void {
  let rest: Buffer = Buffer.alloc(0);
  let untyped = startsWithoutType;
  return (bytes) => {
    rest = rest.length === 0 ? bytes : Buffer.concat([rest, bytes]);
    for (;;) {
      const head = untyped ? 0 : 1;
      if (rest.length < head + 4) return;
      const end = head + rest.readUInt32BE(head);
      if (rest.length < end) return;
      const type = untyped ? "" : String.fromCharCode(rest[0] as number);
      const body = rest.subarray(head + 4, end);
      rest = rest.subarray(end);
      untyped = false;
      receive(type, body);
    }
  };
}

/** The first two texts of a message; each ends with a zero byte. */
function strings(body: Buffer): string[] {
  const found: string[] = [];
  for (let from = 0; from < body.length && found.length < 2; ) {
    const end = body.indexOf(0, from);
    if (end < 0) break;
    found.push(body.toString("utf8", from, end));
    from = end + 1;
  }
  return found;
}
