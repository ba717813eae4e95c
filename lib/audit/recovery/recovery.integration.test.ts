import { spawnSync } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { parseCheckpointText } from "@/lib/audit/entry/checkpoint";
import { entryLeaf, parseEntry } from "@/lib/audit/entry/entry";
import { exportLog } from "@/lib/audit/export/export-log";
import { recordEvent } from "@/lib/audit/record/record-event";
import { planRecovery, recoverLog } from "@/lib/audit/recovery/recover-log";
import { checkOldCheckpoint, startNewLog } from "@/lib/audit/recovery/start-new-log";
import { openDoor } from "@/lib/audit/recovery/store";
import { askErasure } from "@/lib/audit/retention/erasure/ask-erasure";
import { agreeToErasure } from "@/lib/audit/retention/erasure/decide-erasure";
import { erasePrepared } from "@/lib/audit/retention/run-retention";
import { pruneLog } from "@/lib/audit/retention/store";
import { ExportQuery } from "@/lib/audit/schema";
import { insertCheckpoint } from "@/lib/audit/sequencer/checkpoint-store";
import { requireNotBehind } from "@/lib/audit/sequencer/not-behind";
import { integrateBatch, prepareLog } from "@/lib/audit/sequencer/sequencer";
import { openEntryFile } from "@/lib/audit/signer/entry-file";
import { signerHandler } from "@/lib/audit/signer/serve-signer";
import { signCheckpoint } from "@/lib/audit/signer/sign-checkpoint";
import { fixedClock, systemClock } from "@/lib/clock";
import type { Context } from "@/lib/context/context";
import { utf8 } from "@/lib/crypto/bytes";
import { Frontier } from "@/lib/crypto/log/merkle";
import { openNote, vkey } from "@/lib/crypto/log/signed-note";
import { uuidv7 } from "@/lib/crypto/uuid";
import { openPool } from "@/lib/db/pool";
import { inSnapshot } from "@/lib/db/transaction";
import { alarmsOf, refusalOf, SignerHealth } from "@/lib/http/health/judge-health";
import { readStoredHealth } from "@/lib/http/health/store";
import { withProof } from "@/lib/ipc/peer-proof";
import { serveHttp } from "@/lib/ipc/server";
import { loadSigningKey } from "@/lib/keystore/signing-key";
import { createLogger } from "@/lib/telemetry/logger";
import { createTestKeystore, pinnedKeys } from "@/lib/testing/benches/audit-bench";
import {
  agreed,
  BACKED_UP,
  createRecoveryBench,
  EVENT,
  type RecoveryBench,
} from "@/lib/testing/benches/recovery-bench";
import { childArguments } from "@/lib/testing/children/child-arguments";

const YEAR_MS = 365 * 86_400_000;

let bench: RecoveryBench;

beforeEach(async () => {
  bench = await createRecoveryBench();
});
afterEach(() => bench?.close());

async function* inBatch(entries: Uint8Array[]) {
  yield entries;
}

const signing = () => ({
  pool: bench.signerPool,
  file: bench.file,
  log: bench.place.log,
  signer: bench.key,
  clock: systemClock,
});

