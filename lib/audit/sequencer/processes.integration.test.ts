import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { leafHash, treeRoot } from "@/lib/crypto/log/merkle";
import { openNote } from "@/lib/crypto/log/signed-note";
import { type AuditBench, createAuditBench } from "@/lib/testing/benches/audit-bench";
import { type LogProcesses, startLogProcesses } from "@/lib/testing/log/log-processes";
import type { AuditEvent } from "../entry/event";
import { recordEvent } from "../record/record-event";
import { readLastCheckpoint } from "./checkpoint-store";
import { readHead } from "./store";

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
