import "server-only";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { Client } from "pg";
import { expect } from "vitest";
import { parseCheckpointText } from "@/lib/audit/entry/checkpoint";
import { chainNext, entryLeaf } from "@/lib/audit/entry/entry";
import type { AuditEvent } from "@/lib/audit/entry/event";
import { recordEvent } from "@/lib/audit/record/record-event";
import { type Agreed, recoverLog } from "@/lib/audit/recovery/recover-log";
import { checkNextIndex } from "@/lib/audit/self-check/check-index";
import { IndexReport } from "@/lib/audit/self-check/index-store";
import { mergeReports } from "@/lib/audit/self-check/merge-reports";
import { runVerification, scheduleVerification } from "@/lib/audit/self-check/run-verifications";
import { insertCheckpoint } from "@/lib/audit/sequencer/checkpoint-store";
import { integrateBatch, prepareLog } from "@/lib/audit/sequencer/sequencer";
import { storedNodes } from "@/lib/audit/sequencer/store";
import { openEntryFile } from "@/lib/audit/signer/entry-file";
import { signCheckpoint } from "@/lib/audit/signer/sign-checkpoint";
import { openSignedCopy, type SignedCopy } from "@/lib/audit/signer/signed-copy";
import { systemClock } from "@/lib/clock";
import { consistencyProofFrom, rootFrom, verifyConsistency } from "@/lib/crypto/log/merkle";
import { openNote } from "@/lib/crypto/log/signed-note";
import { openOwnerPool } from "@/lib/db/migrate";
import { loadSigningKey } from "@/lib/keystore/signing-key";
import { createLogger } from "@/lib/telemetry/logger";
import { createTestKeystore } from "@/lib/testing/benches/audit-bench";
import { createUseCaseBench } from "@/lib/testing/benches/use-case-bench";
import type { TestServer } from "@/lib/testing/servers/test-server";

/** An entry without a consequence. */
export const EVENT: AuditEvent = { class: "log", outcome: "done", action: "audit.read", subjects: [] };

/** Returns what two people agreed to: entries [from, to). */
export const agreed = (from: number, to: number): Agreed => ({
  from,
  to,
  assurance: "evaluation",
  statements: [],
});

/** Tables that a backup of the log contains. */
export const BACKED_UP = [
  "entry",
  "part",
  "index",
  "queue",
  "leaf",
  "tile",
  "head",
  "checkpoint",
  "compartment",
  "erasure",
];

/** A log with its signer's store, and a database that can be restored to an earlier state. */
export type RecoveryBench = Awaited<ReturnType<typeof createRecoveryBench>>;

