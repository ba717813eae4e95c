import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Policy } from "@/lib/audit/bundle-verifier/claims/bundle-format";
import { verifyBundle } from "@/lib/audit/bundle-verifier/verify-bundle";
import type { AuditEvent } from "@/lib/audit/entry/event";
import { requestOf } from "@/lib/audit/export/export-log";
import { downloadExport } from "@/lib/audit/export/jobs/download-export";
import { requestExport } from "@/lib/audit/export/jobs/request-export";
import { runNextExport } from "@/lib/audit/export/jobs/run-export";
import { produceExport } from "@/lib/audit/export/produce-export";
import { getEvent } from "@/lib/audit/reading/get-event";
import { recordEvent } from "@/lib/audit/record/record-event";
import { askErasure } from "@/lib/audit/retention/erasure/ask-erasure";
import { agreeToErasure } from "@/lib/audit/retention/erasure/decide-erasure";
import { erasePrepared } from "@/lib/audit/retention/run-retention";
import { NewExport } from "@/lib/audit/schema";
import { integrateBatch } from "@/lib/audit/sequencer/sequencer";
import { fixedClock } from "@/lib/clock";
import type { Context } from "@/lib/context/context";
import { fromBase64url, toBase64url } from "@/lib/crypto/bytes";
import { keyMark, keyProof, markOfProof } from "@/lib/crypto/log/audit-part";
import { randomBytes } from "@/lib/crypto/primitives";
import { uuidv7 } from "@/lib/crypto/uuid";
import { openPool } from "@/lib/db/pool";
import { inRawSnapshot } from "@/lib/db/transaction";
import { findReaderById } from "@/lib/identity/people/holders-store";
import { createLogger } from "@/lib/telemetry/logger";
import { erasureOf } from "@/lib/testing/log/erasure-of";
import { rewriteEntry } from "@/lib/testing/log/forge-entry";
import { createOwnedLog, type OwnedLog } from "@/lib/testing/log/owned-log";
import { pastTriggers } from "@/lib/testing/log/past-triggers";

describe("later acts", () => {
  // The database owner keeps an erased key, still sealed, as a second row under the person's own name, so the person's
  // later acts are sealed with it. Their parts are then moved to the first row, whose key was destroyed according to an
  // entry.

  let bench: OwnedLog;
  beforeAll(async () => {
    bench = await createOwnedLog();
  });
  afterAll(() => bench.close());
  const event = { class: "log", outcome: "done", action: "audit.keys", subjects: [] } as const;

  it("an erasure does not make parts of later acts count as erased, in a bundle, a table or an answer", async () => {
    const person = await bench.person({ role: "client", hasKey: false });
    const past = fixedClock(new Date(Date.now() - 3_600_000));
    await recordEvent({ ...person, clock: past }, event);
    const { rows } = await bench.admin.query(
      "SELECT id::text FROM audit_compartment WHERE kind = 'subject' AND subject = $1",
      [person.principal.pseudonym],
    );
    const first = rows[0].id;
    const erasure = await erasureOf(bench.cx, first);
    const tables = ["audit_compartment", "audit_part"];
    await pastTriggers(bench.admin, tables, async () => {
      await bench.admin.query(
        "CREATE TEMP TABLE kept_key AS SELECT sealed_key FROM audit_compartment WHERE id = $1",
        [first],
      );
      await bench.admin.query(
        "UPDATE audit_compartment SET sealed_key = NULL, destroyed_at = now() WHERE id = $1",
        [first],
      );
    });
    past.advance(60_000);
    await recordEvent({ ...bench.auditor, clock: past }, erasure);
    await pastTriggers(bench.admin, tables, () =>
      bench.admin.query(
        `INSERT INTO audit_compartment (id, tenant_id, kind, subject, sealed_key, nth)
       SELECT gen_random_uuid(), c.tenant_id, c.kind, c.subject, k.sealed_key, 0 FROM audit_compartment c, kept_key k WHERE c.id = $1`,
        [first],
      ),
    );
    bench.cx.audit.compartments.forget(first);
    const { id: later } = await recordEvent(person, event);
    await pastTriggers(bench.admin, tables, async () => {
      await bench.admin.query(
        `UPDATE audit_part SET compartment_id = $1 WHERE compartment_id IN
        (SELECT id FROM audit_compartment WHERE subject = $2 AND id <> $1)`,
        [first, person.principal.pseudonym],
      );
      await bench.admin.query("DELETE FROM audit_compartment WHERE subject = $1 AND id <> $2", [
        person.principal.pseudonym,
        first,
      ]);
    });
    await bench.anchor();
    const { rows: at } = await bench.admin.query("SELECT seq::int FROM audit_leaf WHERE entry_id = $1", [
      later,
    ]);
    const query = { actor: person.principal.pseudonym };
    const bundle = await bench.reported(query);
    const csv = Buffer.from(await bench.exported({ format: "csv", ...query })).toString();
    const { erased } = await getEvent(bench.auditor, at[0].seq);
    expect([bundle.verdict, csv.split("[erased]").length - 1, erased?.[0]?.is_recorded]).toEqual([
      "wrong",
      1,
      false,
    ]);
  });
});

