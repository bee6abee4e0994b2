import { columns, debtOf } from "../auditor/ledger.ts";
import type { Story } from "../auditor/model.ts";
import type { Told } from "../play.ts";

/** One accepted or refused command, with what was known before and after it. */
export interface Moment extends Told {
  before: Readonly<Story>;
  after: Readonly<Story>;
  /** The word that the command came to, without its verb. */
  word: string;
}

/** What a run must have come through, each with how to tell. */
export type Situations = Record<string, (moment: Moment) => boolean>;

/** What all purchases of a workspace owe together. */
export function debts(story: Readonly<Story>, at: number): number {
  const all = columns(story, at);
  const bought = story.grants.filter((grant) => grant.source === "top-up");
  return bought.reduce((sum, grant) => {
    const own = all.get(grant.id);
    return own === undefined ? sum : sum + debtOf(story, grant, own);
  }, 0);
}
