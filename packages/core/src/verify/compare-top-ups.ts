import { topUpGrantId } from "../engine/grants.ts";
import type { Snapshot } from "./compare.ts";
import type { Report } from "./report.ts";

/** Compares the orders with the grants that were made for them. */
export function compareTopUps({ topUps, grants }: Snapshot, report: Report): void {
  const made = new Set<string>();
  for (const topUp of topUps) {
    const paid = topUp.price.amount * topUp.recipients.length;
    for (const holder of topUp.recipients) {
      const id = topUpGrantId(topUp.id, holder);
      const grant = grants.get(id);
      const about = { grant: id, holder };
      const where = `top-up ${topUp.id}, ${topUp.state}, grant ${id}`;
      made.add(id);
      const expected = topUp.state === "paid" ? topUp.credits : 0;
      report.same("top-up-grants", about, expected, grant?.amount ?? 0, where);
      if (grant === undefined) continue;
      report.same("top-up-grants", about, topUp.id, grant.purchase, `${where}, purchase`);
      const target = paid === 0 ? 0 : Number((BigInt(grant.amount) * BigInt(topUp.refunded)) / BigInt(paid));
      report.same("clawback-target", about, target, grant.clawback?.target ?? 0, `${where}, to be taken back`);
    }
  }
  for (const grant of grants.values()) {
    if (grant.source !== "top-up" || made.has(grant.id)) continue;
    const about = { grant: grant.id, holder: grant.holder };
    report.add("top-up-grants", about, "an order", "none", `grant ${grant.id}, purchase ${grant.purchase}`);
  }
}