describe("another person", () => {
  let bench: OwnedLog;
  beforeAll(async () => {
    bench = await createOwnedLog();
  });
  afterAll(() => bench.close());

  /** A person with one entry, and their compartment. */
  async function acted(): Promise<{ person: Context; entry: string; compartment: string }> {
    const person = await bench.person({ role: "client" });
    const event = { class: "log", outcome: "done", action: "audit.keys", subjects: [] } as const;
    const { id: entry } = await recordEvent(person, event);
    const { rows } = await bench.admin.query(
      "SELECT id::text FROM audit_compartment WHERE kind = 'subject' AND subject = $1",
      [person.principal.pseudonym],
    );
    return { person, entry, compartment: rows[0].id };
  }

  /** Erases a person's compartment as the retention role does, with an entry that names its key. */
  async function erase(compartment: string): Promise<void> {
    const erasure = await erasureOf(bench.cx, compartment);
    await pastTriggers(bench.admin, ["audit_compartment"], () =>
      bench.admin.query(
        "UPDATE audit_compartment SET sealed_key = NULL, destroyed_at = now() WHERE id = $1",
        [compartment],
      ),
    );
    await recordEvent(bench.auditor, erasure);
    await bench.anchor();
  }

  it("the erasure of one person does not make parts of another count as erased", async () => {
    const one = await acted();
    const other = await acted();
    await erase(one.compartment);
    // The erased person has no other data left, as after a pruning or with a filter.
    const { rows } = await bench.admin.query("SELECT seq::int FROM audit_leaf WHERE entry_id = $1", [
      other.entry,
    ]);
    await pastTriggers(bench.admin, ["audit_part", "audit_compartment"], async () => {
      await bench.admin.query(
        `UPDATE audit_part p SET compartment_id = $2 FROM audit_compartment k
       WHERE p.entry_id = $1 AND k.id = p.compartment_id AND k.kind = 'subject'`,
        [other.entry, one.compartment],
      );
      await bench.admin.query("UPDATE audit_compartment SET subject = $2 WHERE id = $1", [
        one.compartment,
        other.person.principal.pseudonym,
      ]);
    });
    const query = { actor: other.person.principal.pseudonym };
    const { verdict, findings } = await bench.reported(query);
    expect(verdict).toBe("wrong");
    expect(findings.map((found) => `${found.class} ${found.seq}: ${found.detail}`)).toEqual([
      expect.stringMatching(`^erased ${rows[0].seq}: part .* has no key and is not listed as erased`),
    ]);
    const csv = Buffer.from(await bench.exported({ format: "csv", ...query })).toString();
    expect([csv.includes("[erased]"), csv.split("[key missing]").length]).toEqual([false, 2]);
    const { erased } = await getEvent(bench.auditor, rows[0].seq);
    expect(erased).toEqual([expect.objectContaining({ by_seq: null, is_recorded: false })]);
  });

  it("an erasure that two people agreed to and the worker carried out explains only that person's parts", async () => {
    const before = (await bench.reported()).findings.length;
    const person = await bench.person({ role: "client", hasKey: false });
    const clock = fixedClock(new Date(Date.now() - 2 * 365 * 86_400_000));
    const event = { class: "log", outcome: "done", action: "audit.keys", subjects: [] } as const;
    for (let n = 0; n < 2; n += 1) await recordEvent({ ...person, clock }, event);
    const privacy = await bench.person({ role: "coordinator", duties: ["privacy"] });
    const compliance = await bench.person({ role: "coordinator", duties: ["compliance"] });
    const { id } = await askErasure(privacy, {
      subject: person.principal.handle ?? "",
      reason: "on request",
    });
    await agreeToErasure(compliance, id);
    const retention = openPool({ url: bench.database.retentionUrl, maxConnections: 1 });
    const logger = createLogger("test", "silent");
    expect(await erasePrepared({ ...bench.place, pool: retention, appPool: bench.appPool, logger })).toBe(1);
    await retention.end();
    const done = await bench.admin.query("SELECT state FROM audit_erasure WHERE id = $1", [id]);
    expect(done.rows).toEqual([{ state: "done" }]);
    await bench.anchor();
    const report = await bench.reported({ actor: person.principal.pseudonym });
    expect([report.verdict, report.findings]).toEqual(["verified", []]);
    expect(report.notes).toContainEqual(expect.objectContaining({ class: "erased", count: 2 }));
    expect((await bench.reported()).findings).toHaveLength(before);
  });
});

