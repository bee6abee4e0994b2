import { textFault } from "../catalog/plain-data.ts";
import { type Rule, rule } from "./rule.ts";

/** Ids that mean something already, so that nobody may choose them. */
interface Reserved {
  has(id: string): boolean;
  pattern: string;
  explanation: string;
}

/** Who holds the pool's grants. */
const pool: Reserved = {
  has: (id) => id === "workspace",
  pattern: "^workspace$",
  explanation: 'must not be "workspace", which names the workspace\'s own credits; choose another id',
};

/** An order of that name would stand in the way of the request that is approved later. */
const orderOfRequest: Reserved = {
  has: (id) => id.startsWith("request:"),
  pattern: "^request:",
  explanation: 'must not begin with "request:", as the orders of approved requests do; choose another id',
};

/** 1 where a character may stand in an id: printable ASCII without space, `/ \ ? # %`. 2 where it may also come first. */
const idCharacters = new Uint8Array(128);
for (let code = 0x21; code <= 0x7e; code += 1) {
  const character = String.fromCharCode(code);
  if (!"/\\?#%".includes(character)) idCharacters[code] = /[A-Za-z0-9]/.test(character) ? 2 : 1;
}

/** The rule of every id in Ducat. A loop over a table, because five ids stand in every charge. */
function isId(value: unknown, maxLength: number): value is string {
  if (typeof value !== "string") return false;
  const { length } = value;
  if (length === 0 || length > maxLength) return false;
  if (idCharacters[value.charCodeAt(0)] !== 2) return false;
  for (let i = 1; i < length; i += 1) if (!idCharacters[value.charCodeAt(i)]) return false;
  return true;
}

function explainId(value: unknown, maxLength: number): string | null {
  if (typeof value !== "string") return null;
  if (value === "") return "must not be empty";
  if (value.length > maxLength) return `must have at most ${maxLength} characters, got ${value.length}`;
  const first = value.charCodeAt(0);
  if (idCharacters[first] !== 2) return `must begin with a letter or digit, got ${JSON.stringify(value[0])}`;
  const wrong = Array.from(value).find((character) => !idCharacters[character.charCodeAt(0)]) ?? "";
  return `must have only printable ASCII characters without space, / \\ ? # or %, got ${JSON.stringify(wrong)}; write - or _ instead`;
}

function idRule(maxLength: number, reserved: Reserved | null = null): Rule<string> {
  return rule({
    schema: {
      type: "string",
      minLength: 1,
      maxLength,
      pattern: '^[A-Za-z0-9][!-"$&-.0->@-\\[\\]-~]*$',
      ...(reserved === null ? {} : { not: { type: "string", pattern: reserved.pattern } }),
    },
    wants: `an id of 1–${maxLength} printable ASCII characters`,
    standIn: "",
    accept: (value) => (isId(value, maxLength) && reserved?.has(value) !== true ? value : undefined),
    explain: (value) =>
      typeof value === "string" && reserved?.has(value) === true ? reserved.explanation : explainId(value, maxLength),
  });
}

/** An id given by the caller. */
export const id = idRule(128);
/** A member; `workspace` names the pool. */
export const memberId = idRule(128, pool);
/** An order that somebody makes. */
export const newTopUpId = idRule(128, orderOfRequest);
/** A payment provider's id. */
export const paymentId = idRule(255);
/** A top-up order: the caller's own id, or one made for an approved request. */
export const topUpId = idRule(160);
/** A grant, as balances and entries name it: made of the ids of what granted it. */
export const grantId = idRule(512);
/** Where a list goes on: what `nextCursor` said. */
export const cursor = rule<string>({
  schema: { type: "string", minLength: 1, maxLength: 1024 },
  wants: "the nextCursor of the page before",
  standIn: "",
  accept: (value) =>
    typeof value === "string" && value !== "" && value.length <= 1024 && textFault(value) === null ? value : undefined,
});

/** Text that people read. `blank: false` where an empty one would say nothing. */
export function text({ maxLength, blank }: { maxLength: number; blank: boolean }): Rule<string> {
  return rule({
    schema: { type: "string", maxLength, ...(blank ? {} : { pattern: "\\S" }) },
    wants: `a text of at most ${maxLength} characters`,
    standIn: "",
    accept: (value) => (typeof value === "string" && faultOf(value, maxLength, blank) === null ? value : undefined),
    explain: (value) => (typeof value === "string" ? faultOf(value, maxLength, blank) : null),
  });
}

function faultOf(value: string, maxLength: number, blank: boolean): string | null {
  if (value.length > maxLength * 2) return `must have at most ${maxLength} characters, got ${value.length}`;
  // Characters, not UTF-16 units: a name in emoji may be as long as one in Latin letters.
  if (value.length > maxLength) {
    const characters = Array.from(value).length;
    if (characters > maxLength) return `must have at most ${maxLength} characters, got ${characters}`;
  }
  if (!blank && value.trim() === "") return "must not be blank";
  return textFault(value);
}
