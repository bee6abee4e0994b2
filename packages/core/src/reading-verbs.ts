import type { Balance, Charge, Member, Quote, Verification, Workspace } from "@ducat/client";
import { DucatError } from "@ducat/client";
import type { Database, Session } from "./database/port.ts";
import { presentCharge } from "./engine/answer.ts";
import { balanceOf } from "./engine/balance.ts";
import { presentMember } from "./engine/members.ts";
import { quote } from "./engine/quote.ts";
import { chargeOf } from "./engine/settle.ts";
import { presentWorkspace } from "./engine/workspace.ts";
import { toQuestion } from "./inputs/index.ts";
import { createExplainer } from "./ledger/explain.ts";
import { publicError } from "./ledger/public-error.ts";
import type { Reader } from "./ledger/read.ts";
import type { History } from "./store/history.ts";
import { noNeeds } from "./store/needs.ts";
import type { Sql } from "./store/sql.ts";
import { verifyAll } from "./store/verify.ts";
import type { VerifyInput } from "./verbs.ts";

export interface ReadingParts {
  database: Database;
  sql: Sql;
  reader: Reader;
  history: History;
  /** Resolves when the database is prepared. */
  ready(): Promise<void> | undefined;
}

/** The verbs that only look. */
export function readingVerbs({ database, sql, reader, history, ready }: ReadingParts) {
  const explainer = createExplainer(database, sql, reader);

  async function balance(input: unknown): Promise<Balance> {
    const { workspace, member } = toQuestion.balance(input);
    await ready();
    return await reader.read(workspace, holder(member), (state, now) => balanceOf(state, member, now));
  }

  async function quoteItems(input: unknown): Promise<Quote> {
    const { workspace, member, items } = toQuestion.quote(input);
    await ready();
    return await reader.read(workspace, holder(member), (state, now) => quote(state, { member, items }, now));
  }

  async function charge(input: unknown): Promise<Charge> {
    const { workspace, id } = toQuestion.charge(input);
    await ready();
    return await reader.read(workspace, ofCharge(id), (state) => presentCharge(workspace, chargeOf(state, id)));
  }

  async function member(input: unknown): Promise<Member> {
    const question = toQuestion.member(input);
    await ready();
    return await reader.read(question.workspace, holder(question.member), (state) => {
      const row = state.members.get(question.member);
      if (row === undefined) {
        const message = `There is no member ${question.member} in this workspace. Put the member first.`;
        throw new DucatError("unknown_member", message);
      }
      return presentMember(state, row);
    });
  }

  async function workspace(input: unknown): Promise<Workspace> {
    const question = toQuestion.workspace(input);
    await ready();
    return await reader.read(question.workspace, noNeeds(), (state, now) => presentWorkspace(state, now));
  }

  async function verify(input?: VerifyInput): Promise<Verification> {
    const { workspaces, onProgress } = toQuestion.verify(input);
    await ready();
    return await told(verifyAll(database, sql, { workspaces, ...(onProgress === null ? {} : { onProgress }) }));
  }

  async function withSession<Answer>(work: (session: Session) => Promise<Answer>): Promise<Answer> {
    await ready();
    return await told(database.withSession(work));
  }

  return {
    balance,
    quote: quoteItems,
    charge,
    member,
    workspace,
    explain: {
      async charge(input: unknown) {
        const question = toQuestion.explainCharge(input);
        await ready();
        return await told(explainer.charge(question));
      },
      async balance(input: unknown) {
        const question = toQuestion.explainBalance(input);
        await ready();
        return await told(explainer.balance(question));
      },
    },
    verify,
    entries: async (input: unknown) => await ask(toQuestion.entries(input), history.entries),
    charges: async (input?: unknown) => await ask(toQuestion.charges(input), history.charges),
    usage: async (input: unknown) => await ask(toQuestion.usage(input), history.usage),
    topUp: async (input: unknown) => await ask(toQuestion.topUp(input), history.topUp),
    topUpRequests: async (input: unknown) => await ask(toQuestion.topUpRequests(input), history.topUpRequests),
    workspaces: async (input?: unknown) => await ask(toQuestion.workspaces(input), history.workspaces),
    members: async (input: unknown) => await ask(toQuestion.members(input), history.members),
  };

  function ask<Asked, Answer>(
    question: Asked,
    answer: (session: Session, question: Asked) => Promise<Answer>,
  ): Promise<Answer> {
    return withSession((session) => answer(session, question));
  }
}

/** The answer, or an error that a caller may be told. */
async function told<Answer>(answer: Promise<Answer>): Promise<Answer> {
  try {
    return await answer;
  } catch (error) {
    throw publicError(error);
  }
}

function holder(id: string | null) {
  const need = noNeeds();
  if (id !== null) need.holders.add(id);
  return need;
}

function ofCharge(id: string) {
  const need = noNeeds();
  need.charges.push(id);
  need.chargeHolders.push(id);
  return need;
}
