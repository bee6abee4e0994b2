import { type ParseResult, parseSync, Visitor } from "vite";

export interface Fault {
  path: string;
  line: number;
  message: string;
}

/** A rule of the house: what it says is wrong with one file. */
export type Rule = (file: SourceFile) => Fault[];

export interface ImportedModule {
  specifier: string;
  /** True when nothing of it remains at run time. */
  typeOnly: boolean;
  line: number;
}

interface Text {
  /** The text of a string, or of a template with `$` in place of what is put in. */
  value: string;
  line: number;
}

export interface SourceFile {
  /** From the root of the repository, with `/`. */
  path: string;
  text: string;
  lines: readonly string[];
  imports: readonly ImportedModule[];
  strings: readonly Text[];
  comments: readonly Text[];
  /** What is called or made, as it is written: `Date.now`, `new Date` (with how many arguments), `randomUUID`. */
  calls: readonly { name: string; argumentCount: number; line: number }[];
}

const parsedExtension = /\.(ts|tsx|js|mjs)$/;

/** Reads a file once for all rules. Files that are not TypeScript or JavaScript have a text and nothing else. */
export function sourceFile(path: string, text: string): SourceFile {
  const lines = text.split("\n");
  const bare = { path, text, lines, imports: [], strings: [], comments: [], calls: [] };
  if (!parsedExtension.test(path)) return bare;
  const parsed = parseSync(path, text);
  const [error] = parsed.errors;
  if (error) throw new Error(`${path} cannot be parsed: ${error.message}`);
  const lineOf = lineFinder(text);
  return {
    ...bare,
    ...walk(parsed, lineOf),
    comments: parsed.comments.map((comment) => ({ value: comment.value, line: lineOf(comment.start) })),
  };
}

function walk(parsed: ParseResult, lineOf: (offset: number) => number) {
  const imports: ImportedModule[] = [];
  const strings: Text[] = [];
  const calls: { name: string; argumentCount: number; line: number }[] = [];
  const addImport = (specifier: string, start: number, kind?: string | null) =>
    imports.push({ specifier, typeOnly: kind === "type", line: lineOf(start) });

  new Visitor({
    ImportDeclaration: (node) => addImport(node.source.value, node.start, node.importKind),
    ExportAllDeclaration: (node) => addImport(node.source.value, node.start, node.exportKind),
    ExportNamedDeclaration: (node) => {
      if (node.source) addImport(node.source.value, node.start, node.exportKind);
    },
    ImportExpression: (node) => {
      if (node.source.type === "Literal") addImport(String(node.source.value), node.start);
    },
    TSImportType: (node) => addImport(node.source.value, node.start, "type"),
    Literal: (node) => {
      if (typeof node.value === "string") strings.push({ value: node.value, line: lineOf(node.start) });
    },
    TemplateLiteral: (node) => {
      const value = node.quasis.map((quasi) => quasi.value.cooked ?? quasi.value.raw).join("$");
      strings.push({ value, line: lineOf(node.start) });
    },
    CallExpression: (node) => {
      calls.push({
        name: parsedName(node.callee),
        argumentCount: node.arguments.length,
        line: lineOf(node.start),
      });
    },
    NewExpression: (node) => {
      calls.push({
        name: `new ${parsedName(node.callee)}`,
        argumentCount: node.arguments.length,
        line: lineOf(node.start),
      });
    },
  }).visit(parsed.program);
  return { imports, strings, calls };
}

interface Node {
  type: string;
  name?: unknown;
  object?: unknown;
  property?: unknown;
}

/** `Date.now` of the expression that says so; "" of anything that is not a chain of names. */
function parsedName(expression: unknown): string {
  const node = expression as Node;
  if (node.type === "Identifier") return String(node.name);
  if (node.type !== "MemberExpression") return "";
  return `${parsedName(node.object)}.${parsedName(node.property)}`;
}

function lineFinder(text: string): (offset: number) => number {
  const starts = [0];
  for (let index = text.indexOf("\n"); index >= 0; index = text.indexOf("\n", index + 1)) starts.push(index + 1);
  return (offset) => {
    let line = starts.findLastIndex((start) => start <= offset);
    if (line < 0) line = 0;
    return line + 1;
  };
}
