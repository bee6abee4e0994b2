import { isDucatError } from "@ducat/client";
import { catalogToInput, validateCatalog } from "../../packages/core/src/catalog/index.ts";
import type { Command as EngineCommand } from "../../packages/core/src/engine/command.ts";
import { newAttempt } from "../../packages/core/src/ids.ts";
import { toCommand } from "../../packages/core/src/inputs/index.ts";
import { memoryLedger } from "../../packages/core/test/engine/memory-ledger.ts";
import type { Catalog, Command } from "../simulation/auditor.ts";
import type { Step } from "../simulation/examples/steps.ts";
import { type Look, lookAt } from "../simulation/subject.ts";
import { sumsOf } from "./totals.ts";

function checked(catalog: Catalog) {
  const validation = validateCatalog(catalogToInput(catalog));
  if (!validation.ok) throw new Error(JSON.stringify(validation.errors));
  return validation.catalog;
}

/** The engine without a database, asked in the auditor's words. */
export function inMemory(catalogs: Readonly<Record<string, Catalog>>, published: string) {
  const ledger = memoryLedger(checked(catalogs[published] as Catalog));
  const subject = {
    grants: async () => new Map(ledger.grants().map((grant) => [grant.id, grant])),
    balance: async (_workspace: string, who: string) => ledger.balance(0, who === "workspace" ? null : who),
  };

  function tell(command: Command): unknown {
    try {
      const told = ledger.tell(0, toEngine(command));
      if (told.error !== undefined) throw told.error;
      return command.verb === "subscription" || command.verb === "advanceClock"
        ? { workspace: told.answer }
        : told.answer;
    } catch (error) {
      if (!isDucatError(error)) throw error;
      const asked = command.verb === "charge" || command.verb === "extend";
      return asked && error.code === "unknown_workspace" ? { outcome: error.code } : { error: error.code };
    }
  }

  /** Moves the workspace's clock to the step, if there is a workspace yet, and carries the step out. */
  async function carryOut(step: Step): Promise<unknown> {
    if ("publish" in step) return ledger.publish(checked(catalogs[step.publish] as Catalog));
    const testClock = ledger.stored()?.workspace.testClock ?? null;
    const at = Date.parse(step.at);
    if (testClock !== null && testClock < at) {
      tell({ verb: "advanceClock", workspace: "acme", now: step.at });
    }
    if ("balance" in step) return await subject.balance("", step.balance);
    if ("workspace" in step) return ledger.workspace(0);
    if ("charge" in step) return ledger.charge(0, step.charge);
    if ("totals" in step) return await sumsOf(subject, "", step.totals);
    return tell({ ...step.command, workspace: "acme" } as Command);
  }

  return {
    ledger,
    carryOut,
    publish: (version: string) => ledger.publish(checked(catalogs[version] as Catalog)),
    /** As a simulation asks. The workspace is the only one there is. */
    tell: async (command: Command) => {
      const answer = tell(command);
      return (command.verb === "sweep" ? {} : answer) as Record<string, unknown>;
    },
    letTimePass: async (moves: readonly { to: number }[]) => {
      for (const { to } of moves) ledger.letTimePass(to);
    },
    grants: async () => new Map([["acme", await subject.grants()]]),
    look: async (_workspace: string, members: readonly string[], chargeIds: readonly string[]): Promise<Look> =>
      ledger.read(0, (state, now) => lookAt(state, now, members, chargeIds)),
  };
}

function toEngine({ verb, ...input }: Command): EngineCommand {
  if (verb === "sweep") return { verb, workspace: input.workspace };
  if (verb === "charge" || verb === "settle" || verb === "refund") return toCommand[verb](input, newAttempt);
  return toCommand[verb](input);
}
