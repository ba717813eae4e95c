import { randomUUID } from "node:crypto";
import { Client } from "pg";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { checkpointText } from "@/lib/audit/entry/checkpoint";
import type { AuditEvent } from "@/lib/audit/entry/event";
import { signWholeNote } from "@/lib/audit/entry/note-line";
import { recordEvent } from "@/lib/audit/record/record-event";
import type { SignerWord } from "@/lib/audit/self-check/ask-signer";
import { checkNextIndex } from "@/lib/audit/self-check/check-index";
import {
  getVerification,
  listVerifications,
  requestVerification,
} from "@/lib/audit/self-check/list-verifications";
import { recordVerifications } from "@/lib/audit/self-check/record-verifications";
import {
  runVerification,
  scheduleVerification,
  type VerifierContext,
} from "@/lib/audit/self-check/run-verifications";
import type { VerificationReport } from "@/lib/audit/self-check/schema";
import { insertCheckpoint } from "@/lib/audit/sequencer/checkpoint-store";
import { integrateBatch, prepareLog } from "@/lib/audit/sequencer/sequencer";
import { readHead } from "@/lib/audit/sequencer/store";
import { systemClock } from "@/lib/clock";
import type { Context } from "@/lib/context/context";
import { toBase64url } from "@/lib/crypto/bytes";
import { loadSigningKey, type SigningKey } from "@/lib/keystore/signing-key";
import { createLogger } from "@/lib/telemetry/logger";
import { type AuditBench, createAuditBench, createTestKeystore } from "@/lib/testing/benches/audit-bench";
import { forgeEntry } from "@/lib/testing/log/forge-entry";
import { createOwnedLog, type OwnedLog } from "@/lib/testing/log/owned-log";
import { pastTriggers, withoutEntryForm } from "@/lib/testing/log/past-triggers";

describe("records", () => {
  const logger = createLogger("test", "silent");

  let bench: OwnedLog;
  let auditor: Context;
  let admin: Client;
  let id: string;

  beforeAll(async () => {
    bench = await createOwnedLog();
    ({ auditor, admin } = bench);
  });
  afterAll(() => bench.close());

  /** A requested verification that has ended and whose end is in the log: incomplete, without the signer. */
  beforeEach(async () => {
    id = (await requestVerification(auditor)).id;
    await bench.anchor();
    const { db, instance } = bench.cx;
    const worker = {
      db,
      writer: bench.sequencerPool,
      instance,
      clock: systemClock,
      logger,
      logVkey: bench.policy.log[0] ?? "",
    };
    const rest = { certificates: [], askSigner: async () => ({ is: "absent" }) as const, everyMs: 0 };
    await runVerification({ ...worker, ...rest }, new AbortController().signal);
    await checkNextIndex({ ...bench.cx, logger });
    await recordVerifications(bench.cx);
  });

  const asOwner = (statement: string) =>
    pastTriggers(admin, ["audit_verification", "audit_index"], () => admin.query(statement, [id]));

  const SOUND = `UPDATE audit_verification SET report = report || '{"verdict":"sound","signer":"agrees"}' WHERE id = $1`;

  describe("the report of a verification", () => {
    it("the entry that records its end binds it", async () => {
      expect(await getVerification(auditor, id)).toMatchObject({
        record: "bound",
        report: { verdict: "incomplete", signer: "absent" },
      });
      expect((await listVerifications(auditor, { limit: 10 })).items[0]).toMatchObject({
        id,
        record: "bound",
      });
    });

    it.each([
      ["its verdict", SOUND],
      [
        "its findings of index rows",
        `UPDATE audit_verification SET index_report = index_report || '{"more":1}' WHERE id = $1`,
      ],
      ["how it ended", "UPDATE audit_verification SET state = 'failed', report = NULL WHERE id = $1"],
      [
        "which entry records its end",
        "UPDATE audit_verification SET end_entry_id = gen_random_uuid() WHERE id = $1",
      ],
    ])("is shown as changed when the database's owner rewrites %s", async (_, statement) => {
      await asOwner(statement);
      expect(await getVerification(auditor, id)).toMatchObject({ record: "changed" });
      expect((await listVerifications(auditor, { limit: 10 })).items[0]).toMatchObject({
        id,
        record: "changed",
      });
    });

    it("a changed report is shown as changed, also after its end was made to be recorded again; the end is recorded once", async () => {
      await asOwner(SOUND);
      await asOwner("UPDATE audit_verification SET end_entry_id = NULL WHERE id = $1");
      await recordVerifications(bench.cx);
      expect(await getVerification(auditor, id)).toMatchObject({ record: "changed" });
      const ends = await bench.appPool.query(
        `SELECT 1 FROM audit_queue WHERE subject = $1 AND entry_id IN (SELECT entry_id FROM audit_index WHERE outcome = 'failed')`,
        [`verification:${id}`],
      );
      expect(ends.rows).toHaveLength(1);
    });
  });

  describe("the requester of a verification", () => {
    it("is named to callers who know them anyway, and is a pseudonym to all others, and to all once erased", async () => {
      const by = async (cx: Context) => [
        (await getVerification(cx, id)).by,
        (await listVerifications(cx, { limit: 1 })).items[0]?.by,
      ];
      const { name, pseudonym, organisationId } = auditor.principal;
      const regulator = await bench.person({ role: "regulator" });
      expect(regulator.principal.organisationId).not.toBe(organisationId);
      const decider = await bench.person({ role: "coordinator", duties: ["approve"] });
      expect(await by(auditor)).toEqual([name, name]);
      expect(await by(decider)).toEqual([name, name]);
      expect(await by(regulator)).toEqual([pseudonym, pseudonym]);
      await pastTriggers(admin, ["audit_compartment"], () =>
        admin.query(
          "UPDATE audit_compartment SET destroyed_at = now() WHERE kind = 'subject' AND subject = $1",
          [pseudonym],
        ),
      );
      expect(await by(decider)).toEqual([pseudonym, pseudonym]);
    });
  });
});

