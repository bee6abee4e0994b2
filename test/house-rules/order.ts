import type { Rule } from "./source-file.ts";

const longestFile = 450;

/** A file answers one question; past this length it answers several. */
export const shortFiles: Rule = (file) => {
  const isCode = /\.(ts|tsx|js|mjs|sql)$/.test(file.path) && !/\.generated\.ts$/.test(file.path);
  if (!isCode || file.lines.length <= longestFile) return [];
  return [
    { path: file.path, line: longestFile, message: `${file.lines.length} lines, and ${longestFile} are allowed` },
  ];
};

const dumpingGrounds = /(^|\/)(utils?|helpers?|services?|managers?|types|common|misc|shared)(\/|\.[a-z]+$)/;

/** Folders and files are named after the domain. These names say nothing, and so everything ends up in them. */
export const domainNames: Rule = (file) =>
  dumpingGrounds.test(file.path)
    ? [{ path: file.path, line: 1, message: "a name that says nothing of what is inside" }]
    : [];

/** Unfinished work says why it waits, in a sentence; work that nobody can explain is done or dropped. */
export const reasonedRemarks: Rule = (file) =>
  file.comments.flatMap(({ value, line }) => {
    const message = remarkFault(value);
    return message === null ? [] : [{ path: file.path, line, message }];
  });

function remarkFault(comment: string): string | null {
  if (/\b(FIXME|XXX|HACK)\b/.test(comment)) return "FIXME, XXX and HACK are not used: TODO with its reason";
  if (/\bTODO\b/.test(comment) && !/\bTODO: \S+( \S+){3}/.test(comment))
    return "TODO needs its reason: `TODO: why it waits`";
  if (/@ts-(ignore|nocheck)\b/.test(comment)) return "the type checker is not switched off";
  const suppression = /(@ts-expect-error|biome-ignore(-\w+)?\b[^:]*|oxlint-disable[\w-]*)/.exec(comment)?.[0];
  if (suppression === undefined) return null;
  const reason = comment.slice(comment.indexOf(suppression) + suppression.length);
  return /\S+( \S+){2}/.test(reason.replace(/^[\s:-]+/, "")) ? null : `${suppression.trim()} needs its reason`;
}

/** `any` is refused by the linter; this is the same in two steps, and refused in what we ship. */
export const honestCasts: Rule = (file) =>
  /^packages\/[^/]+\/src\//.test(file.path)
    ? file.lines.flatMap((text, index) =>
        /\bas (unknown as|any|never)\b/.test(text) &&
        !/^\s*(\/\/|\/?\*)/.test(text) &&
        !explainedAbove(file.lines, index)
          ? [{ path: file.path, line: index + 1, message: "a cast that no type supports, without a comment above it" }]
          : [],
      )
    : [];

function explainedAbove(lines: readonly string[], index: number): boolean {
  return /^\s*(\/\/|\*\/)/.test(lines[index - 1] ?? "");
}