describe("a database restored to an earlier point, with the signer's store complete", () => {
  it("continues with the same tree: the next checkpoint extends the last one signed before the restore (I6)", async () => {
    await bench.grow(270);
    await bench.backUp();
    await bench.grow(330);
    const last = await bench.sign();
    await bench.restore();
    const from = signing();
    await expect(signCheckpoint(from)).rejects.toMatchObject({ reason: "shorter" });

    // No worker integrates an entry before the recovery, if the signer answers.
    const url = `unix:${path.dirname(bench.dir)}/s.sock`;
    const signer = { signerUrl: url, logVkey: bench.key.vkey };
    const behind = () => requireNotBehind(bench.sequencerPool, bench.place.log, signer);
    await behind();
    const server = await serveHttp(
      url,
      withProof(signerHandler(from, createLogger("test", "silent")), bench.key),
    );
    await expect(behind()).rejects.toThrow("npm run recover");

    const plan = await planRecovery(bench.owner, bench.place, await bench.copy());
    expect([plan.to - plan.from, plan.unsigned]).toEqual([330, 0]);
    const done = await bench.recover(plan.from, plan.to);
    expect(done.lost).toHaveLength(330);
    await bench.expectWhole(last.size);
    await behind();
    await server.close();
    await bench.sequence();
    await bench.grow(40);
    const next = await bench.sign();
    await bench.expectExtends(last, next);
    await bench.expectWhole(next.size);

    const { rows } = await bench.appPool.query("SELECT bytes FROM audit_entry WHERE id = $1", [
      done.entries[0],
    ]);
    const entry = parseEntry(rows[0].bytes);
    expect(entry).toMatchObject({ class: "log", outcome: "done" });
    expect(entry.pub?.recovery).toEqual({ from: plan.from, to: plan.to, lost: done.lost });
    await expect(bench.recover(plan.from, plan.to)).rejects.toThrow("holds all that was signed");
  });

  it("raises an alarm before the signer is asked to sign, and none after the recovery", async () => {
    await bench.grow(5);
    await bench.sign();
    await bench.backUp();
    const clock = fixedClock(new Date(Date.now() - 2 * 3_600_000));
    for (let at = 0; at < 4; at += 1) await recordEvent({ ...bench.cx, clock }, EVENT);
    await bench.sequence();
    await bench.sign();
    await bench.restore();
    const from = signing();
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
    const plan = await planRecovery(bench.owner, bench.place, await bench.copy());
    await bench.recover(plan.from, plan.to);
    await bench.sequence();
    await bench.sign();
    expect(await alarms()).toEqual([]);
    // A late entry after the recovery is reported as usual.
    await recordEvent({ ...bench.cx, clock: fixedClock(new Date(Date.now() + 3_600_000)) }, EVENT);
    await bench.sequence();
    await bench.asSuperuser([
      "UPDATE audit_leaf SET integrated_at = now() + interval '2 hours' WHERE seq = (SELECT max(seq) FROM audit_leaf)",
    ]);
    expect(await alarms()).toContain("merge-delay");
  });

  it("never counts as sound again: the server's verification lists the losses, and finds no other fault", async () => {
    await bench.grow(5);
    await bench.backUp();
    await bench.grow(6);
    await bench.sign();
    await bench.restore();
    const plan = await planRecovery(bench.owner, bench.place, await bench.copy());
    const { lost } = await bench.recover(plan.from, plan.to);
    await bench.sequence();
    await bench.sign();
    const report = await bench.verify();
    expect(report).toMatchObject({ verdict: "wrong", first_bad: null });
    expect(report.findings).toEqual([
      { class: "lost", detail: expect.stringContaining(`appended again byte for byte; lost: ${lost[0]}`) },
    ]);
    const stored = () =>
      inSnapshot(bench.cx, (tx) => readStoredHealth(tx, bench.place.log, { own: 0, independent: 0 }));
    const alarms = async () => alarmsOf(await stored(), [], Date.now(), { isStamping: false });
    // The declared loss is shown, but raises no daily alarm.
    expect(await stored()).toMatchObject({ isFoundWrong: true, declaredLosses: 1 });
    expect(await alarms()).not.toContain("log-verification-wrong");
    // Entries that the statement does not name are not lost: their parts must be present.
    await bench.asSuperuser([
      "DELETE FROM audit_part WHERE entry_id = (SELECT entry_id FROM audit_leaf WHERE seq = 2)",
    ]);
    expect((await bench.verify()).findings).toContainEqual(
      expect.objectContaining({ class: "part", seq: 2 }),
    );
    expect(await alarms()).toContain("log-verification-wrong");
    // A loss that no recovery by the database's own function declares is a finding, whatever an entry says.
    await bench.asSuperuser(["DELETE FROM audit_recovery", "DELETE FROM audit_verification"]);
    await bench.verify();
    expect((await stored()).declaredLosses).toBe(0);
    expect(await alarms()).toContain("log-verification-wrong");
  });

  it("keeps waiting entries of the backup complete, and moves newly integrated entries behind the signed ones", async () => {
    await bench.grow(5);
    const waiting = await Promise.all([recordEvent(bench.cx, EVENT), recordEvent(bench.cx, EVENT)]);
    await bench.backUp();
    await bench.sequence();
    await bench.grow(6);
    const last = await bench.sign();
    await bench.restore();
    // Everything was started before the recovery: a fork that no signer signs.
    const after = await Promise.all(Array.from({ length: 300 }, () => recordEvent(bench.cx, EVENT)));
    await bench.sequence();
    const from = signing();
    await expect(signCheckpoint(from)).rejects.toMatchObject({ reason: "fork" });

    const plan = await planRecovery(bench.owner, bench.place, await bench.copy());
    const done = await bench.recover(plan.from, plan.to);
    expect(done.lost).toHaveLength(6);
    expect(done.requeued).toBe(300);
    const parts = await bench.appPool.query(
      "SELECT DISTINCT entry_id FROM audit_part WHERE entry_id = ANY ($1)",
      [waiting.map((entry) => entry.id)],
    );
    expect(parts.rows).toHaveLength(2);
    await bench.sequence();
    const next = await bench.sign();
    await bench.expectExtends(last, next);
    await bench.expectWhole(next.size);
    const placed = await bench.appPool.query("SELECT seq FROM audit_leaf WHERE entry_id = ANY ($1::uuid[])", [
      after.map((entry) => entry.id),
    ]);
    expect(placed.rows).toHaveLength(300);
    expect(placed.rows.every((row) => Number(row.seq) >= last.size)).toBe(true);
  });

  it("erases again what was erased since the backup", async () => {
    const staff = (duty: "privacy" | "compliance") =>
      bench.person({ role: "coordinator", duties: [duty], hasKey: false });
    const client = () => bench.person({ role: "client", hasKey: false });
    const [privacy, compliance] = [await staff("privacy"), await staff("compliance")];
    const [person, other] = [await client(), await client()];
    await recordEvent(other, EVENT);
    await recordEvent({ ...person, clock: fixedClock(new Date(Date.now() - 2 * YEAR_MS)) }, EVENT);
    await bench.sequence();
    await bench.backUp();
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
    await bench.sequence();
    const last = await bench.sign();
    await bench.restore();
    const keyOf = () =>
      bench.appPool.query("SELECT sealed_key FROM audit_compartment WHERE subject = $1", [
        person.principal.pseudonym,
      ]);
    expect((await keyOf()).rows[0].sealed_key).not.toBeNull();
    // A key that does not open keeps no other from being erased.
    const superuser = openPool({ url: bench.database.adminUrl, maxConnections: 1 });
    await superuser.query(
      `ALTER TABLE audit_compartment DISABLE TRIGGER USER;
       UPDATE audit_compartment SET sealed_key = set_byte(sealed_key, length(sealed_key) - 1, 255 - get_byte(sealed_key, length(sealed_key) - 1))
       WHERE subject = '${other.principal.pseudonym}'`,
    );
    await superuser.end();
    const plan = await planRecovery(bench.owner, bench.place, await bench.copy());
    expect(await bench.recover(plan.from, plan.to)).toMatchObject({ erasedAgain: 1, unopened: 1 });
    expect((await keyOf()).rows).toEqual([{ sealed_key: null }]);
    // The new record is sealed like the first one, so that exports and verifiers find which key it names.
    const again = await bench.appPool.query(
      `SELECT p.c FROM audit_index i JOIN audit_part p ON p.entry_id = i.entry_id
       WHERE i.action = 'compartment.erase' AND i.outcome = 'done'`,
    );
    expect(again.rows).toEqual([{ c: "org" }]);
    await bench.sequence();
    await bench.expectExtends(last, await bench.sign());
  });

  it("refuses a copy whose tree differs from a checkpoint of the database, also when the signer confirms it", async () => {
    await bench.grow(3);
    const { size } = await bench.sign();
    const frontier = Frontier.empty();
    const forged = Array.from({ length: size + 2 }, (_, at) => utf8(`forged ${at}`));
    for (const entry of forged) frontier.append(entryLeaf(entry));
    const copy = { size: frontier.size, root: frontier.root(), entries: () => inBatch(forged) };
    await expect(planRecovery(bench.owner, bench.place, copy)).rejects.toThrow(
      `the checkpoint over ${size} entries`,
    );
  });

  it("recovers nothing from an older copy that the database has whole, and refuses one that differs from it", async () => {
    await bench.grow(3);
    const { size } = await bench.sign();
    const older = await bench.copy();
    await bench.grow(2);
    const newest = await bench.sign();
    expect(await planRecovery(bench.owner, bench.place, older)).toMatchObject({ from: size, to: size });
    const forged: Uint8Array[] = [];
    for await (const batch of older.entries()) forged.push(...batch);
    forged[size - 1] = utf8("forged");
    const frontier = Frontier.empty();
    for (const entry of forged) frontier.append(entryLeaf(entry));
    const copy = { size, root: frontier.root(), entries: () => inBatch(forged) };
    await expect(planRecovery(bench.owner, bench.place, copy)).rejects.toThrow(
      `the signer's copy of ${size} entries at entry ${size - 1}, and has a checkpoint over ${newest.size}`,
    );
  });

  it("refuses a damaged copy, a range that was not agreed to, changed bytes, and every login but the owner's", async () => {
    await bench.grow(3);
    const waiting = await recordEvent(bench.cx, EVENT);
    await bench.backUp();
    await bench.sequence();
    await bench.grow(3);
    const last = await bench.sign();
    await bench.restore();
    const { from } = await planRecovery(bench.owner, bench.place, await bench.copy());
    await expect(bench.recover(from, last.size - 1)).rejects.toThrow("what was agreed to");
    await expect(bench.recover(from - 1, last.size)).rejects.toThrow("what was agreed to");

    const entries = path.join(bench.dir, "entries.log");
    const whole = await readFile(entries);
    const damaged = Buffer.from(whole);
    damaged[damaged.length - 20] = (damaged[damaged.length - 20] ?? 0) ^ 1;
    await writeFile(entries, damaged);
    await expect(bench.recover(from, last.size)).rejects.toThrow("root");
    await writeFile(entries, whole);

    await bench.asSuperuser([`UPDATE audit_entry SET bytes = bytes || ' ' WHERE id = '${waiting.id}'`]);
    await expect(bench.recover(from, last.size)).rejects.toThrow(
      "says something else in the database than was signed",
    );

    const others = [bench.appPool, bench.sequencerPool];
    for (const pool of others) {
      const attempt = recoverLog(
        pool,
        bench.place,
        await bench.copy(),
        agreed(from, last.size),
        bench.keystore,
      );
      await expect(attempt).rejects.toThrow(/permission denied|append-only/);
    }
    await expect(
      bench.sequencerPool.query(
        "SELECT set_config('sealport.recovery', pg_current_xact_id()::text, true); UPDATE audit_head SET size = 0",
      ),
    ).rejects.toThrow("only moves forward");
  });
});

