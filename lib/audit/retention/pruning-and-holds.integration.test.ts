import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { Client, type Pool } from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { preserveTransactions } from "@/lib/access/preservations/preserve-transactions";
import { NewPreservation } from "@/lib/access/preservations/schema";
import { parseCheckpointText } from "@/lib/audit/entry/checkpoint";
import { listEvents } from "@/lib/audit/reading/list-events";
import { recordEvent } from "@/lib/audit/record/record-event";
import { getRetention } from "@/lib/audit/retention/get-retention";
import type { Retention } from "@/lib/audit/retention/schema";
import { pruneLog } from "@/lib/audit/retention/store";
import { EventQuery } from "@/lib/audit/schema";
import { insertCheckpoint } from "@/lib/audit/sequencer/checkpoint-store";
import { integrateBatch, prepareLog } from "@/lib/audit/sequencer/sequencer";
import { openEntryFile } from "@/lib/audit/signer/entry-file";
import { signCheckpoint } from "@/lib/audit/signer/sign-checkpoint";
import { fixedClock, systemClock } from "@/lib/clock";
import { openNote } from "@/lib/crypto/log/signed-note";
import { uuidv7 } from "@/lib/crypto/uuid";
import { openOwnerPool } from "@/lib/db/migrate";
import { openPool } from "@/lib/db/pool";
import { loadSigningKey } from "@/lib/keystore/signing-key";
import { type AccessBench, createAccessBench } from "@/lib/testing/benches/access-bench";
import { createTestKeystore } from "@/lib/testing/benches/audit-bench";
import { createLogBench, type LogBench } from "@/lib/testing/benches/log-bench";
import { pastTriggers } from "@/lib/testing/log/past-triggers";

describe("the last pruning", () => {
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
});

describe("a hold that ends", () => {
  let bench: LogBench;
  let owner: Pool;
  let retention: Pool;

  beforeAll(async () => {
    bench = await createLogBench({ floorDays: 0 });
    owner = openOwnerPool(bench.database.adminUrl, bench.database.tenantId);
    retention = openPool({ url: bench.database.retentionUrl, maxConnections: 2 });
  });
  afterAll(async () => {
    await Promise.all([retention?.end(), owner?.end()]);
    await bench?.close();
  });

  /** Returns refusals to prune, as any auditor reads them. */
  async function refusals(auditor: Awaited<ReturnType<LogBench["person"]>>): Promise<number> {
    await bench.anchor();
    const query = EventQuery.parse({ action: "log.prune", outcome: "denied", limit: "200" });
    return (await listEvents(auditor, query)).items.length;
  }

  /**
   * Writes entries about one transaction and makes everything before them as old and about it too. Returns the next
   * number.
   */
  async function oldEntries(transaction: string): Promise<number> {
    const clock = fixedClock(new Date(Date.now() - 8 * 365 * 86_400_000));
    for (let at = 0; at < 3; at += 1)
      await recordEvent(
        { ...bench.cx, clock },
        {
          class: "log",
          outcome: "done",
          action: "audit.read",
          subjects: [],
          index: { transactionId: transaction },
        },
      );
    await bench.anchor();
    const { rows } = await owner.query(
      "SELECT max(l.seq)::int + 1 AS past FROM audit_leaf l JOIN audit_entry e ON e.id = l.entry_id WHERE e.at < '2020'",
    );
    const past: number = rows[0].past;
    const admin = new Client({ connectionString: bench.database.adminUrl });
    await admin.connect();
    const below = "(SELECT entry_id FROM audit_leaf WHERE seq < $1)";
    await pastTriggers(admin, ["audit_entry", "audit_index"], async () => {
      await admin.query(`UPDATE audit_entry SET at = '2015' || substr(at, 5) WHERE id IN ${below}`, [past]);
      await admin.query(`UPDATE audit_index SET transaction_id = $2 WHERE entry_id IN ${below}`, [
        past,
        transaction,
      ]);
    });
    await admin.end();
    return past;
  }

  /** Runs a statement about a hold, with the entry that the database requires. */
  async function aboutHold(action: string, id: string, text: string, values: unknown[]): Promise<void> {
    const client = await owner.connect();
    await client.query("BEGIN");
    await client.query(text, values);
    await client.query("SELECT audit_write('done', 'access', $1, NULL, ARRAY[$2::text])", [
      action,
      `preservation:${id}`,
    ]);
    await client.query("COMMIT");
    client.release();
  }

  it("a pruning step that another agency's hold stops is recorded once, and not at each try", async () => {
    const transaction = uuidv7(1);
    const auditor = await bench.person({ role: "auditor", hasKey: false });
    const past = await oldEntries(transaction);
    await aboutHold(
      "preservation.create",
      transaction,
      `INSERT INTO preservation (id, tenant_id, requested_by, transactions, reason, state, until)
     VALUES ($1, $2, $1, $3, 'court', 'active', now() + interval '90 days')`,
      [transaction, bench.place.tenantId, [transaction]],
    );
    const before = await refusals(auditor);
    const held = { outcome: "denied", reason: "hold", removed: 0 };
    expect(await pruneLog(retention, past)).toMatchObject({ ...held, entry: expect.any(String) });
    for (const minimum of [past, past - 1, past])
      expect(await pruneLog(retention, minimum)).toMatchObject({ ...held, entry: null });
    expect(await refusals(auditor)).toBe(before + 1);

    await aboutHold(
      "preservation.release",
      transaction,
      "UPDATE preservation SET state = 'released', released_at = now() WHERE id = $1",
      [transaction],
    );
    expect(await pruneLog(retention, past)).toMatchObject({ outcome: "done", reason: null });
    expect(await refusals(auditor)).toBe(before + 1);
  });
});
