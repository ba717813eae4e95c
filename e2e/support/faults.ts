import { readdirSync, readFileSync, realpathSync, statSync } from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "@playwright/test";
import { z } from "zod";
import { type ProcessName, type RunningInstance, waitUntil } from "@/lib/testing/instance/instance";
import type { Answer, Caller } from "./api";
import { canaries, newTransaction, text } from "./steps";

/** For conditions that a healthy machine meets in seconds. Under load they may take far longer. */
export const PATIENCE_MS = 90_000;

const Status = z.looseObject({
  log_size: z.number(),
  last_checkpoint_at: z.string().nullable(),
  alarms: z.array(z.string()),
  parts: z.array(z.looseObject({ name: z.string(), state: z.string() })),
});
export type Status = z.infer<typeof Status>;

export async function readStatus(who: Caller): Promise<Status> {
  const answer = await who.get("/confidential/status");
  expect(answer.status, answer.text).toBe(200);
  return Status.parse(answer.json);
}

/** Waits until the state of the instance fits, and returns that state. */
export async function waitForStatus(
  who: Caller,
  what: string,
  fits: (status: Status) => boolean,
): Promise<Status> {
  let last: Status | undefined;
  await waitUntil(
    what,
    async () => {
      last = await readStatus(who).catch(() => undefined);
      return last !== undefined && fits(last);
    },
    PATIENCE_MS,
  );
  if (last === undefined) throw new Error(what);
  return last;
}

export const isHealthy = (status: Status): boolean =>
  status.alarms.length === 0 && status.parts.every((part) => part.state === "up");

/** Waits until each named process runs again under another process id. */
export async function waitForRestart(
  instance: RunningInstance,
  before: Readonly<Partial<Record<ProcessName, number>>>,
): Promise<void> {
  await waitUntil(
    `the supervisor restarts ${Object.keys(before).join(", ")}`,
    async () => {
      const now: Readonly<Record<string, number | null>> = await instance.pids();
      return Object.entries(before).every(([name, pid]) => now[name] !== null && now[name] !== pid);
    },
    PATIENCE_MS,
  );
}

/** Kills the named processes at once and waits until all of them run again. */
export async function killAndWait(
  instance: RunningInstance,
  names: readonly ProcessName[],
): Promise<Readonly<Partial<Record<ProcessName, number>>>> {
  const killed: Partial<Record<ProcessName, number>> = {};
  for (const name of names) killed[name] = await instance.kill(name, "SIGKILL");
  await waitForRestart(instance, killed);
  return killed;
}

export function expectProblem(answer: Answer, status: number, code: string): void {
  expect(answer.status, answer.text).toBe(status);
  expect(answer.headers.get("content-type")).toContain("application/problem+json");
  expect(answer.json, answer.text).toMatchObject({
    type: `urn:sealport:problem:${code}`,
    code,
    status,
    title: expect.any(String),
    request_id: expect.any(String),
  });
}

/** A transaction that was answered with 201, and what was sealed in it. */
export interface Accepted {
  readonly id: string;
  readonly memo: string;
}

export interface Load {
  readonly accepted: Accepted[];
  /** Every answer but 201. */
  readonly refused: Answer[];
  /** Calls without any answer. */
  unanswered: number;
  /** Stops the writers and waits for their last answers. */
  stop(): Promise<void>;
}

const MAX_POSTS_PER_WRITER = 150;

/** Starts `writers` programs that post one transaction after the other until they are stopped. */
export function startWriters(who: Caller, writers: number, pauseMs: number): Load {
  let isOver = false;
  const load: Load = {
    accepted: [],
    refused: [],
    unanswered: 0,
    stop: async () => {
      isOver = true;
      await running;
    },
  };
  const write = async (): Promise<void> => {
    for (let count = 0; count < MAX_POSTS_PER_WRITER && !isOver; count += 1) {
      const secret = canaries();
      const answer = await comingAgain(() =>
        who.post("/confidential/transactions", newTransaction(secret)),
      ).catch(() => undefined);
      if (answer === undefined) load.unanswered += 1;
      else if (answer.status !== 201) load.refused.push(answer);
      else load.accepted.push({ id: text(answer, "transaction_id"), memo: secret.memo });
      await sleep(pauseMs);
    }
  };
  const running = Promise.all(Array.from({ length: writers }, write)).then(() => undefined);
  return load;
}

/** How often a program retries when the answer says so. */
const RETURNS = 5;

/**
 * Returns the answer to a program that retries when it is asked to. A rate-limit counter may not answer within half a second on a machine
 * that has just started seven processes; it then refuses the call and says when to retry. No other call is retried.
 */
export async function comingAgain(call: () => Promise<Answer>): Promise<Answer> {
  for (let turn = 0; ; turn += 1) {
    const answer = await call();
    if (turn === RETURNS || answer.json.code !== "service.limiter-unavailable") return answer;
    await sleep(Number(answer.headers.get("retry-after")) * 1_000);
  }
}

/** Opens one transaction as its party and compares what was sealed. */
export async function expectOpens(who: Caller, { id, memo }: Accepted): Promise<void> {
  const answer = await comingAgain(() =>
    who.post(`/confidential/transactions/${id}/access`, { purpose: "settlement" }),
  );
  expect(answer.status, answer.text).toBe(200);
  expect(answer.json.data).toMatchObject({ amount: "1000", settlement_details: { memo } });
}

/** Reads and opens every transaction that was accepted, a few at a time. */
export async function expectNothingLost(
  who: { readonly reader: Caller; readonly opener: Caller },
  accepted: readonly Accepted[],
): Promise<void> {
  const waiting = [...accepted];
  const work = async (): Promise<void> => {
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      const read = await who.reader.get(`/confidential/transactions/${next.id}`);
      expect(read.status, read.text).toBe(200);
      await expectOpens(who.opener, next);
    }
  };
  await Promise.all(Array.from({ length: 6 }, work));
}

/** Watches one log file from now on, and returns whether an error line with this alarm was added. */
export function watchAlarms(dataDir: string, file: string): (alarm: string) => boolean {
  const log = path.join(dataDir, "logs", file);
  const from = statSync(log).size;
  return (alarm) =>
    readFileSync(log)
      .subarray(from)
      .toString("utf8")
      .split("\n")
      .some((line) => line.includes(`"alarm":"${alarm}"`) && /"level":(50|"error")/.test(line));
}

function readProc(pid: string, name: string): string {
  try {
    return readFileSync(`/proc/${pid}/${name}`, "latin1");
  } catch {
    return "";
  }
}

/** Returns the paths that mark a process as one of this instance. */
export function placesOf(dataDir: string): string[] {
  return [dataDir, realpathSync(path.join(dataDir, "postgres"))];
}

/** Returns the processes whose command line or environment names this instance's folders; none where /proc is missing. */
export function processesOf(places: readonly string[]): string[] {
  let pids: string[];
  try {
    pids = readdirSync("/proc").filter((name) => /^\d+$/.test(name) && name !== String(process.pid));
  } catch {
    return [];
  }
  return pids.flatMap((pid) => {
    const known = readProc(pid, "cmdline") + readProc(pid, "environ");
    return places.some((place) => known.includes(place)) ? [`${pid} ${readProc(pid, "comm").trim()}`] : [];
  });
}