describe("a log that is pruned after a recovery", () => {
  const age = () => bench.asSuperuser(["UPDATE audit_entry SET at = '2015' || substr(at, 5)"]);
  const rejuvenate = () =>
    bench.asSuperuser(["UPDATE audit_entry SET at = convert_from(bytes, 'UTF8')::json ->> 'at'"]);
  const kept = async (below: number) => {
    const { rows } = await bench.appPool.query(
      `SELECT l.seq::int AS seq, i.action FROM audit_leaf l JOIN audit_entry e ON e.id = l.entry_id
       JOIN audit_index i ON i.entry_id = l.entry_id WHERE l.seq < $1 ORDER BY l.seq`,
      [below],
    );
    return rows.map((row): string => (row.seq === 0 ? "first" : row.action));
  };

  it("keeps entry 0 and the entries of recoveries, erasures and prunings, verifies, and can be recovered again", async () => {
    const staff = (duty: "privacy" | "compliance") =>
      bench.person({ role: "coordinator", duties: [duty], hasKey: false });
    const [privacy, compliance] = [await staff("privacy"), await staff("compliance")];
    const person = await bench.person({ role: "client", hasKey: false });
    await recordEvent({ ...person, clock: fixedClock(new Date(Date.now() - 2 * YEAR_MS)) }, EVENT);
    await bench.sequence();
    await bench.backUp();
    const { id } = await askErasure(privacy, { subject: person.principal.handle, reason: "asked" });
    await agreeToErasure(compliance, id);
    const retention = openPool({ url: bench.database.retentionUrl, maxConnections: 1 });
    const logger = createLogger("test", "silent");
    await erasePrepared({ ...bench.place, pool: retention, appPool: bench.appPool, logger });
    await bench.sequence();
    await bench.sign();
    await bench.restore();
    const plan = await planRecovery(bench.owner, bench.place, await bench.copy());
    expect(await bench.recover(plan.from, plan.to)).toMatchObject({ erasedAgain: 1 });
    await bench.grow(30);
    const { size } = await bench.sign();

    await age();
    expect(await pruneLog(retention, size - 10)).toMatchObject({ outcome: "done" });
    await rejuvenate();
    const left = await kept(size - 10);
    expect(left[0]).toBe("first");
    // The erasure that was restored without parts, the repeated one, and the recovery.
    expect(left).toEqual(expect.arrayContaining(["log.recovered", "compartment.erase", "log.recovery"]));
    expect(left).not.toContain(EVENT.action);
    await bench.grow(20);
    const second = await bench.sign();
    await age();
    expect(await pruneLog(retention, second.size)).toMatchObject({ outcome: "done" });
    await rejuvenate();
    expect(await kept(second.size)).toContain("log.prune");
    await bench.sequence();
    await bench.sign();
    const pruned = await bench.verify();
    expect(pruned.findings.map((finding) => finding.class)).toEqual(["lost"]);
    expect(pruned.pruned).toBeGreaterThan(20);

    await bench.asSuperuser(BACKED_UP.map((name) => `DROP TABLE kept_${name}`));
    await bench.backUp();
    await bench.grow(7);
    const last = await bench.sign();
    await bench.restore();
    const again = await planRecovery(bench.owner, bench.place, await bench.copy());
    await bench.recover(again.from, again.to);
    await bench.sequence();
    await bench.expectExtends(last, await bench.sign());
    const report = await bench.verify();
    expect(report.findings.map((finding) => finding.class)).toEqual(["lost", "lost"]);
    expect(report.pruned).toBe(pruned.pruned);
    await retention.end();
  });
});