describe("another kind of compartment", () => {
  const EVENT: AuditEvent = { class: "log", outcome: "done", action: "audit.read", subjects: [] };

  let bench: OwnedLog;
  beforeAll(async () => {
    bench = await createOwnedLog();
  });
  afterAll(() => bench.close());

  it("the erasure of a person without other data does not make a case part count as erased", async () => {
    const decider = await bench.person({ role: "auditor", duties: ["approve"] });
    const caseId = uuidv7(1);
    const entries = [1, 2].map((order) => ({ ...EVENT, caseId, caseDetails: { order } }));
    const made: string[] = [];
    for (const event of entries) made.push((await recordEvent(bench.cx, event)).id);
    // The compartment of a person whose entries were pruned and whose key was erased.
    const compartment = uuidv7(2);
    const key = new Uint8Array(32).fill(8);
    const marks = { key_mark: keyMark(key), key_proof: keyProof(key) };
    await bench.admin.query(
      `INSERT INTO audit_compartment (id, tenant_id, kind, subject, sealed_key, destroyed_at)
       VALUES ($1, $2, 'subject', 'Dana Weiss', NULL, now())`,
      [compartment, bench.place.tenantId],
    );
    await recordEvent(bench.auditor, {
      class: "retention",
      outcome: "done",
      action: "compartment.erase",
      subjects: [],
      details: { compartment, key_digest: "A".repeat(43), ...marks },
    });
    await bench.anchor();
    expect(await bench.verdict({}, decider)).toEqual({ verdict: "verified", classes: [] });
    await pastTriggers(bench.admin, ["audit_part", "audit_compartment"], async () => {
      await bench.admin.query(
        `UPDATE audit_part p SET compartment_id = $2 FROM audit_compartment k
       WHERE p.entry_id = ANY ($1::uuid[]) AND k.id = p.compartment_id AND k.kind = 'case'`,
        [made, compartment],
      );
      await bench.admin.query("UPDATE audit_compartment SET kind = 'case', subject = $2 WHERE id = $1", [
        compartment,
        caseId,
      ]);
    });
    const { verdict, findings } = await bench.reported({}, decider);
    expect([verdict, findings.map((one) => one.class)]).toEqual(["wrong", ["erased", "erased"]]);
    const csv = Buffer.from(await bench.exported({ format: "csv" }, decider)).toString();
    expect([csv.includes("[erased]"), csv.split("[key missing]").length]).toEqual([false, 3]);
  });
});

