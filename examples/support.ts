// What support and finance do. docs/guides/support.md quotes the regions of this file; a test runs them.
import type { Credits } from "ducat";

// #region explain
export async function whyThisCharge(credits: Credits, workspace: string, charge: string): Promise<string> {
  const { summary, lines } = await credits.explain.charge({ workspace, id: charge });
  return [summary, ...lines.map(({ at, text }) => `${at ?? ""} ${text}`)].join("\n");
}
// #endregion

// #region refund
export async function blankScreen(credits: Credits, workspace: string, charge: string) {
  return await credits.supportRefund({
    workspace,
    charge,
    id: "ticket-4711",
    actor: "grace@example.com",
    note: "The second screen was blank.",
    quantity: 1,
  });
}
// #endregion

// #region grant
export async function sorry(credits: Credits, workspace: string, member: string) {
  const { grant } = await credits.grant({
    workspace,
    member,
    id: "outage-2026-03",
    amount: 500,
    expiresAt: "2026-06-30T00:00:00Z",
    actor: "grace@example.com",
    note: "Sorry for the outage in March.",
  });
  return grant.id;
}

export async function takeBack(credits: Credits, workspace: string, grant: string) {
  return await credits.revokeGrant({
    workspace,
    grant,
    id: "outage-2026-03-wrong-team",
    actor: "grace@example.com",
    note: "Given to the wrong team.",
  });
}
// #endregion

// #region verify
export async function audit(credits: Credits, workspaces?: string[]): Promise<string[]> {
  const { ok, differences } = await credits.verify(workspaces === undefined ? {} : { workspaces });
  return ok ? [] : differences.map(({ workspace, message }) => `${workspace}: ${message}`);
}
// #endregion