describe("a refused entry", () => {
  const DIGEST = "A".repeat(43);

  /** Returns an entry's canonical text, with the given tenant and public part. */
  function spelled(id: string, at: string, { tenant = "t_x", pub = "" }): string {
    const { log } = bench.place;
    return `{"at":"${at}","class":"log","id":"${id}","log":"${log}","outcome":"done",${pub}"sealed":[],"tenant":"${tenant}","v":1}`;
  }

  const AT = "2026-11-24T14:45:00.000000Z";

  /** Writes an entry without the table's rules, as they were earlier or as a restore has them. */
  async function write(id: string, text: string): Promise<void> {
    const { log, tenantId } = bench.place;
    await bench.asSuperuser([
      `INSERT INTO audit_entry (id, log, tenant_id, at, class, outcome, bytes)
     VALUES ('${id}', '${log}', '${tenantId}', '${AT}', 'log', 'done', convert_to('${text}', 'UTF8'))`,
      `INSERT INTO audit_queue (entry_id, tenant_id, subject, action) VALUES ('${id}', '${tenantId}', 'entry:${id}', 'audit.read')`,
      `INSERT INTO audit_index (entry_id, tenant_id, at, actor, action, outcome)
     VALUES ('${id}', '${tenantId}', '${AT}', 'system:x', 'audit.read', 'done')`,
    ]);
  }

  const envelope = (grp: string) =>
    `"pub":{"envelopes":[{"bd":"${DIGEST}","gen":0,"grp":"${grp}","rl":"${DIGEST}"}]},`;

  it("a recovery restores an entry that the sequencer took and the signer signed, whatever its form", async () => {
    await bench.grow(3);
    await bench.sign();
    await bench.backUp();
    const forms = [
      { tenant: "€".repeat(32) },
      { tenant: "😀".repeat(32) },
      { pub: envelope("beträge") },
      { pub: '"pub":{"checkpoint":{"größe":1}},' },
      { pub: `"pub":{"checkpoint":${"[".repeat(20)}${"]".repeat(20)}},` },
      { pub: '"pub":{"checkpoint":"\\u0000"},' },
    ];
    const ids: string[] = [];
    for (const form of forms) {
      const id = uuidv7(Date.now());
      ids.push(id);
      await write(id, spelled(id, AT, form));
    }
    await bench.grow(3);
    const last = await bench.sign();
    const placed = await bench.appPool.query("SELECT entry_id FROM audit_leaf WHERE entry_id = ANY ($1)", [
      ids,
    ]);
    expect(placed.rows).toHaveLength(forms.length);
    await bench.restore();
    const plan = await planRecovery(bench.owner, bench.place, await bench.copy());
    await bench.recover(plan.from, plan.to);
    await bench.expectWhole(last.size);
  });

  it("a recovery restores only the bytes that match the leaf, and queues no entry of another form", async () => {
    const id = uuidv7(Date.now());
    const { log, tenantId } = bench.place;
    const values = [id, log, tenantId, AT, Buffer.from(spelled(id, AT, { pub: envelope("beträge") }))];
    const insert = `INSERT INTO audit_entry (id, log, tenant_id, at, class, outcome, bytes) VALUES ($1, $2, $3, $4, 'log', 'done', $5)`;
    const leaf = `INSERT INTO audit_leaf (log, tenant_id, seq, entry_id, leaf_hash, chain)
    SELECT log, tenant_id, seq + 1, $1, leaf_hash, chain FROM audit_leaf ORDER BY seq DESC LIMIT 1`;
    const queue = `INSERT INTO audit_queue (entry_id, tenant_id, subject, action) VALUES ($1, '${tenantId}', 'entry:${id}', 'audit.read')`;
    for (const then of [leaf, queue]) {
      const client = await bench.owner.connect();
      try {
        await client.query("BEGIN");
        await openDoor(client, "recovery");
        await client.query("SET CONSTRAINTS ALL DEFERRED");
        await client.query(insert, values);
        await client.query(then, [id]);
        await expect(client.query("COMMIT")).rejects.toMatchObject({ code: "SP001" });
      } finally {
        await client.query("ROLLBACK");
        client.release();
      }
    }
  });
});

