import { createHash, randomBytes } from "node:crypto";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import type { Pool } from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parseProof } from "@/lib/audit/bundle-verifier/tree/check-proof";
import { parseCheckpointText } from "@/lib/audit/entry/checkpoint";
import { getEvent } from "@/lib/audit/reading/get-event";
import { getProof } from "@/lib/audit/reading/proofs/get-proof";
import { watchErasures } from "@/lib/audit/record/compartments";
import { recordEvent } from "@/lib/audit/record/record-event";
import { createAuditRecorder } from "@/lib/audit/record/recorder";
import { askErasure } from "@/lib/audit/retention/erasure/ask-erasure";
import { agreeToErasure, refuseErasureAsked } from "@/lib/audit/retention/erasure/decide-erasure";
import { ErasureBook } from "@/lib/audit/retention/erasure/erasing-entries";
import { readErasingRows } from "@/lib/audit/retention/erasure/erasing-store";
import { listErasures } from "@/lib/audit/retention/erasure/list-erasures";
import { prepareDueErasures } from "@/lib/audit/retention/erasure/prepare-erasure";
import { ErasureQuery } from "@/lib/audit/retention/erasure/schema";
import { erasePrepared } from "@/lib/audit/retention/run-retention";
import { eraseCompartment } from "@/lib/audit/retention/store";
import { insertCheckpoint } from "@/lib/audit/sequencer/checkpoint-store";
import { integrateBatch, prepareLog } from "@/lib/audit/sequencer/sequencer";
import { openEntryFile } from "@/lib/audit/signer/entry-file";
import { signCheckpoint } from "@/lib/audit/signer/sign-checkpoint";
import { fixedClock, systemClock } from "@/lib/clock";
import { fromBase64url } from "@/lib/crypto/bytes";
import { keyMark, keyProof } from "@/lib/crypto/log/audit-part";
import { verifyInclusion } from "@/lib/crypto/log/merkle";
import { openNote } from "@/lib/crypto/log/signed-note";
import { uuidv7 } from "@/lib/crypto/uuid";
import { openPool } from "@/lib/db/pool";
import { inRawSnapshot } from "@/lib/db/transaction";
import { loadSigningKey } from "@/lib/keystore/signing-key";
import { createLogger } from "@/lib/telemetry/logger";
import { createTestKeystore } from "@/lib/testing/benches/audit-bench";
import { createUseCaseBench, type UseCaseBench } from "@/lib/testing/benches/use-case-bench";
import { createOwnedLog, type OwnedLog } from "@/lib/testing/log/owned-log";

type Person = Awaited<ReturnType<UseCaseBench["person"]>>;
const YEAR_MS = 365 * 86_400_000;

let bench: UseCaseBench;
let retention: Pool;
let [privacy, compliance, approver, auditor]: Person[] = [];
let sign: () => Promise<string>;

beforeAll(async () => {
  bench = await createUseCaseBench();
  await prepareLog(bench.sequencerPool, bench.place);
  retention = openPool({ url: bench.database.retentionUrl, maxConnections: 2 });
  const staff = (duty: "privacy" | "compliance" | "approve") =>
    bench.person({ role: "coordinator", duties: [duty], hasKey: false });
  [privacy, compliance, approver] = [
    await staff("privacy"),
    await staff("compliance"),
    await staff("approve"),
  ];
  auditor = await bench.person({ role: "auditor", hasKey: false });
  const signer = loadSigningKey(await createTestKeystore("signer", bench.place.log), "log");
  const file = await openEntryFile(await mkdtemp(path.join(tmpdir(), "sp-erase-")), bench.place.log);
  const from = { pool: bench.signerPool, file, log: bench.place.log, signer, clock: systemClock };
  sign = async () => {
    while ((await integrateBatch(bench.sequencerPool, bench.place)).added > 0);
    const note = await signCheckpoint(from);
    const checkpoint = parseCheckpointText(openNote(note, [signer.vkey]).text);
    await insertCheckpoint(bench.sequencerPool, bench.place, { ...checkpoint, note }, []);
    return note;
  };
});
afterAll(async () => {
  await retention?.end();
  await bench?.close();
});

