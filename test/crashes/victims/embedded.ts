import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { Verification } from "@ducat/client";
import { makeRoom } from "../../../packages/server/test/command.ts";
import type { Mark, Moment } from "../batch-observer.ts";
import type { Call } from "../ledger-call.ts";
import type { Victim } from "../victim.ts";

const program = fileURLToPath(new URL("../embedded-program.ts", import.meta.url));

interface Said {
  n?: number;
  answer?: unknown;
  code?: string;
  message?: string;
  fault?: string;
  ready?: true;
}

interface Waiting {
  resolve(answer: unknown): void;
  reject(error: unknown): void;
}

/** A process with Ducat and its database inside, on a folder. The whole process is killed. */
export async function embeddedVictim(template?: string): Promise<Victim> {
  const room = makeRoom();
  const notes = new Set<(text: string) => void>();
  const moments = new Map<number, Moment>();
  const waiting = new Map<number, Waiting>();
  const faults: string[] = [];
  let child: ChildProcess;
  let marksRead: Promise<unknown>;
  let asked = 0;
  let whenHeld = () => {};

  function say(text: string): void {
    for (const note of notes) note(text);
  }

  async function start(): Promise<void> {
    const started = fork(program, [room.directory, ...(template === undefined ? [] : [template])], {
      execArgv: ["--conditions=ducat-source"],
      stdio: ["ignore", "inherit", "inherit", "pipe", "ipc"],
    });
    child = started;
    const marks = createInterface({ input: started.stdio[3] as NodeJS.ReadableStream });
    marksRead = once(marks, "close");
    marks.on("line", (line) => {
      const [batch, mark] = line.split(" ") as [string, Mark | "held"];
      say(`batch ${batch} ${mark}`);
      if (mark === "held") whenHeld();
      else if (mark === "over") moments.delete(Number(batch));
      else moments.set(Number(batch), mark);
    });
    started.on("message", ({ n = 0, answer, code, message, fault }: Said) => {
      if (fault !== undefined) faults.push(fault);
      const { resolve, reject } = waiting.get(n) ?? {};
      waiting.delete(n);
      if (code === undefined) resolve?.(answer);
      else reject?.(Object.assign(new Error(message), { code }));
    });
    // When the channel is closed, every answer that the process sent has been read.
    started.once("disconnect", () => {
      for (const { reject } of waiting.values())
        reject(Object.assign(new Error("The process ended."), { code: "gone" }));
      waiting.clear();
    });
    const ready = new Promise<void>((resolve, reject) => {
      started.on("message", (said: Said) => said.ready && resolve());
      started.once("exit", (status, signal) => reject(new Error(`The process ended: ${status ?? signal}.`)));
    });
    await ready;
  }

  function ask(verb: string, input: object): Promise<never> {
    return new Promise((resolve, reject) => {
      const n = ++asked;
      if (!child.connected) {
        reject(Object.assign(new Error("The process has ended."), { code: "gone" }));
        return;
      }
      waiting.set(n, { resolve: resolve as Waiting["resolve"], reject });
      child.send({ n, verb, input }, () => {});
    });
  }

  await start();
  return {
    name: "process with PGlite",
    moments: ["opened", "loaded", "saving"],
    call: ask as Call,
    verify: (workspaces) => ask("verify", workspaces === undefined ? {} : { workspaces }) as Promise<Verification>,
    watch(note) {
      notes.add(note);
      return () => notes.delete(note);
    },
    async kill(aim) {
      if (aim !== null) {
        const held = new Promise<void>((resolve) => {
          whenHeld = resolve;
        });
        child.send({ hold: aim });
        await held;
      }
      const ended = [once(child, "exit"), marksRead];
      if (child.connected) ended.push(once(child, "disconnect"));
      child.kill("SIGKILL");
      say("killed");
      await Promise.all(ended);
      // What the process wrote last is how far each batch came.
      const underWay = [...moments.values()];
      moments.clear();
      return underWay;
    },
    restart: start,
    lostCodes: ["gone"],
    faults: () => faults.splice(0),
    async close() {
      const exited = once(child, "exit");
      child.disconnect();
      await exited;
      room.remove();
    },
  };
}