describe("a new log", () => {
  describe("the loss of the database and of the signer's store", () => {
    it("closes the origin for ever, and the new log's entry 0 binds the old checkpoint and names what is lost", async () => {
      await bench.grow(3);
      const stale = await signCheckpoint(signing());
      await bench.grow(1);
      await bench.sign();
      await bench.backUp();
      await bench.grow(5);
      const from = signing();
      const checkpoint = await signCheckpoint(from);
      const { size } = parseCheckpointText(openNote(checkpoint, [bench.key.vkey]).text);
      await bench.restore();
      const origin = `${bench.place.log}/2`;
      const next = { origin, checkpoint, oldVkey: bench.key.vkey };
      const forged = checkpoint.replace(bench.place.log, "other.test/log");
      await expect(startNewLog(bench.owner, bench.place, { ...next, checkpoint: forged })).rejects.toThrow();
      await expect(
        startNewLog(bench.owner, bench.place, { ...next, origin: bench.place.log }),
      ).rejects.toThrow("a name");
      const { rows: notes } = await bench.appPool.query(
        "SELECT size::int AS size, root, note FROM audit_checkpoint WHERE log = $1 ORDER BY size DESC LIMIT 1",
        [bench.place.log],
      );
      const newest = notes[0];
      const refusal = `the database has a newer checkpoint, of ${newest.size} entries. Save this one in a file, and name the file:\n\n${newest.note}`;
      await expect(startNewLog(bench.owner, bench.place, { ...next, checkpoint: stale })).rejects.toThrow(
        refusal,
      );
      // The head of a witness has no signature, so it counts for the database's own newest checkpoint only.
      const check = (head: { readonly size: number; readonly root: Uint8Array }) =>
        checkOldCheckpoint(bench.owner, bench.place, { ...next, checkpoint: head });
      await check(newest);
      await expect(check({ ...newest, size: newest.size - 1 })).rejects.toThrow(refusal);
      await expect(check({ ...newest, size })).rejects.toThrow(`head of ${size} entries has no signature`);
      await expect(check({ ...newest, root: new Uint8Array(32) })).rejects.toThrow("another tree");

      const started = await startNewLog(bench.owner, bench.place, next);
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
      const newFile = await openEntryFile(`${bench.dir}-2`, origin);
      const note = await signCheckpoint({ ...from, file: newFile, log: origin, signer: newKey });
      expect(parseCheckpointText(openNote(note, [newKey.vkey]).text)).toMatchObject({ origin, size: 2 });
      await newFile.close();

      await insertCheckpoint(
        bench.sequencerPool,
        place,
        { ...parseCheckpointText(openNote(note, [newKey.vkey]).text), note },
        [],
      );
      expect(await bench.verify(origin, newKey.vkey)).toMatchObject({
        verdict: "wrong",
        findings: [{ class: "lost", detail: expect.stringContaining(`lost ${size - 5}..${size - 1}`) }],
      });

      // The old log accepts no entry from any login and cannot be opened again.
      await expect(startNewLog(bench.owner, bench.place, next)).rejects.toThrow("no such open log");
      await expect(prepareLog(bench.sequencerPool, bench.place)).rejects.toThrow("cannot be reopened");
      await expect(
        bench.sequencerPool.query("UPDATE audit_head SET closed_at = NULL WHERE log = $1", [bench.place.log]),
      ).rejects.toThrow("only moves forward");
    });
  });
});