const who = (person: Person | undefined): Person => {
  if (person === undefined) throw new TypeError("the bench made no such person");
  return person;
};

/** Writes a client whose only act is this many years old; returns the id of its entry. */
async function formerClient(years: number): Promise<{ readonly person: Person; readonly entryId: string }> {
  const person = await bench.person({ role: "client", hasKey: false });
  const clock = fixedClock(new Date(Date.now() - years * YEAR_MS));
  const { id } = await recordEvent(
    { ...person, clock, client: { address: "192.0.2.7" } },
    { class: "log", outcome: "done", action: "audit.keys", subjects: [] },
  );
  return { person, entryId: id };
}

const ask = async (person: Person) =>
  (await askErasure(who(privacy), { subject: person.principal.handle, reason: "on request" })).id;

const asRetention = () =>
  erasePrepared({
    ...bench.place,
    pool: retention,
    appPool: bench.appPool,
    logger: createLogger("test", "silent"),
  });

async function stateOf(id: string) {
  return (await listErasures(who(privacy), ErasureQuery.parse({}))).items.find((item) => item.id === id);
}

async function count(text: string, values: unknown[]): Promise<number> {
  return (await bench.appPool.query(text, values)).rows.length;
}

const refusals = (action: string) =>
  count("SELECT 1 FROM audit_index WHERE action = $1 AND outcome = 'denied'", [action]);