describe("an unknown kind", () => {
  let bench: OwnedLog;
  beforeAll(async () => {
    bench = await createOwnedLog();
    await bench.anchor();
  });
  afterAll(() => bench.close());

  it("a compartment of an unknown kind does not stop a verification, and its part is named", async () => {
    const { log, tenantId } = bench.place;
    const compartmentId = randomUUID();
    await bench.admin.query(
      "ALTER TABLE audit_compartment DROP CONSTRAINT IF EXISTS audit_compartment_kind_known",
    );
    await bench.admin.query(
      "INSERT INTO audit_compartment (id, tenant_id, kind, subject, sealed_key) VALUES ($1, $2, 'x', 'x', '\\x00')",
      [compartmentId, tenantId],
    );
    const part = { c: "AAAAAAAAAAA", stored: Buffer.of(7), compartmentId };
    const id = await forgeEntry(bench.appPool, { log, tenantId }, { parts: [part] });
    await bench.anchor();
    const cx = {
      ...bench.cx,
      logger: bench.auditor.logger,
      writer: bench.sequencerPool,
      logVkey: bench.policy.log[0] ?? "",
      certificates: [],
      askSigner: async () => ({ is: "absent" as const }),
      everyMs: 1,
    };
    await scheduleVerification(cx);
    expect(await runVerification(cx, new AbortController().signal)).toBeDefined();
    expect(await checkNextIndex(bench.auditor)).toBe(true);
    const { rows } = await bench.admin.query(
      `SELECT v.index_report -> 'findings' AS findings, l.seq::int FROM audit_verification v, audit_leaf l WHERE l.entry_id = $1`,
      [id],
    );
    expect(rows).toHaveLength(1);
    const detail = `part AAAAAAAAAAA of entry ${rows[0].seq} is in a compartment of an unknown kind`;
    expect(rows[0].findings).toEqual([expect.objectContaining({ class: "part", detail, seq: rows[0].seq })]);
  });
});