/** Opens the bench; call `close` when the test is over. Without `server` it uses the shared one of a vitest run. */
export async function createRecoveryBench(options: { readonly server?: TestServer } = {}) {
  const bench = await createUseCaseBench(options);
  const key = loadSigningKey(await createTestKeystore("signer", bench.place.log), "log");
  const place = { ...bench.place, logVkey: key.vkey };
  const owner = openOwnerPool(bench.database.adminUrl, bench.database.tenantId);
  await prepareLog(bench.sequencerPool, place);
  const dir = path.join(await mkdtemp(path.join(tmpdir(), "sp-recovery-")), "log");
  const file = await openEntryFile(dir, place.log);

  const sequence = async (limit?: number): Promise<void> => {
    while ((await integrateBatch(bench.sequencerPool, place, limit)).added > 0);
  };

  async function grow(count: number): Promise<void> {
    await Promise.all(Array.from({ length: count }, () => recordEvent(bench.cx, EVENT)));
    await sequence();
  }

  async function sign() {
    // What is pruned here is young by the signer's copy.
    const from = {
      pool: bench.signerPool,
      file,
      log: place.log,
      signer: key,
      clock: systemClock,
      floorDays: 0,
    };
    const note = await signCheckpoint(from);
    const checkpoint = parseCheckpointText(openNote(note, [key.vkey]).text);
    await insertCheckpoint(bench.sequencerPool, place, { ...checkpoint, note }, []);
    return checkpoint;
  }

  /** Runs statements as the superuser of a restore, past every trigger. */
  async function asSuperuser(statements: readonly string[]): Promise<void> {
    const admin = new Client({ connectionString: bench.database.adminUrl });
    await admin.connect();
    try {
      await admin.query("BEGIN");
      const { rows } = await admin.query<{ name: string }>(
        "SELECT tablename::text AS name FROM pg_tables WHERE schemaname = 'public' AND tablename LIKE 'audit%'",
      );
      for (const { name } of rows) await admin.query(`ALTER TABLE ${name} DISABLE TRIGGER USER`);
      for (const statement of statements) await admin.query(statement);
      const always = await admin.query<{ text: string }>(
        `SELECT format('ALTER TABLE %I ENABLE ALWAYS TRIGGER %I', c.relname, t.tgname) AS text
         FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid WHERE NOT t.tgisinternal AND c.relname LIKE 'audit%'`,
      );
      for (const { text } of always.rows) await admin.query(text);
      await admin.query("COMMIT");
    } finally {
      await admin.end();
    }
  }

  const backUp = () =>
    asSuperuser(BACKED_UP.map((name) => `CREATE TABLE kept_${name} AS TABLE audit_${name}`));

  /** Restores the rows of the backup. */
  const restore = () =>
    asSuperuser(
      BACKED_UP.flatMap((name) => [
        `DELETE FROM audit_${name}`,
        `INSERT INTO audit_${name} SELECT * FROM kept_${name}`,
      ]),
    );

  async function copy(): Promise<SignedCopy> {
    const opened = await openSignedCopy(dir, place.log);
    if (opened === undefined) throw new TypeError("nothing was signed");
    return opened;
  }

  async function recover(from: number, to: number) {
    return recoverLog(owner, place, await copy(), agreed(from, to), bench.keystore);
  }

  /** Checks that the stored log is gapless and chained, and that its tiles give its root. */
  async function expectWhole(size: number): Promise<void> {
    const { rows } = await bench.appPool.query(
      "SELECT l.seq, l.leaf_hash, l.chain, e.bytes FROM audit_leaf l JOIN audit_entry e ON e.id = l.entry_id ORDER BY l.seq",
    );
    expect(rows.map((row) => Number(row.seq))).toEqual(Array.from({ length: size }, (_, at) => at));
    let chain: Uint8Array = new Uint8Array(32);
    for (const row of rows) {
      const leaf = entryLeaf(row.bytes);
      chain = chainNext(chain, leaf);
      expect([row.leaf_hash.equals(leaf), row.chain.equals(chain)]).toEqual([true, true]);
    }
    const head = await bench.appPool.query("SELECT size, root FROM audit_head");
    expect(Number(head.rows[0].size)).toBe(size);
    const root = await rootFrom(storedNodes(bench.appPool, place.log), size);
    expect(Buffer.from(root).equals(head.rows[0].root)).toBe(true);
  }

  async function expectExtends(
    before: { size: number; root: Uint8Array },
    after: { size: number; root: Uint8Array },
  ): Promise<void> {
    const nodes = storedNodes(bench.appPool, place.log);
    const proof = await consistencyProofFrom(nodes, before.size, after.size);
    const sizes = { oldSize: before.size, newSize: after.size, oldRoot: before.root, newRoot: after.root };
    expect(verifyConsistency({ ...sizes, proof })).toBe(true);
  }

  /** Runs the server's own verification, index rows included. */
  async function verify(log = place.log, logVkey = key.vkey) {
    const cx = {
      ...bench.cx,
      instance: { ...bench.cx.instance, log },
      logger: createLogger("test", "silent"),
    };
    const askSigner = async () => ({ is: "absent" }) as const;
    const worker = {
      ...cx,
      writer: bench.sequencerPool,
      clock: systemClock,
      logVkey,
      certificates: [],
      askSigner,
      everyMs: 1,
    };
    await scheduleVerification(worker);
    const report = await runVerification(worker, new AbortController().signal);
    if (report === undefined) throw new TypeError("nothing was verified");
    await checkNextIndex(cx);
    const { rows } = await bench.appPool.query(
      "SELECT index_report FROM audit_verification ORDER BY id DESC LIMIT 1",
    );
    return mergeReports(report, IndexReport.parse(rows[0].index_report));
  }

  const close = async (): Promise<void> => {
    await file.close();
    await owner.end();
    await bench.close();
  };
  return {
    ...bench,
    place,
    owner,
    dir,
    key,
    file,
    sequence,
    grow,
    sign,
    asSuperuser,
    backUp,
    restore,
    copy,
    recover,
    expectWhole,
    expectExtends,
    verify,
    close,
  };
}
