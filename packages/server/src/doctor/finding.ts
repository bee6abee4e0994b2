/** What an examination found. `note`: to know, and nothing to do at once; `wrong`: something to do. */
export interface Finding {
  check: string;
  level: "good" | "note" | "wrong";
  says: string;
  /** What to do; `null` where there is nothing. */
  advice: string | null;
}

export function good(check: string, says: string): Finding {
  return { check, level: "good", says, advice: null };
}

export function note(check: string, says: string, advice: string | null = null): Finding {
  return { check, level: "note", says, advice };
}

export function wrong(check: string, says: string, advice: string): Finding {
  return { check, level: "wrong", says, advice };
}