describe("prunings", () => {
  const EVENT: AuditEvent = { class: "log", outcome: "done", action: "audit.read", subjects: [] };

  let bench: AuditBench;
  let admin: Client;
  let key: SigningKey;
  let signed: SignerWord = { is: "absent" };

  beforeEach(async () => {
    bench = await createAuditBench();
    await prepareLog(bench.sequencerPool, bench.place);
    key = loadSigningKey(await createTestKeystore("signer", bench.place.log), "log");
    admin = new Client({ connectionString: bench.database.adminUrl });
    await admin.connect();
  });
  afterEach(async () => {
    await admin.end();
    await bench.close();
  });

  interface Root {
    readonly size: number;
    readonly root: Uint8Array;
  }

  /** The log's own key signs every tree that the worker makes: the signer is as malicious as the worker here. */
  async function grow(count: number): Promise<Root> {
    for (let at = 0; at < count; at += 1) await recordEvent(bench.cx, EVENT);
    await integrateBatch(bench.sequencerPool, bench.place);
    const head = await readHead(bench.sequencerPool, bench.place.log);
    if (head === undefined) throw new TypeError("no head");
    const { size, root } = head;
    const note = await signWholeNote(key, checkpointText({ origin: bench.place.log, size, root }));
    await insertCheckpoint(bench.sequencerPool, bench.place, { ...head, note }, []);
    signed = { is: "signed", checkpoint: { origin: bench.place.log, size, root } };
    return { size, root };
  }

  /** Writes an entry that records a pruning, with the row that makes the sequencer take it. */
  async function sayPruned(
    minimum: number,
    checkpoint: Root,
    event: Partial<AuditEvent> = {},
  ): Promise<void> {
    const prune = { minimum, checkpoint: { size: checkpoint.size, root: toBase64url(checkpoint.root) } };
    const { id } = await withoutEntryForm(admin, () =>
      recordEvent(bench.cx, {
        class: "retention",
        outcome: "done",
        action: "log.prune",
        subjects: [],
        pub: { prune },
        ...event,
      }),
    );
    await admin.query(
      "INSERT INTO audit_prune (entry_id, tenant_id, log, minimum, size, removed, kept) VALUES ($1, $2, $3, $4, $5, 0, 0)",
      [id, bench.place.tenantId, bench.place.log, minimum, checkpoint.size],
    );
  }

  /** Removes the bytes of entries, as the database owner could. */
  async function takeBytes(below: number): Promise<void> {
    const gone = `IN (SELECT entry_id FROM audit_leaf WHERE seq < ${below})`;
    for (const [table, column] of [
      ["part", "entry_id"],
      ["index", "entry_id"],
      ["entry", "id"],
    ]) {
      await admin.query(`ALTER TABLE audit_${table} DISABLE TRIGGER USER`);
      await admin.query(`DELETE FROM audit_${table} WHERE ${column} ${gone}`);
      await admin.query(`ALTER TABLE audit_${table} ENABLE TRIGGER USER`);
    }
  }

  async function verify(): Promise<VerificationReport> {
    const cx: VerifierContext = {
      db: bench.cx.db,
      writer: bench.sequencerPool,
      instance: bench.cx.instance,
      clock: systemClock,
      logger: createLogger("test", "silent"),
      logVkey: key.vkey,
      certificates: [],
      askSigner: async () => signed,
      everyMs: 1,
    };
    await scheduleVerification(cx);
    const report = await runVerification(cx, new AbortController().signal);
    if (report === undefined) throw new TypeError("nothing was verified");
    return report;
  }

  const classes = (report: VerificationReport) => [...new Set(report.findings.map((one) => one.class))];

  describe("an entry that records a pruning", () => {
    it("explains missing entries if it names the tree that the leaves give at that size", async () => {
      const checkpoint = await grow(9);
      await sayPruned(4, checkpoint);
      await takeBytes(4);
      await grow(2);
      expect(await verify()).toMatchObject({ verdict: "sound", pruned: 4, findings: [] });
    });

    it("explains nothing if it names the root of another tree, although that tree is signed: missing entries are named", async () => {
      const checkpoint = await grow(9);
      const root = Uint8Array.from(checkpoint.root, (byte, at) => (at === 0 ? byte ^ 1 : byte));
      await sayPruned(4, { size: checkpoint.size, root });
      await takeBytes(4);
      await grow(2);
      const report = await verify();
      expect(report).toMatchObject({ verdict: "wrong", pruned: 0, first_bad: 0 });
      expect(classes(report).sort()).toEqual(["missing leaf", "pruned"]);
      expect(report.findings.filter((one) => one.class === "missing leaf").map((one) => one.seq)).toEqual([
        0, 1, 2, 3,
      ]);
      expect(report.findings.at(-1)).toMatchObject({ class: "pruned", seq: checkpoint.size });
    });

    it("explains no more than the largest accepted pruning", async () => {
      const checkpoint = await grow(9);
      await sayPruned(2, checkpoint);
      await sayPruned(6, { size: checkpoint.size - 1, root: checkpoint.root });
      await takeBytes(6);
      await grow(2);
      const report = await verify();
      expect(report).toMatchObject({ verdict: "wrong", pruned: 2, first_bad: 2 });
    });

    it.each<[string, (size: number) => [number, number, Partial<AuditEvent>]]>([
      ["prunes beyond the tree it names", (size) => [size + 1, size, {}]],
      ["names a tree that contains its own entry", (size) => [4, size + 1, {}]],
      ["is of another class", (size) => [4, size, { class: "log" }]],
    ])("explains nothing where it %s", async (_, claim) => {
      const checkpoint = await grow(9);
      const [minimum, size, event] = claim(checkpoint.size);
      await sayPruned(minimum, { ...checkpoint, size }, event);
      await takeBytes(4);
      await grow(2);
      const report = await verify();
      expect(report).toMatchObject({ verdict: "wrong", pruned: 0, first_bad: 0 });
      expect(classes(report)).toContain("pruned");
    });
  });
});