describe("the erasure of one person from the log", () => {
  it("destroys the key with its entry in one transaction; every proof and checkpoint still holds, and the entry says erased", async () => {
    const { person, entryId } = await formerClient(2);
    const before = await sign();
    const seqOf = async (id: string) =>
      Number((await bench.appPool.query("SELECT seq FROM audit_leaf WHERE entry_id = $1", [id])).rows[0].seq);
    const seq = await seqOf(entryId);
    const open = await getEvent(who(auditor), seq);
    expect(open.parts.find((part) => part.kind === "subject")?.plaintext).toMatchObject({
      address: "192.0.2.7",
    });

    const id = await ask(person);
    await agreeToErasure(who(compliance), id);
    await asRetention();
    const done = await stateOf(id);
    expect(done).toMatchObject({ state: "done", kept_back: null });
    const key = await bench.appPool.query(
      "SELECT sealed_key, destroyed_at FROM audit_compartment WHERE kind = 'subject' AND subject = $1",
      [person.principal.pseudonym],
    );
    expect(key.rows).toEqual([{ sealed_key: null, destroyed_at: expect.any(Date) }]);

    await sign();
    const erased = await getEvent(who(auditor), seq);
    expect(erased.parts.map((part) => part.kind)).toEqual(["org"]);
    const bySeq = (await stateOf(id))?.by_seq ?? -1;
    expect(erased.erased).toEqual([
      {
        c: expect.any(String),
        kind: "subject",
        erased_at: expect.any(String),
        by_seq: bySeq,
        is_recorded: true,
      },
    ]);
    const record = await getEvent(who(auditor), bySeq);
    expect(record.public).toMatchObject({ class: "retention", outcome: "done" });
    expect(record.parts[0]?.plaintext).toMatchObject({
      action: "compartment.erase",
      details: { compartment: expect.any(String), key_digest: expect.stringMatching(/^[\w-]{43}$/) },
    });
    // I8: the entry is the same leaf in both trees.
    expect(erased.entry).toBe(open.entry);
    const proof = parseProof(await getProof(who(auditor), seq));
    const { size, root, steps } = proof;
    expect(size).toBeGreaterThan(parseCheckpointText(openNote(before, []).text).size);
    expect(
      verifyInclusion({
        leafHash: fromBase64url(erased.leaf_hash),
        index: seq,
        size,
        proof: steps.map((step) => step.hash),
        root,
      }),
    ).toBe(true);
  });

  it("waits for its date and for a hold, records each refusal, and runs automatically afterwards", async () => {
    const early = await formerClient(0.5);
    const denied = await refusals("compartment.erase");
    const id = await ask(early.person);
    await agreeToErasure(who(compliance), id);
    await asRetention();
    expect(await stateOf(id)).toMatchObject({ state: "agreed", kept_back: "later" });
    expect(await refusals("compartment.erase")).toBe(denied + 1);
    // It is not tried again before its date.
    expect(await prepareDueErasures(bench.cx)).toBe(0);
    expect(await asRetention()).toBe(0);
    expect(await refusals("compartment.erase")).toBe(denied + 1);

    const held = await formerClient(3);
    const transaction = uuidv7(Date.now());
    await recordEvent(
      { ...held.person, clock: fixedClock(new Date(Date.now() - 2 * YEAR_MS)) },
      {
        class: "log",
        outcome: "done",
        action: "audit.keys",
        subjects: [],
        index: { transactionId: transaction },
      },
    );
    const owner = openPool({ url: bench.database.adminUrl, maxConnections: 1 });
    await owner.query("SET session_replication_role = replica");
    await owner.query("ALTER TABLE preservation DISABLE TRIGGER ALL");
    await owner.query(
      `INSERT INTO preservation (id, tenant_id, requested_by, transactions, reason, state, until)
       VALUES (gen_random_uuid(), $1, gen_random_uuid(), $2, 'court', 'active', now() + interval '90 days')`,
      [bench.place.tenantId, [transaction]],
    );
    const second = await ask(held.person);
    await agreeToErasure(who(compliance), second);
    await asRetention();
    expect(await stateOf(second)).toMatchObject({ state: "agreed", kept_back: "later", try_after: null });
    await owner.query("UPDATE preservation SET state = 'released', released_at = now()");
    await owner.query("ALTER TABLE audit_erasure DISABLE TRIGGER ALL");
    await owner.query("UPDATE audit_erasure SET try_after = now() WHERE id = $1", [second]);
    await owner.query("ALTER TABLE audit_erasure ENABLE ALWAYS TRIGGER audit_erasure_complete");
    await owner.query("ALTER TABLE audit_erasure ENABLE ALWAYS TRIGGER audit_erasure_guard");
    await owner.end();
    expect(await prepareDueErasures(bench.cx)).toBe(1);
    await asRetention();
    expect(await stateOf(second)).toMatchObject({ state: "done" });
  });

  it("needs two people with the duty, and neither may be the person concerned", async () => {
    const { person } = await formerClient(2);
    const id = await ask(person);
    await expect(agreeToErasure(who(privacy), id)).rejects.toMatchObject({ code: "decision.same-person" });
    await expect(
      askErasure(who(privacy), { subject: who(privacy).principal.handle, reason: "mine" }),
    ).rejects.toMatchObject({ code: "decision.self" });
    const { handle } = who(compliance).principal;
    const about = await askErasure(who(privacy), { subject: handle, reason: "They left." });
    for (const decide of [agreeToErasure, refuseErasureAsked])
      await expect(decide(who(compliance), about.id)).rejects.toMatchObject({ code: "decision.self" });
    await refuseErasureAsked(who(privacy), about.id);
    await expect(ask(person)).rejects.toMatchObject({ code: "request.conflict" });
    await refuseErasureAsked(who(compliance), id);
    await expect(agreeToErasure(who(compliance), id)).rejects.toMatchObject({ code: "erasure.state" });

    // A portal with a false statement about the second person's duty does not get past the database.
    const again = await ask(person);
    await agreeToErasure(who(approver), again);
    await asRetention();
    expect(await stateOf(again)).toMatchObject({ state: "agreed", kept_back: "two_persons" });
  });

  it("can be done by the retention role only, and the app's login cannot claim that it happened", async () => {
    const { person } = await formerClient(2);
    const id = await ask(person);
    for (const pool of [bench.appPool, bench.sequencerPool, bench.signerPool]) {
      await expect(pool.query("SELECT audit_erase($1)", [id])).rejects.toThrow(/permission denied/);
    }
    await expect(
      bench.appPool.query("UPDATE audit_erasure SET state = 'done', ended_at = now() WHERE id = $1", [id]),
    ).rejects.toThrow();
    await expect(
      bench.appPool.query("UPDATE audit_compartment SET sealed_key = NULL, destroyed_at = now()"),
    ).rejects.toThrow(/permission denied/);
    // Without agreement: refused and recorded, even with the retention login.
    const denied = await refusals("compartment.erase");
    expect(await eraseCompartment(retention, id)).toMatchObject({ outcome: "denied", reason: "two_persons" });
    expect(await eraseCompartment(retention, uuidv7(1))).toMatchObject({ outcome: "denied" });
    expect(await refusals("compartment.erase")).toBe(denied + 2);
    await sign();
  });

  it.each([
    ["records a pruning", (json: string) => json.replace('"pub":{', '"pub":{"prune":{"minimum":1},')],
    ["is spelled otherwise", (json: string) => ` ${json}`],
    ["is no text", () => "\ud800"],
  ])("is not carried out where the app's login prepared an entry that %s", async (_, change) => {
    const { person } = await formerClient(2);
    const id = await ask(person);
    await agreeToErasure(who(compliance), id);
    const { rows } = await bench.appPool.query("SELECT prepared FROM audit_erasure WHERE id = $1", [id]);
    const { prepared } = rows[0];
    const json = Buffer.from(prepared.entry[0].bytes, "base64").toString();
    const changed = change(json);
    prepared.entry[0].bytes = Buffer.from(changed, changed === "\ud800" ? "utf16le" : "utf8").toString(
      "base64",
    );
    await bench.appPool.query("UPDATE audit_erasure SET prepared = $2 WHERE id = $1", [
      id,
      JSON.stringify(prepared),
    ]);
    await asRetention();
    const kept = await bench.appPool.query("SELECT state, kept_back FROM audit_erasure WHERE id = $1", [id]);
    expect(kept.rows).toEqual([{ state: "agreed", kept_back: "prepared" }]);
    await refuseErasureAsked(who(privacy), id);
  });

  it("is listed in pages of any size, each erasure once, newest first", async () => {
    const pages: string[] = [];
    for (let cursor: string | null | undefined; cursor !== null; ) {
      const query = { limit: "2", ...(cursor === undefined ? {} : { cursor }) };
      const page: { items: { id: string }[]; next_cursor: string | null } = await listErasures(
        who(privacy),
        ErasureQuery.parse(query),
      );
      expect(page.items.length).toBeLessThanOrEqual(2);
      pages.push(...page.items.map((item) => item.id));
      cursor = page.next_cursor;
    }
    expect(pages.length).toBe(await count("SELECT 1 FROM audit_erasure", []));
    expect(pages).toEqual([...new Set(pages)].sort().reverse());
    await expect(listErasures(who(privacy), ErasureQuery.parse({ cursor: "x" }))).rejects.toMatchObject({
      code: "request.invalid",
    });
  });

  it("ends the key in every process at once, and a returning person gets a new key", async () => {
    const { person } = await formerClient(2);
    const receiptKey = bench.keystore.readNamedKey("receipt");
    if (receiptKey === undefined) throw new TypeError("no receipt key");
    const other = createAuditRecorder({
      pool: bench.appPool,
      keystore: bench.keystore,
      instance: bench.cx.instance,
      receiptKey,
    });
    const name = {
      tenantId: bench.place.tenantId,
      kind: "subject" as const,
      subject: person.principal.pseudonym,
    };
    const source = {
      url: bench.database.appUrl,
      pool: bench.cx.db.pool,
      logger: createLogger("test", "silent"),
    };
    const listener = watchErasures(source, "test-erasures", other.compartments);
    try {
      const first = await other.compartments.open(name);
      const isKept = async (): Promise<boolean> => {
        const [one, two] = [await other.compartments.open(name), await other.compartments.open(name)];
        return one === two;
      };
      await expect.poll(isKept).toBe(true);
      const id = await ask(person);
      await agreeToErasure(who(compliance), id);
      await asRetention();
      expect(await stateOf(id)).toMatchObject({ state: "done" });
      await expect.poll(async () => (await other.compartments.open(name)).id).not.toBe(first.id);
      const fresh = await other.compartments.open(name);
      expect(fresh.key).not.toEqual(first.key);
      expect((await other.compartments.openById([first.id])).size).toBe(0);
    } finally {
      listener.close();
    }
  });
});