describe("another key named", () => {
  // An entry is forged as under "a forged erasure", but before an erasure is requested. It
  // names the victim's compartment and the mark of a key that never existed, with a proof of it.

  let bench: OwnedLog;
  beforeAll(async () => {
    bench = await createOwnedLog();
  });
  afterAll(() => bench.close());

  const event = { class: "log", outcome: "done", action: "audit.keys", subjects: [] } as const;

  /** An entry that is kept from the tree, with the key of its org part as a reader gets it. */
  async function keptBack(): Promise<{ id: string; partKey: Uint8Array }> {
    const reader = await bench.person({ role: "coordinator" });
    const { id } = await recordEvent(reader, event);
    const far = 1_000_000;
    await pastTriggers(bench.admin, ["audit_queue", "audit_leaf"], async () => {
      await bench.admin.query("DELETE FROM audit_queue WHERE entry_id = $1", [id]);
      await bench.admin.query(
        `INSERT INTO audit_leaf (log, seq, entry_id, tenant_id, leaf_hash, chain)
       SELECT log, $2, id, tenant_id, decode(repeat('00', 32), 'hex'), decode(repeat('00', 32), 'hex')
       FROM audit_entry WHERE id = $1`,
        [id, far],
      );
    });
    const part = (await getEvent(reader, far)).parts.find(({ c }) => c === "org");
    await pastTriggers(bench.admin, ["audit_leaf"], () =>
      bench.admin.query("DELETE FROM audit_leaf WHERE seq = $1", [far]),
    );
    return { id, partKey: fromBase64url(part?.part_key ?? "") };
  }

  it("an erasure that names a compartment with another key does not hide a later honest erasure of it", async () => {
    const person = await bench.person({ role: "client", hasKey: false });
    const clock = fixedClock(new Date(Date.now() - 2 * 365 * 86_400_000));
    await recordEvent({ ...person, clock }, event);
    const { rows: of } = await bench.admin.query(
      "SELECT id::text FROM audit_compartment WHERE kind = 'subject' AND subject = $1",
      [person.principal.pseudonym],
    );
    await bench.anchor();
    const kept = await keptBack();
    const key_proof = toBase64url(randomBytes(32));
    const key_digest = toBase64url(randomBytes(32));
    const named = { compartment: of[0].id, key_digest, key_mark: markOfProof(key_proof), key_proof };
    await rewriteEntry(bench.admin, {
      ...kept,
      action: "compartment.erase",
      org: { actor: "system:retention", details: named },
      pub: { thumbprint: key_digest },
      isQueued: true,
    });
    await bench.anchor();

    const privacy = await bench.person({ role: "coordinator", duties: ["privacy"] });
    const compliance = await bench.person({ role: "coordinator", duties: ["compliance"] });
    const { id } = await askErasure(privacy, {
      subject: person.principal.handle ?? "",
      reason: "on request",
    });
    await agreeToErasure(compliance, id);
    const retention = openPool({ url: bench.database.retentionUrl, maxConnections: 1 });
    const logger = createLogger("test", "silent");
    expect(await erasePrepared({ ...bench.place, pool: retention, appPool: bench.appPool, logger })).toBe(1);
    await retention.end();
    await bench.anchor();

    const report = await bench.reported({ actor: person.principal.pseudonym });
    expect([report.verdict, report.findings]).toEqual(["verified", []]);
    expect(report.notes).toContainEqual(expect.objectContaining({ class: "erased", count: 1 }));
    const { rows } = await bench.admin.query(
      "SELECT l.seq::int FROM audit_leaf l JOIN audit_index i ON i.entry_id = l.entry_id WHERE i.actor = $1",
      [person.principal.pseudonym],
    );
    const { erased } = await getEvent(bench.auditor, rows[0].seq);
    expect(erased).toEqual([expect.objectContaining({ is_recorded: true })]);
  });
});

