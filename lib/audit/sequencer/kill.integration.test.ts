import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { chainNext, entryLeaf } from "@/lib/audit/entry/entry";
import type { AuditEvent } from "@/lib/audit/entry/event";
import { recordEvent } from "@/lib/audit/record/record-event";
import { readLastCheckpoint } from "@/lib/audit/sequencer/checkpoint-store";
import { integrateBatch, prepareLog } from "@/lib/audit/sequencer/sequencer";
import { readHead, storedNodes } from "@/lib/audit/sequencer/store";
import { equalConstantTime } from "@/lib/crypto/bytes";
import { leafHash, rootFrom, treeRoot } from "@/lib/crypto/log/merkle";
import { openNote } from "@/lib/crypto/log/signed-note";
import { type AuditBench, createAuditBench } from "@/lib/testing/benches/audit-bench";
import { childArguments } from "@/lib/testing/children/child-arguments";
import { type LogProcesses, startLogProcesses } from "@/lib/testing/log/log-processes";
import { scale } from "@/lib/testing/scale";

const KILLS = scale("sequencer kills");
const SEQUENCERS = 3;
const WRITERS = 6;
const EVENT: AuditEvent = { class: "log", outcome: "done", action: "audit.read", subjects: [] };

let bench: AuditBench;
const children = new Set<ChildProcess>();

beforeAll(async () => {
  bench = await createAuditBench();
  await prepareLog(bench.sequencerPool, bench.place);
});
afterAll(async () => {
  for (const child of children) child.kill("SIGKILL");
  await bench?.close();
});

/** A sequencer with an open pool that has begun. Small batches make kills hit the middle of one. */
async function start(): Promise<ChildProcess> {
  const { log, tenantId } = bench.place;
  const { sequencerUrl } = bench.database;
  const args = childArguments("lib/testing/log/run-sequencer.ts", sequencerUrl, log, tenantId, "40");
  const child = spawn(process.execPath, args, {
    stdio: ["ignore", "pipe", "inherit"],
  });
  children.add(child);
  child.once("exit", () => children.delete(child));
  await once(child.stdout, "data");
  return child;
}

async function kill(child: ChildProcess): Promise<void> {
  const gone = once(child, "exit");
  child.kill("SIGKILL");
  await gone;
}

const size = async (): Promise<number> => (await readHead(bench.sequencerPool, bench.place.log))?.size ?? 0;

it(`${KILLS} times kill -9 over ${SEQUENCERS} competing sequencers under load lose, double and reorder nothing (I11)`, async () => {
  let isOver = false;
  const written = await Promise.all([
    ...Array.from({ length: WRITERS }, async () => {
      const ids: string[] = [];
      while (!isOver) ids.push((await recordEvent(bench.cx, EVENT)).id);
      return ids;
    }),
    (async () => {
      let running = await Promise.all(Array.from({ length: SEQUENCERS }, start));
      for (let kills = 0; kills < KILLS; kills += 1) {
        // Each kill finds a tree that has grown since the last one, so a sequencer was at work.
        const before = await size();
        await expect.poll(size, { timeout: 150_000, interval: 5 }).toBeGreaterThan(before);
        const [victim, ...others] = running;
        if (victim === undefined) throw new TypeError("no sequencer runs");
        const [, fresh] = await Promise.all([kill(victim), start()]);
        running = [...others, fresh];
      }
      isOver = true;
      await Promise.all(running.map(kill));
      return [];
    })(),
  ]);
  while ((await integrateBatch(bench.sequencerPool, bench.place)).added > 0);

  const { rows } = await bench.appPool.query(
    "SELECT l.seq, l.entry_id, l.leaf_hash, l.chain, e.bytes FROM audit_leaf l JOIN audit_entry e ON e.id = l.entry_id ORDER BY l.seq",
  );
  const total = written.reduce((sum, ids) => sum + ids.length, 0);
  expect(rows.map((row) => Number(row.seq))).toEqual(Array.from({ length: total }, (_, at) => at));
  const placeOf = new Map(rows.map((row, at) => [String(row.entry_id), at]));
  expect(placeOf.size).toBe(total);
  // Each writer waited for its entry before the next, so the tree has them in the order of writing.
  for (const ids of written) {
    const places = ids.map((id) => placeOf.get(id) ?? -1);
    expect(places.every((place, at) => place >= 0 && place > (places[at - 1] ?? -1))).toBe(true);
  }
  let chain: Uint8Array = new Uint8Array(32);
  for (const row of rows) {
    chain = chainNext(chain, entryLeaf(row.bytes));
    expect(equalConstantTime(row.chain, chain)).toBe(true);
  }
  const leaves = rows.map((row) => entryLeaf(row.bytes));
  expect(
    equalConstantTime(await rootFrom(storedNodes(bench.appPool, bench.place.log), total), treeRoot(leaves)),
  ).toBe(true);
  expect((await bench.appPool.query("SELECT 1 FROM audit_queue LIMIT 1")).rows).toEqual([]);
  process.stdout.write(
    `${KILLS} kills over ${SEQUENCERS} sequencers: ${total} entries, each once and in order\n`,
  );
}, 400_000);

describe("processes", () => {
  const EVENT: AuditEvent = { class: "log", outcome: "done", action: "audit.read", subjects: [] };

  let bench: AuditBench;
  let processes: LogProcesses;

  async function until(condition: () => Promise<boolean>): Promise<void> {
    while (!(await condition())) await sleep(50);
  }

  beforeAll(async () => {
    bench = await createAuditBench();
    processes = await startLogProcesses(bench);
  });
  afterAll(async () => {
    await processes.stop();
    await bench.close();
  });

  describe("the processes of the log", () => {
    it("kill -9 of competing workers loses, doubles and reorders nothing, and the tree is signed and cosigned", async () => {
      let isWriting = true;
      let written = 0;
      const writers = Array.from({ length: 8 }, async () => {
        while (isWriting) {
          await recordEvent(bench.cx, EVENT);
          written += 1;
          await sleep(5);
        }
      });
      const workers = [processes.startWorker(), processes.startWorker(), processes.startWorker()];
      const size = async () => (await readHead(bench.sequencerPool, bench.place.log))?.size ?? 0;
      for (let round = 0; round < 6; round += 1) {
        const before = await size();
        await until(async () => (await size()) > before);
        const victim = workers.shift();
        if (victim !== undefined) await processes.kill(victim);
        workers.push(processes.startWorker());
      }
      isWriting = false;
      await Promise.all(writers);
      await until(async () => (await size()) === written);
      const { rows } = await bench.appPool.query(
        "SELECT l.seq, e.bytes FROM audit_leaf l JOIN audit_entry e ON e.id = l.entry_id ORDER BY l.seq",
      );
      expect(rows.map((row) => Number(row.seq))).toEqual(Array.from({ length: written }, (_, seq) => seq));
      const root = treeRoot(rows.map((row) => leafHash(row.bytes)));
      await until(
        async () => (await readLastCheckpoint(bench.sequencerPool, bench.place.log))?.size === written,
      );
      const last = await readLastCheckpoint(bench.sequencerPool, bench.place.log);
      expect(Buffer.from(last?.root ?? []).equals(root)).toBe(true);
      // The cosignature is added to a checkpoint that is already published.
      const { logVkey, witnessVkey } = processes;
      await until(async () => {
        const newest = await readLastCheckpoint(bench.sequencerPool, bench.place.log);
        return openNote(newest?.note ?? "", [logVkey, witnessVkey]).verified.length === 2;
      });
    });
  });
});