describe("false rows of erasures", () => {
  const FORGED = 450;

  let bench: OwnedLog;
  beforeAll(async () => {
    bench = await createOwnedLog();
    await bench.anchor();
  });
  afterAll(() => bench.close());

  /** Entries of the portal's database login that their index rows call erasures, with parts that no key opens. */
  async function forge(count: number, bytesOfPart: number): Promise<void> {
    const { log, tenantId } = bench.place;
    const at = "2026-11-24T14:45:00.000000Z";
    const stored = randomBytes(bytesOfPart);
    const d = createHash("sha256").update(stored).digest("base64url");
    const rows = Array.from({ length: count }, (_, n) => {
      const id = uuidv7(Date.now() + n);
      const json = `{"at":"${at}","class":"retention","id":"${id}","log":"${log}","outcome":"done","sealed":[{"c":"org","d":"${d}"}],"tenant":"t_x","v":1}`;
      return { id, bytes: Buffer.from(json).toString("base64") };
    });
    const given = JSON.stringify(rows);
    const from = "FROM json_to_recordset($1::json) AS r(id uuid, bytes text)";
    const client = await bench.appPool.connect();
    try {
      await client.query("BEGIN");
      await client.query(
        `INSERT INTO audit_entry (id, log, tenant_id, at, class, outcome, bytes)
       SELECT id, $2, $3, $4, 'retention', 'done', decode(bytes, 'base64') ${from}`,
        [given, log, tenantId, at],
      );
      await client.query(
        `INSERT INTO audit_part (entry_id, c, tenant_id, compartment_id, stored)
       SELECT id, 'org', $2, (SELECT k.id FROM audit_compartment k WHERE k.kind = 'org' LIMIT 1), $3 ${from}`,
        [given, tenantId, stored],
      );
      await client.query(
        `INSERT INTO audit_queue (entry_id, tenant_id, subject, action) SELECT id, $2, 'entry:' || id, 'audit.read' ${from}`,
        [given, tenantId],
      );
      await client.query(
        `INSERT INTO audit_index (entry_id, tenant_id, at, actor, action, outcome)
       SELECT id, $2, $3, 'system:x', 'compartment.erase', 'done' ${from}`,
        [given, tenantId, at],
      );
      await client.query("COMMIT");
    } finally {
      client.release();
    }
    await bench.anchor();
  }

  it("rows that falsely claim to be erasures are read a few at a time, and do not hide a real one", async () => {
    const compartment = uuidv7(1);
    const key = new Uint8Array(32).fill(8);
    const marks = { key_mark: keyMark(key), key_proof: keyProof(key) };
    const erase = (details: string) =>
      recordEvent(bench.cx, {
        class: "retention",
        outcome: "done",
        action: "compartment.erase",
        subjects: [],
        details: { compartment, key_digest: details.repeat(43), ...marks },
      });
    await forge(FORGED, 64);
    const first = await erase("A");
    await bench.anchor();
    await erase("B");
    await bench.anchor();
    await forge(40, 600_000);
    let most = 0;
    let rows = 0;
    await inRawSnapshot(bench.cx, async (tx) => {
      for await (const batch of readErasingRows(tx)) {
        most = Math.max(
          most,
          batch.reduce((sum, { bytes, stored }) => sum + bytes.length + stored.length, 0),
        );
        rows += batch.length;
      }
    });
    expect(rows).toBe(FORGED + 2);
    expect(most).toBeLessThan(8_000_000);
    const erasing = await new ErasureBook(bench.cx).erasing([compartment]);
    expect(erasing.get(compartment)?.map(({ entry }) => entry)).toEqual([first.id]);
  });
});