describe("a second number", () => {
  // As under "a forged erasure", but no query about an entry without a number is falsified. The owner changes an
  // entry of the tree, whose part key is in old bundles, and adds it to the tree again with the same id.

  let bench: OwnedLog;
  beforeAll(async () => {
    bench = await createOwnedLog();
  });
  afterAll(() => bench.close());
  const event = { class: "log", outcome: "done", action: "audit.keys", subjects: [] } as const;
  const seqOf = async (entry: string): Promise<number> =>
    (await bench.admin.query("SELECT seq::int FROM audit_leaf WHERE entry_id = $1", [entry])).rows[0].seq;
  async function orgOf(entry: string) {
    const org = (await getEvent(bench.auditor, await seqOf(entry))).parts.find(({ c }) => c === "org");
    if (org === undefined) throw new TypeError("no org part");
    return { key: fromBase64url(org.part_key), said: org.plaintext };
  }

  it("a changed entry with a second number does not make a part count as erased", async () => {
    const victim = await bench.person({ role: "client", hasKey: false });
    const { id: theirs } = await recordEvent(victim, event);
    const { id } = await recordEvent(bench.auditor, event);
    await bench.anchor();
    const { key_mark } = (await orgOf(theirs)).said.person as { key_mark: string };
    const { key } = await orgOf(id);
    await bench.anchor();
    const { rows: of } = await bench.admin.query(
      "SELECT id::text FROM audit_compartment WHERE kind = 'subject' AND subject = $1",
      [victim.principal.pseudonym],
    );
    const other = uuidv7(Date.now());
    const key_digest = toBase64url(randomBytes(32));
    await pastTriggers(bench.admin, ["audit_leaf", "audit_entry"], async () => {
      await bench.admin.query("CREATE TEMP TABLE kept AS SELECT * FROM audit_leaf WHERE entry_id = $1", [id]);
      await bench.admin.query("CREATE TEMP TABLE kept_entry AS SELECT * FROM audit_entry WHERE id = $1", [
        id,
      ]);
      await bench.admin.query("DELETE FROM audit_leaf WHERE entry_id = $1", [id]);
    });
    const details = { compartment: of[0].id, key_digest, key_mark };
    await rewriteEntry(bench.admin, {
      id,
      partKey: key,
      action: "compartment.erase",
      org: { actor: "system:retention", details },
      pub: { thumbprint: key_digest },
      isQueued: true,
    });
    await pastTriggers(bench.admin, ["audit_compartment"], () =>
      bench.admin.query(
        "UPDATE audit_compartment SET sealed_key = NULL, destroyed_at = now() WHERE id = $1",
        [of[0].id],
      ),
    );
    await bench.anchor();
    // Its first number stays unchanged: its bytes are stored with another row's id.
    await pastTriggers(bench.admin, ["audit_leaf", "audit_entry", "audit_index"], async () => {
      await bench.admin.query(
        `INSERT INTO audit_entry SELECT (jsonb_populate_record(e, jsonb_build_object('id', $2::text))).* FROM kept_entry e WHERE e.id = $1`,
        [id, other],
      );
      await bench.admin.query(
        `INSERT INTO audit_index SELECT (jsonb_populate_record(i, jsonb_build_object('entry_id', $2::text, 'action', 'audit.keys'))).*
       FROM audit_index i WHERE i.entry_id = $1`,
        [id, other],
      );
      await bench.admin.query(
        `INSERT INTO audit_leaf SELECT (jsonb_populate_record(l, jsonb_build_object('entry_id', $1::text))).* FROM kept l`,
        [other],
      );
    });
    const filtered = await bench.reported({ actor: victim.principal.pseudonym });
    expect([filtered.verdict, filtered.notes.map((note) => note.class)]).toEqual([
      "wrong",
      expect.not.arrayContaining(["erased"]),
    ]);
  });
});

