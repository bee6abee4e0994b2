import { expect, test } from "vitest";
import { burn, MAX_AGE_MS } from "../../src/engine/charge.ts";
import { setClawbackTarget } from "../../src/engine/clawback.ts";
import { endOpenCharge, grantOf } from "../../src/engine/end-charge.ts";
import { holderOf, move, moveDebt } from "../../src/engine/move.ts";
import type { ChargeRow, GrantRow, State } from "../../src/engine/state.ts";
import { appendTerm } from "../../src/engine/terms.ts";
import { topUpRefunded } from "../../src/engine/top-up.ts";
import { ms, story } from "./story.ts";

const at = ms("2026-01-10");

function begin() {
  const t = story({ at: "2026-01-10T00:00:00Z", plan: "bare", members: { ada: "editor" } });
  t.buy("o", ["ada"]);
  t.screens("c", "ada", 2);
  return t;
}

/** Runs something on a state that is thrown away. */
function spoil(change: (state: State, charge: ChargeRow, grant: GrantRow) => void) {
  const t = begin();
  return () =>
    t.ledger.read(0, (state) =>
      change(state, state.charges.get("c") as ChargeRow, state.grants.get("top-up:o:ada") as GrantRow),
    );
}

const end = { keep: 0, reason: null, endedBy: "settle", attempt: null, at } as const;

test("a charge that has ended cannot end again, and none can keep more than it took", () => {
  const twice = spoil((state, charge) => {
    endOpenCharge(state, charge, end);
    endOpenCharge(state, charge, end);
  });
  expect(twice).toThrow(new Error("charge c has ended already"));
  const tooMuch = spoil((state, charge) => endOpenCharge(state, charge, { ...end, keep: 61 }));
  expect(tooMuch).toThrow(new Error("charge c cannot keep 61 credits"));
});

test("credits that are not there cannot be moved", () => {
  const moved = spoil((state, _charge, grant) => move(state, "revoke", grant, 941, { at }));
  expect(moved).toThrow(new Error("revoke of 941 exceeds available 940 of grant top-up:o:ada"));
  const burnt = spoil((state, charge) => burn(state, charge, 941, at));
  expect(burnt).toThrow(new Error("charge c lacks 1 credits that were there a moment ago"));
});

test("moving nothing writes nothing", () => {
  const t = begin();
  t.ledger.read(0, (state) => {
    const grant = grantOf(state, "top-up:o:ada");
    const before = structuredClone({ grant, seq: state.workspace.seq });
    move(state, "expire", grant, 0, { at });
    moveDebt(state, "debt", grant, 0, { at });
    expect({ grant, seq: state.workspace.seq }).toEqual(before);
    expect(state.entries).toEqual([]);
  });
});

test("a row that was not loaded is missed by name", () => {
  expect(spoil((state) => grantOf(state, "promo:x"))).toThrow(new Error("grant promo:x was not loaded"));
  expect(spoil((state) => holderOf(state, "zoe"))).toThrow(new Error("holder zoe was not loaded"));
  const refunded = spoil((state) => {
    state.grants.delete("top-up:o:ada");
    topUpRefunded(state, { verb: "topUpRefunded", workspace: "acme", id: "o", refunded: 500 }, at);
  });
  expect(refunded).toThrow(new Error("the grant of top-up o for ada was not loaded"));
  const repaid = spoil((state, _charge, grant) => {
    grant.clawback = { target: 0, revoked: 0, repaid: 0, debt: 0, repayments: [{ grant: "top-up:x:ada", amount: 5 }] };
    setClawbackTarget(state, grant, 0, at);
  });
  expect(repaid).toThrow(new Error("grant top-up:x:ada was not loaded"));
});

test("a plan that no catalog has cannot come into force", () => {
  const unknown = spoil((state) => appendTerm(state, { from: at, plan: "gold" }));
  expect(unknown).toThrow(new Error("plan gold is not in the catalog"));
});

test("a charge may live for a day", () => {
  expect(MAX_AGE_MS).toBe(24 * 60 * 60 * 1000);
});
