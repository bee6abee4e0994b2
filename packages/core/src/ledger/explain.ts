import type { Explanation } from "@ducat/client";
import { DucatError } from "@ducat/client";
import type { Database } from "../database/port.ts";
import { explainBalance } from "../engine/explain/balance.ts";
import { explainCharge } from "../engine/explain/charge.ts";
import type { ChargeStory } from "../engine/explain/story.ts";
import type { State } from "../engine/state.ts";
import type { Question } from "../inputs/index.ts";
import { readChargeStory } from "../store/charge-story.ts";
import { noNeeds } from "../store/needs.ts";
import type { Sql } from "../store/sql.ts";
import type { Reader } from "./read.ts";

export interface Explainer {
  charge(question: Question<"explainCharge">): Promise<Explanation>;
  balance(question: Question<"explainBalance">): Promise<Explanation>;
}

/** Tries to read a charge and its entries alike while somebody writes them; each write of one charge is a rare thing. */
const TRIES = 5;

export function createExplainer(database: Database, sql: Sql, reader: Reader): Explainer {
  return {
    async charge({ workspace, id }) {
      for (let tries = 1; ; tries++) {
        const story = await database.withSession((session) => readChargeStory(sql, session, workspace, id));
        const need = noNeeds();
        need.charges.push(id);
        need.chargeHolders.push(id);
        need.sliceCharges.push(id);
        const explanation = await reader.read(workspace, need, (state, now) => {
          if (!state.charges.has(id)) throw unknownCharge(id);
          const whole = story === null ? null : complete(state, id, story);
          if (whole === null && tries < TRIES) return null;
          return explainCharge(state, id, whole ?? story ?? { entries: [], supportRefunds: [] }, now);
        });
        if (explanation !== null) return explanation;
      }
    },
    balance: ({ workspace, member }) => {
      const need = noNeeds();
      if (member !== null) need.holders.add(member);
      return reader.read(workspace, need, (state, now) => explainBalance(state, member, now));
    },
  };
}

/** Adds what time has done in memory; `null` when the charge has entries that were written after the story was read. */
function complete(state: State, id: string, story: ChargeStory): ChargeStory | null {
  // Numbers that the memory gives may have been given to other entries by the time the story was read.
  const fresh = new Set(state.entries.map((entry) => entry.seq));
  const stored = story.entries.filter((entry) => !fresh.has(entry.seq));
  const known = new Set([...stored.map((entry) => entry.seq), ...fresh]);
  const numbers = state.charges.get(id)?.entries ?? [];
  return numbers.every((seq) => known.has(seq)) ? { ...story, entries: [...stored, ...state.entries] } : null;
}

function unknownCharge(id: string): DucatError {
  return new DucatError("unknown_charge", `There is no charge ${id} in this workspace.`);
}