describe("a forged erasure", () => {
  // The erasing entry itself is forged. The owner keeps an entry from the sequencer and gives it a number of their own.
  // A reader (who only reads org parts) opens it and has its part key. With that key the owner seals an org part with
  // the victim's mark that the reader saw. Tree, signer and bundle are then correct.

  let bench: OwnedLog;
  beforeAll(async () => {
    bench = await createOwnedLog();
  });
  afterAll(() => bench.close());

  const event = { class: "log", outcome: "done", action: "audit.keys", subjects: [] } as const;

  it("an entry that the owner forged with a reader's part key does not make a part count as erased", async () => {
    const victim = await bench.person({ role: "client" });
    const reader = await bench.person({ role: "coordinator" });
    const { id: theirs } = await recordEvent(victim, event);
    await bench.anchor();
    const { rows: at } = await bench.admin.query("SELECT seq::int FROM audit_leaf WHERE entry_id = $1", [
      theirs,
    ]);
    const org = (await getEvent(reader, at[0].seq)).parts.find(({ c }) => c === "org");
    if (org === undefined) throw new TypeError("no org part");
    const { key_mark } = org.plaintext.person as { key_mark: string };
    await bench.anchor();
    expect((await bench.reported()).verdict).toBe("verified");
    await bench.anchor();

    const { id } = await recordEvent(reader, event);
    const far = 1_000_000;
    await pastTriggers(bench.admin, ["audit_queue", "audit_leaf"], async () => {
      await bench.admin.query("DELETE FROM audit_queue WHERE entry_id = $1", [id]);
      await bench.admin.query(
        `INSERT INTO audit_leaf (log, seq, entry_id, tenant_id, leaf_hash, chain)
       SELECT log, $2, id, tenant_id, decode(repeat('00', 32), 'hex'), decode(repeat('00', 32), 'hex')
       FROM audit_entry WHERE id = $1`,
        [id, far],
      );
    });
    const part = (await getEvent(reader, far)).parts.find(({ c }) => c === "org");
    await pastTriggers(bench.admin, ["audit_leaf"], () =>
      bench.admin.query("DELETE FROM audit_leaf WHERE seq = $1", [far]),
    );
    const { rows: of } = await bench.admin.query(
      "SELECT id::text FROM audit_compartment WHERE kind = 'subject' AND subject = $1",
      [victim.principal.pseudonym],
    );
    const key_digest = toBase64url(randomBytes(32));
    await rewriteEntry(bench.admin, {
      id,
      partKey: fromBase64url(part?.part_key ?? ""),
      action: "compartment.erase",
      org: { actor: "system:retention", details: { compartment: of[0].id, key_digest, key_mark } },
      pub: { thumbprint: key_digest },
      isQueued: true,
    });
    await pastTriggers(bench.admin, ["audit_compartment"], () =>
      bench.admin.query(
        "UPDATE audit_compartment SET sealed_key = NULL, destroyed_at = now() WHERE id = $1",
        [of[0].id],
      ),
    );
    await bench.anchor();
    const report = await bench.reported({ actor: victim.principal.pseudonym });
    const whole = await bench.reported();
    expect([report.verdict, whole.verdict, report.notes.map((note) => note.class)]).toEqual([
      "wrong",
      "wrong",
      expect.not.arrayContaining(["erased"]),
    ]);
  });
});

