import type { Charge, Entry, Member, Page, TopUp, TopUpRequest, UsageRow, Workspace } from "@ducat/client";
import type { Session } from "../database/port.ts";
import type { Question } from "../inputs/index.ts";
import { listCharges } from "./history/charges.ts";
import { listChargesEverywhere } from "./history/charges-everywhere.ts";
import { listEntries } from "./history/entries.ts";
import { listMembers } from "./history/members.ts";
import { getTopUp, listTopUpRequests } from "./history/top-ups.ts";
import { sumUsage } from "./history/usage.ts";
import { type CatalogSource, listWorkspaces } from "./history/workspaces.ts";
import type { Sql } from "./sql.ts";

/** Lists and sums: what was written, read without a lock and without a transaction, so a read replica serves as well. */
export interface History {
  entries(session: Session, question: Question<"entries">): Promise<Page<Entry>>;
  /** Without a workspace: of all workspaces. */
  charges(session: Session, question: Question<"charges">): Promise<Page<Charge>>;
  usage(session: Session, question: Question<"usage">): Promise<{ data: UsageRow[] }>;
  workspaces(session: Session, question: Question<"workspaces">): Promise<Page<Workspace>>;
  members(session: Session, question: Question<"members">): Promise<Page<Member>>;
  topUp(session: Session, question: Question<"topUp">): Promise<TopUp>;
  topUpRequests(session: Session, question: Question<"topUpRequests">): Promise<Page<TopUpRequest>>;
}

export function createHistory(sql: Sql, catalogs: CatalogSource): History {
  return {
    entries: (session, question) => listEntries(sql, session, question),
    charges: (session, question) =>
      question.workspace === null ? listChargesEverywhere(sql, session, question) : listCharges(sql, session, question),
    usage: (session, question) => sumUsage(sql, session, question),
    workspaces: (session, question) => listWorkspaces(sql, catalogs, session, question),
    members: (session, question) => listMembers(sql, catalogs, session, question),
    topUp: (session, question) => getTopUp(sql, session, question),
    topUpRequests: (session, question) => listTopUpRequests(sql, session, question),
  };
}
