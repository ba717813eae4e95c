import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect, it } from "vitest";
import { preserveTransactions } from "@/lib/access/preservations/preserve-transactions";
import { NewPreservation } from "@/lib/access/preservations/schema";
import { systemClock } from "@/lib/clock";
import { openNote } from "@/lib/crypto/log/signed-note";
import { openPool } from "@/lib/db/pool";
import { loadSigningKey } from "@/lib/keystore/signing-key";
import { type AccessBench, createAccessBench } from "@/lib/testing/benches/access-bench";
import { createTestKeystore } from "@/lib/testing/benches/audit-bench";
import { pastTriggers } from "@/lib/testing/log/past-triggers";
import { parseCheckpointText } from "../entry/checkpoint";
import { insertCheckpoint } from "../sequencer/checkpoint-store";
import { integrateBatch, prepareLog } from "../sequencer/sequencer";
import { openEntryFile } from "../signer/entry-file";
import { signCheckpoint } from "../signer/sign-checkpoint";
import { getRetention } from "./get-retention";
import type { Retention } from "./schema";
import { pruneLog } from "./store";

/** Integrates and signs everything that waits. The signer's own days are zero here. */
async function sign(bench: AccessBench): Promise<number> {
  const { log } = bench.place;
  while ((await integrateBatch(bench.sequencerPool, bench.place)).added > 0);
  const signer = loadSigningKey(await createTestKeystore("signer", log), "log");
  const file = await openEntryFile(await mkdtemp(path.join(tmpdir(), "sp-left-")), log);
  const note = await signCheckpoint({
    pool: bench.signerPool,
    file,
    log,
    signer,
    clock: systemClock,
    floorDays: 0,
  });
  const checkpoint = parseCheckpointText(openNote(note, [signer.vkey]).text);
  await insertCheckpoint(bench.sequencerPool, bench.place, { ...checkpoint, note }, []);
  await file.close();
  return checkpoint.size;
}

/** Makes every entry ten years old and prunes those past their time. */
async function prune(bench: AccessBench, minimum: number): Promise<void> {
  const admin = openPool({ url: bench.database.adminUrl, maxConnections: 1 });
  const retention = openPool({ url: bench.database.retentionUrl, maxConnections: 1 });
  const client = await admin.connect();
  try {
    await pastTriggers(client, ["audit_entry"], () =>
      client.query("UPDATE audit_entry SET at = '2015' || substr(at, 5)"),
    );
    expect(await pruneLog(retention, minimum)).toMatchObject({ outcome: "done" });
  } finally {
    client.release();
    await Promise.all([admin.end(), retention.end()]);
  }
}

/** Returns what readers see of a pruning, in a log with or without another agency's hold on a transaction. */
async function seen(isHeld: boolean): Promise<Record<string, Retention["last_pruning"]>> {
  const bench = await createAccessBench();
  try {
    await prepareLog(bench.sequencerPool, bench.place);
    const agency = await bench.person({ role: "regulator", hasKey: false });
    const staff = (duty: "privacy" | "compliance") =>
      bench.person({ role: "coordinator", duties: [duty], hasKey: false });
    const readers = {
      "another agency": bench.regulator,
      auditor: bench.auditor,
      support: bench.support,
      privacy: await staff("privacy"),
      compliance: await staff("compliance"),
      decider: bench.approver,
    };
    const size = await sign(bench);
    if (isHeld)
      await preserveTransactions(
        agency,
        NewPreservation.parse({ transactions: [...bench.transactions], reason: "18 O 3/26" }),
      );
    await prune(bench, size);
    const answers = Object.entries(readers).map(async ([name, cx]) => {
      const { last_pruning: last, minimum } = await getRetention(cx);
      expect(minimum).toBe(size);
      return [name, last && { ...last, at: "" }] as const;
    });
    return Object.fromEntries(await Promise.all(answers));
  } finally {
    await bench.close();
  }
}

it("a pruning looks the same with and without another agency's hold, and only readers of every hold see what it kept (I12)", async () => {
  const [{ decider: free, ...without }, { decider: held, ...withHold }] = [
    await seen(false),
    await seen(true),
  ];
  expect(withHold).toEqual(without);
  expect(held?.kept).toBeGreaterThan(free?.kept ?? Number.POSITIVE_INFINITY);
  expect(held?.removed).toBeLessThan(free?.removed ?? 0);
});