describe("an erasure without a number", () => {
  const HOUR_MS = 60 * 60_000;
  const NOBODYS = "01936f2a-7c1b-7def-8a10-999999999999";

  let bench: OwnedLog;
  let auditor: Context;
  /** The same auditor, an hour later. */
  let late: Context;

  beforeAll(async () => {
    bench = await createOwnedLog();
    ({ auditor } = bench);
    late = ahead(auditor, HOUR_MS);
  });
  afterAll(() => bench.close());

  /** The same context with a clock that is ahead. */
  function ahead<C extends Pick<Context, "clock">>(cx: C, ms: number): C {
    const { clock } = cx;
    const now = () => new Date(clock.nowMs() + ms);
    const nowMicros = () => clock.nowMicros() + BigInt(ms) * 1_000n;
    return { ...cx, clock: { ...clock, now, nowMicros, nowMs: () => clock.nowMs() + ms } };
  }

  /** A person with one entry that has a leaf, and their compartment. */
  async function personOf(): Promise<string> {
    const person = await bench.person({ role: "client" });
    await recordEvent(person, { class: "log", outcome: "done", action: "audit.keys", subjects: [] });
    await bench.anchor();
    const { rows } = await bench.admin.query(
      "SELECT id::text FROM audit_compartment WHERE kind = 'subject' AND subject = $1",
      [person.principal.pseudonym],
    );
    return rows[0].id;
  }

  /** Erases a person's compartment, as the retention role does. The entry waits for its leaf. Returns that entry's id. */
  async function erase(compartment: string): Promise<string> {
    const erasure = await erasureOf(bench.cx, compartment);
    await pastTriggers(bench.admin, ["audit_compartment"], () =>
      bench.admin.query(
        "UPDATE audit_compartment SET sealed_key = NULL, destroyed_at = now() WHERE id = $1",
        [compartment],
      ),
    );
    return (await recordEvent(auditor, erasure)).id;
  }

  /** Makes queries for erasures return no number for this entry, as the database owner could. */
  async function whileUnnumbered(entry: string, look: () => Promise<void>): Promise<void> {
    const { admin } = bench;
    await admin.query(`CREATE POLICY waits ON audit_leaf AS RESTRICTIVE USING (current_user NOT LIKE 'sealport_app%'
    OR current_query() NOT LIKE '%compartment.erase%' OR entry_id <> '${entry}')`);
    try {
      await look();
    } finally {
      await admin.query("DROP POLICY waits ON audit_leaf");
    }
  }

  const textOf = async (query: Record<string, string>, cx?: Context) =>
    new TextDecoder().decode(await bench.exported(query, cx));
  /** Returns the verdict on a late bundle, and its findings about erased parts. */
  async function erasedFaults(filter: Record<string, string>): Promise<string> {
    const { verdict, findings } = await bench.reported(filter, late);
    const details = findings.flatMap((one) => (one.class === "erased" ? [one.detail] : []));
    return `${verdict}: ${details.join("; ")}`;
  }
  const FILTER = { action: "audit.keys" };

  describe("an erasure whose own entry has no number according to the database", () => {
    it("such an erasure explains nothing in a bundle, whole or filtered, long after it was made", async () => {
      const entry = await erase(await personOf());
      await bench.anchor();
      expect(await bench.verdict()).toEqual({ verdict: "verified", classes: [] });
      await whileUnnumbered(entry, async () => {
        for (const filter of [{}, FILTER])
          expect(await erasedFaults(filter)).toMatch(/^wrong: part .* has no key/);
      });
      expect(await bench.verdict()).toEqual({ verdict: "verified", classes: [] });
    });

    it("such an erasure does not count in a table or in NDJSON", async () => {
      const entry = await erase(await personOf());
      await bench.anchor();
      const before = await textOf({ format: "csv", ...FILTER });
      expect(before).toContain("[erased]");
      expect(before).not.toContain("[key missing]");
      expect(await textOf({ format: "ndjson", ...FILTER })).toMatch(/"erased":\["[\w-]{11}"\],"leaf"/);
      await whileUnnumbered(entry, async () => {
        expect(await textOf({ format: "csv", ...FILTER }, late)).toContain("[key missing]");
        const lines = (await textOf({ format: "ndjson", ...FILTER }, late)).trimEnd().split("\n");
        expect(lines.at(-1)).toMatch(/"parts":\[\{.*"kind":"subject","stored"/);
        expect(lines.at(-1)).not.toContain(`"erased"`);
      });
    });

    it("no bundle is made while such an erasure may still be waiting", async () => {
      const entry = await erase(await personOf());
      await bench.anchor();
      await whileUnnumbered(entry, async () => {
        await expect(bench.verdict()).rejects.toMatchObject({ code: "export.erasure", status: 503 });
      });
      expect(await bench.verdict()).toEqual({ verdict: "verified", classes: [] });
    });

    it("an erasure with a number but no checkpoint explains nothing long after it was made", async () => {
      await erase(await personOf());
      while ((await integrateBatch(bench.sequencerPool, bench.place)).added > 0);
      expect(await erasedFaults({})).toMatch(/^wrong: part .* has no key/);
      await bench.anchor();
      expect(await bench.verdict()).toEqual({ verdict: "verified", classes: [] });
    });
  });

  describe("an honest erasure that waits for its checkpoint", () => {
    it("a bundle must be requested again, and tables show the part as erased", async () => {
      await erase(await personOf());
      await expect(bench.verdict()).rejects.toMatchObject({
        code: "export.erasure",
        retryAfterSeconds: expect.any(Number),
      });
      const csv = await textOf({ format: "csv", ...FILTER });
      expect(csv).toContain("[erased]");
      expect(csv.match(/\[key missing\]/g)).toBeNull();
      await bench.anchor();
      expect(await bench.verdict()).toEqual({ verdict: "verified", classes: [] });
    });

    it("a reader without persons' parts does not wait for the erasure", async () => {
      await erase(await personOf());
      const regulator = await bench.person({ role: "regulator" });
      expect((await bench.verdict({}, regulator)).verdict).toBe("verified");
      expect((await bench.verdict({ parts: "none" })).verdict).toBe("verified");
      await bench.anchor();
    });

    it("a job that began before the erasure had its number includes the erasure in its bundle", async () => {
      const entry = await erase(await personOf());
      const { id } = await requestExport(auditor, NewExport.parse({ format: "bundle" }));
      const { db, instance, clock, audit } = bench.cx;
      let begun = () => {};
      const isBegun = new Promise<void>((resolve) => {
        begun = resolve;
      });
      const findReader = (userId: string) => {
        begun();
        return findReaderById(bench.cx, userId);
      };
      const { keystore } = bench;
      const worker = {
        db,
        instance,
        clock,
        audit,
        findReader,
        keystore,
        logger: auditor.logger,
        keepMs: HOUR_MS,
      };
      const run = runNextExport(worker);
      await isBegun;
      await bench.anchor();
      await run;
      const { response } = await downloadExport(auditor, id, {});
      const bytes = new Uint8Array(await response.arrayBuffer());
      const report = await verifyBundle(bytes, { policy: Policy.parse(bench.policy) });
      expect([report.verdict, report.findings]).toEqual(["verified", []]);
      expect(Buffer.from(bytes).includes(entry)).toBe(true);
    });

    it("an erasure since the last check gives an error answer and not a broken download", async () => {
      await erase(await personOf());
      let isBegun = false;
      const sink = {
        write: async () => {},
        begun: () => {
          isBegun = true;
        },
      };
      const made = inRawSnapshot(bench.cx, (tx) =>
        produceExport(auditor, tx, requestOf(auditor, { format: "bundle" }, NOBODYS), sink),
      );
      await expect(made).rejects.toMatchObject({ code: "export.erasure" });
      expect(isBegun).toBe(false);
      await bench.anchor();
    });

    it("an erasure during a bundle whose snapshot lacks it ends the bundle", async () => {
      const compartment = await personOf();
      const request = requestOf(auditor, { format: "bundle" }, NOBODYS);
      const made = inRawSnapshot(bench.cx, async (tx) => {
        await tx.query("SELECT count(*) FROM audit_leaf");
        await erase(compartment);
        await bench.anchor();
        return produceExport(auditor, tx, request, { write: async () => {} });
      });
      await expect(made).rejects.toMatchObject({ code: "export.erasure" });
      expect(await bench.verdict()).toEqual({ verdict: "verified", classes: [] });
    });
  });
});