describe("words of the verifier", () => {
  let auditor: Context;
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "sp-words-"));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));
  beforeEach(async () => {
    auditor = await bench.person({ role: "auditor" });
  });

  /** The portal is configured with this key of its log. */
  function asPortal(log: string, logVkey: string): void {
    const pinned = { ...pinnedKeys(log, bench.cx.audit.receiptSigner.publicKey), log: logVkey };
    Object.assign(bench.cx.instance, { dataDir: folder, pinned });
  }

  /** Returns what `npm run verify` prints about a whole bundle, with the keys of these logs. */
  async function words(cx: Context, logKeys: readonly string[]) {
    const { response } = await exportLog(cx, ExportQuery.parse({ format: "bundle" }));
    const { name, publicKey } = bench.cx.audit.receiptSigner;
    const [bundle, policy] = [path.join(folder, "log.zip"), path.join(folder, "policy.json")];
    await writeFile(bundle, Buffer.from(await response.arrayBuffer()));
    await writeFile(policy, JSON.stringify({ log: logKeys, receipts: [vkey(name, publicKey)] }));
    const run = childArguments("scripts/verify.ts", bundle, "--policy", policy);
    const { status, stdout } = spawnSync(process.execPath, run, { encoding: "utf8" });
    return { status, stdout };
  }

  it("a recovered log never counts as verified again: the verifier says what was restored and names what is lost", async () => {
    const { log } = bench.place;
    asPortal(log, bench.key.vkey);
    await bench.grow(5);
    await bench.backUp();
    await bench.grow(4);
    const { size } = await bench.sign();
    await bench.restore();
    const done = await bench.recover(size - 4, size);
    await bench.sequence();
    await bench.sign();
    const { status, stdout } = await words(auditor, [bench.key.vkey]);
    expect([status, stdout.split("\n")[0]]).toEqual([1, expect.stringMatching(/^WRONG/)]);
    expect(stdout).toContain(`entries ${size - 4}..${size - 1} were appended again byte for byte; lost: `);
    for (const name of done.lost) expect(stdout).toContain(name);
    expect(stdout.match(/^ *part/gm)).toBeNull();
  });

  it("a log that follows a lost one never counts as verified: the verifier names the range and who signed for it", async () => {
    await bench.grow(4);
    await bench.backUp();
    await bench.grow(5);
    const checkpoint = await signCheckpoint(signing());
    const { size } = parseCheckpointText(openNote(checkpoint, [bench.key.vkey]).text);
    await bench.restore();
    const log = `${bench.place.log}/2`;
    await startNewLog(bench.owner, bench.place, { origin: log, checkpoint, oldVkey: bench.key.vkey });
    const signer = loadSigningKey(await createTestKeystore("signer", log), "log");
    const file = await openEntryFile(`${bench.dir}-2`, log);
    const note = await signCheckpoint({ ...signing(), file, log, signer });
    await file.close();
    const signed = parseCheckpointText(openNote(note, [signer.vkey]).text);
    const place = { ...bench.place, log };
    await insertCheckpoint(bench.sequencerPool, place, { ...signed, note }, []);
    asPortal(log, signer.vkey);
    const cx = { ...auditor, instance: { ...auditor.instance, log } };
    const { status, stdout } = await words(cx, [signer.vkey, bench.key.vkey]);
    expect([status, stdout.split("\n")[0]]).toEqual([1, expect.stringMatching(/^WRONG/)]);
    expect(stdout).toContain(`lost ${size - 5}..${size - 1} of the log ${bench.place.log}`);
    expect(stdout).toContain("the lost log's key signed the checkpoint that the recovery names");
    const alone = await words(cx, [signer.vkey]);
    expect([alone.status, alone.stdout]).toEqual([1, expect.stringContaining("was not checked")]);
    await integrateBatch(bench.sequencerPool, place);
  });
});
