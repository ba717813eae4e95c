import { mkdtemp, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { Client, type Pool } from "pg";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { fixedClock, systemClock } from "@/lib/clock";
import { consistencyProofFrom, rootFrom, verifyConsistency } from "@/lib/crypto/merkle";
import { openNote } from "@/lib/crypto/signed-note";
import { loadSigningKey, type SigningKey } from "@/lib/custody/signing-key";
import { openOwnerPool } from "@/lib/db/migrate";
import { openPool } from "@/lib/db/pool";
import { inSnapshot } from "@/lib/db/transaction";
import { alarmsOf, refusalOf, SignerHealth } from "@/lib/http/health/judge-health";
import { readStoredHealth } from "@/lib/http/health/store";
import { serveHttp } from "@/lib/ipc/server";
import { createLogger } from "@/lib/telemetry/logger";
import { createTestKeystore } from "@/lib/testing/audit";
import { createUseCaseBench, type UseCaseBench } from "@/lib/testing/use-case-bench";
import { parseCheckpointText } from "../checkpoint";
import { chainNext, entryLeaf, parseEntry } from "../entry";
import { askErasure } from "../erasure/ask-erasure";
import { agreeToErasure } from "../erasure/decide-erasure";
import type { AuditEvent } from "../event";
import { recordEvent } from "../record-event";
import { type EntryFile, openEntryFile } from "../signer/entry-file";
import { signerHandler } from "../signer/serve-signer";
import { signCheckpoint } from "../signer/sign-checkpoint";
import { openSignedCopy, type SignedCopy } from "../signer/signed-copy";
import { checkNextIndex } from "../verification/check-index";
import { IndexReport } from "../verification/index-store";
import { mergeReports } from "../verification/merge-reports";
import { runVerification, scheduleVerification } from "../verification/run-verifications";
import { insertCheckpoint } from "../worker/checkpoint-store";
import { requireNotBehind } from "../worker/not-behind";
import { pruneLog } from "../worker/retention-store";
import { erasePrepared } from "../worker/run-retention";
import { integrateBatch, prepareLog } from "../worker/sequencer";
import { storedNodes } from "../worker/store";
import { type Agreed, planRecovery, recoverLog } from "./recover-log";
import { startNewLog } from "./start-new-log";

const EVENT: AuditEvent = { class: "log", outcome: "done", action: "audit.read", subjects: [] };
const YEAR_MS = 365 * 86_400_000;

let bench: UseCaseBench;
let owner: Pool;
let dir: string;
let key: SigningKey;
let file: EntryFile;

beforeEach(async () => {
  bench = await createUseCaseBench();
  owner = openOwnerPool(bench.database.adminUrl);
  await prepareLog(bench.sequencerPool, bench.place);
  dir = path.join(await mkdtemp(path.join(tmpdir(), "sp-recovery-")), "log");
  key = loadSigningKey(await createTestKeystore("signer", bench.place.log), "log");
  file = await openEntryFile(dir, bench.place.log);
});
afterEach(async () => {
  await file?.close();
  await owner?.end();
  await bench?.close();
});

const sequence = async (limit?: number): Promise<void> => {
  while ((await integrateBatch(bench.sequencerPool, bench.place, limit)).added > 0);
};

async function grow(count: number): Promise<void> {
  await Promise.all(Array.from({ length: count }, () => recordEvent(bench.cx, EVENT)));
  await sequence();
}

async function sign() {
  // Where something is pruned here, it is young by the signer's copy.
  const from = {
    pool: bench.signerPool,
    file,
    log: bench.place.log,
    signer: key,
    clock: systemClock,
    floorDays: 0,
  };
  const note = await signCheckpoint(from);
  const checkpoint = parseCheckpointText(openNote(note, [key.vkey]).text);
  await insertCheckpoint(bench.sequencerPool, bench.place, { ...checkpoint, note }, []);
  return checkpoint;
}

/** As the superuser of a restore: past every trigger. */
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

const TABLES = [
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

const backUp = () => asSuperuser(TABLES.map((name) => `CREATE TABLE kept_${name} AS TABLE audit_${name}`));

/** Puts back what was there when the backup was taken. */
const restore = () =>
  asSuperuser(
    TABLES.flatMap((name) => [
      `DELETE FROM audit_${name}`,
      `INSERT INTO audit_${name} SELECT * FROM kept_${name}`,
    ]),
  );

async function copy(): Promise<SignedCopy> {
  const opened = await openSignedCopy(dir, bench.place.log);
  if (opened === undefined) throw new TypeError("nothing was signed");
  return opened;
}

const agreed = (from: number, to: number): Agreed => ({ from, to, assurance: "evaluation", statements: [] });

async function recover(from: number, to: number) {
  return recoverLog(owner, bench.place, await copy(), agreed(from, to), bench.keystore);
}

/** The stored log as it stands: gapless, chained, and its tiles give its root. */
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
  const root = await rootFrom(storedNodes(bench.appPool, bench.place.log), size);
  expect(Buffer.from(root).equals(head.rows[0].root)).toBe(true);
}

async function expectExtends(
  before: { size: number; root: Uint8Array },
  after: { size: number; root: Uint8Array },
): Promise<void> {
  const nodes = storedNodes(bench.appPool, bench.place.log);
  const proof = await consistencyProofFrom(nodes, before.size, after.size);
  const sizes = { oldSize: before.size, newSize: after.size, oldRoot: before.root, newRoot: after.root };
  expect(verifyConsistency({ ...sizes, proof })).toBe(true);
}

/** The server's own verification, search rows included. */
async function verify(log = bench.place.log, logVkey = key.vkey) {
  const cx = { ...bench.cx, instance: { ...bench.cx.instance, log }, logger: createLogger("test", "silent") };
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

describe("a database restored to an earlier point, with the signer's store whole", () => {
  it("goes on with the same tree: the next checkpoint extends the last one signed before the restore (I6)", async () => {
    await grow(270);
    await backUp();
    await grow(330);
    const last = await sign();
    await restore();
    const from = { pool: bench.signerPool, file, log: bench.place.log, signer: key, clock: systemClock };
    await expect(signCheckpoint(from)).rejects.toMatchObject({ reason: "shorter" });

    // No worker integrates anything before the recovery, as long as the signer answers.
    const url = `unix:${path.dirname(dir)}/s.sock`;
    const behind = () => requireNotBehind(bench.sequencerPool, bench.place.log, url);
    await behind();
    const server = await serveHttp(url, signerHandler(from, createLogger("test", "silent")));
    await expect(behind()).rejects.toThrow("npm run recover");

    const plan = await planRecovery(owner, bench.place, await copy());
    expect([plan.to - plan.from, plan.unsigned]).toEqual([330, 0]);
    const done = await recover(plan.from, plan.to);
    expect(done.lost).toHaveLength(330);
    await expectWhole(last.size);
    await behind();
    await server.close();
    await sequence();
    await grow(40);
    const next = await sign();
    await expectExtends(last, next);
    await expectWhole(next.size);

    const { rows } = await bench.appPool.query("SELECT bytes FROM audit_entry WHERE id = $1", [
      done.entries[0],
    ]);
    const entry = parseEntry(rows[0].bytes);
    expect(entry).toMatchObject({ class: "log", outcome: "done" });
    expect(entry.pub?.recovery).toEqual({ from: plan.from, to: plan.to, lost: done.lost });
    await expect(recover(plan.from, plan.to)).rejects.toThrow("holds all that was signed");
  });

  it("is an alarm before anything is asked of the signer, and none once it is recovered", async () => {
    await grow(5);
    await sign();
    await backUp();
    const clock = fixedClock(new Date(Date.now() - 2 * 3_600_000));
    for (let at = 0; at < 4; at += 1) await recordEvent({ ...bench.cx, clock }, EVENT);
    await sequence();
    await sign();
    await restore();
    const from = { pool: bench.signerPool, file, log: bench.place.log, signer: key, clock: systemClock };
    const serve = signerHandler(from, createLogger("test", "silent"));
    const alarms = async () => {
      const none = { query: new URLSearchParams(), headers: {}, body: Buffer.alloc(0) };
      const { body } = await serve({ method: "GET", path: "/healthz", ...none });
      const stored = await inSnapshot(bench.cx, (tx) =>
        readStoredHealth(tx, bench.place.log, { own: 0, independent: 0 }),
      );
      const refused = refusalOf(SignerHealth.parse(body), stored.logSize);
      return alarmsOf(stored, [], Date.now(), { isStamping: false, refused });
    };
    expect(await alarms()).toEqual(["signer-refuses-shorter"]);
    const plan = await planRecovery(owner, bench.place, await copy());
    await recover(plan.from, plan.to);
    await sequence();
    await sign();
    expect(await alarms()).toEqual([]);
    // What comes late after it is told as ever.
    await recordEvent({ ...bench.cx, clock: fixedClock(new Date(Date.now() + 3_600_000)) }, EVENT);
    await sequence();
    await asSuperuser([
      "UPDATE audit_leaf SET integrated_at = now() + interval '2 hours' WHERE seq = (SELECT max(seq) FROM audit_leaf)",
    ]);
    expect(await alarms()).toContain("merge-delay");
  });

  it("is never called sound again: the server's verification says what was lost, and finds nothing else", async () => {
    await grow(5);
    await backUp();
    await grow(6);
    await sign();
    await restore();
    const plan = await planRecovery(owner, bench.place, await copy());
    const { lost } = await recover(plan.from, plan.to);
    await sequence();
    await sign();
    const report = await verify();
    expect(report).toMatchObject({ verdict: "wrong", first_bad: null });
    expect(report.findings).toEqual([
      { class: "lost", detail: expect.stringContaining(`appended again byte for byte; lost: ${lost[0]}`) },
    ]);
    const stored = () =>
      inSnapshot(bench.cx, (tx) => readStoredHealth(tx, bench.place.log, { own: 0, independent: 0 }));
    const alarms = async () => alarmsOf(await stored(), [], Date.now(), { isStamping: false });
    // The declared loss is shown, and is no alarm each day.
    expect(await stored()).toMatchObject({ isFoundWrong: true, declaredLosses: 1 });
    expect(await alarms()).not.toContain("log-verification-wrong");
    // What the statement does not name is no loss of this recovery: its parts must be there.
    await asSuperuser([
      "DELETE FROM audit_part WHERE entry_id = (SELECT entry_id FROM audit_leaf WHERE seq = 2)",
    ]);
    expect((await verify()).findings).toContainEqual(expect.objectContaining({ class: "part", seq: 2 }));
    expect(await alarms()).toContain("log-verification-wrong");
    // A loss that no recovery of the database's own declares is one, whatever an entry says.
    await asSuperuser(["DELETE FROM audit_recovery", "DELETE FROM audit_verification"]);
    await verify();
    expect((await stored()).declaredLosses).toBe(0);
    expect(await alarms()).toContain("log-verification-wrong");
  });

  it("keeps what was waiting in the backup whole, and moves what was integrated since behind the signed entries", async () => {
    await grow(5);
    const waiting = await Promise.all([recordEvent(bench.cx, EVENT), recordEvent(bench.cx, EVENT)]);
    await backUp();
    await sequence();
    await grow(6);
    const last = await sign();
    await restore();
    // Somebody started everything before the recovery: a fork that nobody signs.
    const after = await Promise.all(Array.from({ length: 300 }, () => recordEvent(bench.cx, EVENT)));
    await sequence();
    const from = { pool: bench.signerPool, file, log: bench.place.log, signer: key, clock: systemClock };
    await expect(signCheckpoint(from)).rejects.toMatchObject({ reason: "fork" });

    const plan = await planRecovery(owner, bench.place, await copy());
    const done = await recover(plan.from, plan.to);
    expect(done.lost).toHaveLength(6);
    expect(done.requeued).toBe(300);
    const parts = await bench.appPool.query(
      "SELECT DISTINCT entry_id FROM audit_part WHERE entry_id = ANY ($1)",
      [waiting.map((entry) => entry.id)],
    );
    expect(parts.rows).toHaveLength(2);
    await sequence();
    const next = await sign();
    await expectExtends(last, next);
    await expectWhole(next.size);
    const placed = await bench.appPool.query("SELECT seq FROM audit_leaf WHERE entry_id = ANY ($1::uuid[])", [
      after.map((entry) => entry.id),
    ]);
    expect(placed.rows).toHaveLength(300);
    expect(placed.rows.every((row) => Number(row.seq) >= last.size)).toBe(true);
  });

  it("erases again what was erased since the backup", async () => {
    const staff = (duty: "privacy" | "compliance") =>
      bench.person({ role: "coordinator", duties: [duty], hasKey: false });
    const [privacy, compliance, person] = [
      await staff("privacy"),
      await staff("compliance"),
      await bench.person({ role: "client", hasKey: false }),
    ];
    await recordEvent({ ...person, clock: fixedClock(new Date(Date.now() - 2 * YEAR_MS)) }, EVENT);
    await sequence();
    await backUp();
    const { id } = await askErasure(privacy, { subject: person.principal.handle, reason: "asked" });
    await agreeToErasure(compliance, id);
    const retention = openPool({ url: bench.database.retentionUrl, maxConnections: 1 });
    await erasePrepared({
      ...bench.place,
      pool: retention,
      appPool: bench.appPool,
      logger: createLogger("test", "silent"),
    });
    await retention.end();
    await sequence();
    const last = await sign();
    await restore();
    const keyOf = () =>
      bench.appPool.query("SELECT sealed_key FROM audit_compartment WHERE subject = $1", [
        person.principal.pseudonym,
      ]);
    expect((await keyOf()).rows[0].sealed_key).not.toBeNull();
    const plan = await planRecovery(owner, bench.place, await copy());
    expect(await recover(plan.from, plan.to)).toMatchObject({ erasedAgain: 1 });
    expect((await keyOf()).rows).toEqual([{ sealed_key: null }]);
    // The new record is sealed like the first was, so that exports and verifiers find which key it names.
    const again = await bench.appPool.query(
      `SELECT p.c FROM audit_index i JOIN audit_part p ON p.entry_id = i.entry_id
       WHERE i.action = 'compartment.erase' AND i.outcome = 'done'`,
    );
    expect(again.rows).toEqual([{ c: "org" }]);
    await sequence();
    await expectExtends(last, await sign());
  });

  it("refuses a damaged copy, another range than was agreed to, changed bytes, and everybody but the owner", async () => {
    await grow(3);
    const waiting = await recordEvent(bench.cx, EVENT);
    await backUp();
    await sequence();
    await grow(3);
    const last = await sign();
    await restore();
    const { from } = await planRecovery(owner, bench.place, await copy());
    await expect(recover(from, last.size - 1)).rejects.toThrow("what was agreed to");
    await expect(recover(from - 1, last.size)).rejects.toThrow("what was agreed to");

    const entries = path.join(dir, "entries.log");
    const whole = await readFile(entries);
    const damaged = Buffer.from(whole);
    damaged[damaged.length - 20] = (damaged[damaged.length - 20] ?? 0) ^ 1;
    await writeFile(entries, damaged);
    await expect(recover(from, last.size)).rejects.toThrow("root");
    await writeFile(entries, whole);

    await asSuperuser([`UPDATE audit_entry SET bytes = bytes || ' ' WHERE id = '${waiting.id}'`]);
    await expect(recover(from, last.size)).rejects.toThrow("something else");

    const others = [bench.appPool, bench.sequencerPool];
    for (const pool of others) {
      const attempt = recoverLog(pool, bench.place, await copy(), agreed(from, last.size), bench.keystore);
      await expect(attempt).rejects.toThrow(/permission denied|append-only/);
    }
    await expect(
      bench.sequencerPool.query(
        "SELECT set_config('sealport.recovery', pg_current_xact_id()::text, true); UPDATE audit_head SET size = 0",
      ),
    ).rejects.toThrow("only goes forward");
  });
});

describe("a log that is pruned after a recovery", () => {
  const age = () => asSuperuser(["UPDATE audit_entry SET at = '2015' || substr(at, 5)"]);
  const rejuvenate = () =>
    asSuperuser(["UPDATE audit_entry SET at = convert_from(bytes, 'UTF8')::json ->> 'at'"]);
  const kept = async (below: number) => {
    const { rows } = await bench.appPool.query(
      `SELECT l.seq::int AS seq, i.action FROM audit_leaf l JOIN audit_entry e ON e.id = l.entry_id
       JOIN audit_index i ON i.entry_id = l.entry_id WHERE l.seq < $1 ORDER BY l.seq`,
      [below],
    );
    return rows.map((row): string => (row.seq === 0 ? "first" : row.action));
  };

  it("keeps entry 0 and what its recoveries, erasures and prunings are told by, verifies, and is recovered again", async () => {
    const staff = (duty: "privacy" | "compliance") =>
      bench.person({ role: "coordinator", duties: [duty], hasKey: false });
    const [privacy, compliance] = [await staff("privacy"), await staff("compliance")];
    const person = await bench.person({ role: "client", hasKey: false });
    await recordEvent({ ...person, clock: fixedClock(new Date(Date.now() - 2 * YEAR_MS)) }, EVENT);
    await sequence();
    await backUp();
    const { id } = await askErasure(privacy, { subject: person.principal.handle, reason: "asked" });
    await agreeToErasure(compliance, id);
    const retention = openPool({ url: bench.database.retentionUrl, maxConnections: 1 });
    const logger = createLogger("test", "silent");
    await erasePrepared({ ...bench.place, pool: retention, appPool: bench.appPool, logger });
    await sequence();
    await sign();
    await restore();
    const plan = await planRecovery(owner, bench.place, await copy());
    expect(await recover(plan.from, plan.to)).toMatchObject({ erasedAgain: 1 });
    await grow(30);
    const { size } = await sign();

    await age();
    expect(await pruneLog(retention, size - 10)).toMatchObject({ outcome: "done" });
    await rejuvenate();
    const left = await kept(size - 10);
    expect(left[0]).toBe("first");
    // The erasure that came back bare, the one that repeated it, and the recovery.
    expect(left).toEqual(expect.arrayContaining(["log.recovered", "compartment.erase", "log.recovery"]));
    expect(left).not.toContain(EVENT.action);
    await grow(20);
    const second = await sign();
    await age();
    expect(await pruneLog(retention, second.size)).toMatchObject({ outcome: "done" });
    await rejuvenate();
    expect(await kept(second.size)).toContain("log.prune");
    await sequence();
    await sign();
    const pruned = await verify();
    expect(pruned.findings.map((finding) => finding.class)).toEqual(["lost"]);
    expect(pruned.pruned).toBeGreaterThan(20);

    await asSuperuser(TABLES.map((name) => `DROP TABLE kept_${name}`));
    await backUp();
    await grow(7);
    const last = await sign();
    await restore();
    const again = await planRecovery(owner, bench.place, await copy());
    await recover(again.from, again.to);
    await sequence();
    await expectExtends(last, await sign());
    const report = await verify();
    expect(report.findings.map((finding) => finding.class)).toEqual(["lost", "lost"]);
    expect(report.pruned).toBe(pruned.pruned);
    await retention.end();
  });
});

describe("the loss of the signer's store as well", () => {
  it("closes the origin for ever, and the new log's entry 0 binds the old checkpoint and names what is lost", async () => {
    await grow(4);
    await backUp();
    await grow(5);
    const from = { pool: bench.signerPool, file, log: bench.place.log, signer: key, clock: systemClock };
    const checkpoint = await signCheckpoint(from);
    const { size } = parseCheckpointText(openNote(checkpoint, [key.vkey]).text);
    await restore();
    const origin = `${bench.place.log}/2`;
    const next = { origin, checkpoint, oldVkey: key.vkey };
    const forged = checkpoint.replace(bench.place.log, "other.test/log");
    await expect(startNewLog(owner, bench.place, { ...next, checkpoint: forged })).rejects.toThrow();
    await expect(startNewLog(owner, bench.place, { ...next, origin: bench.place.log })).rejects.toThrow(
      "a name",
    );

    const started = await startNewLog(owner, bench.place, next);
    expect(started.lost).toEqual({ from: size - 5, to: size });
    const place = { ...bench.place, log: origin };
    const cx = { ...bench.cx, instance: { ...bench.cx.instance, log: origin } };
    await expect(recordEvent(bench.cx, EVENT)).rejects.toMatchObject({ code: "service.audit-unavailable" });
    await recordEvent(cx, EVENT);
    await integrateBatch(bench.sequencerPool, place);
    const { rows } = await bench.appPool.query(
      "SELECT l.entry_id, e.bytes FROM audit_leaf l JOIN audit_entry e ON e.id = l.entry_id WHERE l.log = $1 ORDER BY l.seq",
      [origin],
    );
    expect(rows).toHaveLength(2);
    expect(rows[0].entry_id).toBe(started.entryId);
    const first = parseEntry(rows[0].bytes);
    expect(first).toMatchObject({ class: "log", log: origin });
    expect(first.pub?.recovery).toEqual({ origin: bench.place.log, checkpoint, lost: started.lost });

    const newKey = loadSigningKey(await createTestKeystore("signer", origin), "log");
    const newFile = await openEntryFile(`${dir}-2`, origin);
    const note = await signCheckpoint({ ...from, file: newFile, log: origin, signer: newKey });
    expect(parseCheckpointText(openNote(note, [newKey.vkey]).text)).toMatchObject({ origin, size: 2 });
    await newFile.close();

    await insertCheckpoint(
      bench.sequencerPool,
      place,
      { ...parseCheckpointText(openNote(note, [newKey.vkey]).text), note },
      [],
    );
    expect(await verify(origin, newKey.vkey)).toMatchObject({
      verdict: "wrong",
      findings: [{ class: "lost", detail: expect.stringContaining(`lost ${size - 5}..${size - 1}`) }],
    });

    // The old one takes nothing any more, from nobody, and is not opened again.
    await expect(startNewLog(owner, bench.place, next)).rejects.toThrow("no such open log");
    await expect(prepareLog(bench.sequencerPool, bench.place)).rejects.toThrow("not opened again");
    await expect(
      bench.sequencerPool.query("UPDATE audit_head SET closed_at = NULL WHERE log = $1", [bench.place.log]),
    ).rejects.toThrow("only goes forward");
  });
});
