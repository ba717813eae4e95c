import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ENTRY_CLASSES, ENTRY_OUTCOMES } from "@/lib/audit/entry/event";
import { appendEntry } from "@/lib/audit/record/append-entry";
import { recordEvent } from "@/lib/audit/record/record-event";
import { createAuditRecorder } from "@/lib/audit/record/recorder";
import { prepareLog } from "@/lib/audit/sequencer/sequencer";
import type { AuditRecorder } from "@/lib/context/recorder";
import { toBase64url, utf8 } from "@/lib/crypto/bytes";
import { canonicalJson } from "@/lib/crypto/json/canonical-json";
import { uuidv7 } from "@/lib/crypto/uuid";
import { inRawTransaction, inTransaction, type RawTx } from "@/lib/db/transaction";
import { createLogger } from "@/lib/telemetry/logger";
import { type AuditBench, createAuditBench } from "@/lib/testing/benches/audit-bench";
import { createOwnedLog, type OwnedLog } from "@/lib/testing/log/owned-log";

describe("forgery", () => {
  let bench: AuditBench;
  beforeAll(async () => {
    bench = await createAuditBench();
    await prepareLog(bench.sequencerPool, bench.place);
  });
  afterAll(() => bench.close());

  const asApp = (fn: (tx: RawTx) => Promise<unknown>) => inRawTransaction(bench.cx, fn);

  interface Forged {
    readonly row?: Partial<{ id: string; log: string; at: string; class: string; outcome: string }>;
    readonly said?: Record<string, unknown>;
    readonly bytes?: Uint8Array;
    readonly isUnlisted?: boolean;
  }

  /** Writes an entry with its queue row and index row as the app role may, with forged row and bytes. */
  async function forge(tx: RawTx, { row, said, bytes, isUnlisted }: Forged): Promise<void> {
    const id = uuidv7(Date.now());
    const base = {
      id,
      log: bench.place.log,
      at: "2026-11-24T14:45:00.123456Z",
      class: "admin",
      outcome: "done",
    };
    const stored = { ...base, ...row };
    const members = Object.entries({ v: 1, ...base, tenant: "t_x", sealed: [], ...said });
    const kept = Object.fromEntries(members.filter(([, value]) => value !== undefined));
    const content = bytes ?? utf8(canonicalJson(kept));
    await tx.query(
      "INSERT INTO audit_entry (id, log, tenant_id, at, class, outcome, bytes) VALUES ($1, $2, $3, $4, $5, $6, $7)",
      [
        stored.id,
        stored.log,
        bench.place.tenantId,
        stored.at,
        stored.class,
        stored.outcome,
        Buffer.from(content),
      ],
    );
    await tx.query(
      "INSERT INTO audit_queue (entry_id, tenant_id, subject, action) VALUES ($1, $2, 'participant:x', 'participant.create')",
      [stored.id, bench.place.tenantId],
    );
    if (isUnlisted) return;
    await tx.query(
      `INSERT INTO audit_index (entry_id, tenant_id, at, actor, action, outcome)
     VALUES ($1, $2, $3, 'u_forger', 'participant.create', $4)`,
      [stored.id, bench.place.tenantId, stored.at, stored.outcome],
    );
  }

  /** A UUID of version 4. */
  const FOURTH = "01936f2a-7c1b-4def-8a10-999999999999";

  /** Puts the same value into the row and into the bytes. */
  const both = (members: Partial<Record<"at" | "class" | "outcome", string>>): Forged => ({
    row: members,
    said: members,
  });

  describe("an entry forged with the app's login", () => {
    it("commits when row and bytes agree, so that the refusals below have the tested cause", async () => {
      await expect(asApp((tx) => forge(tx, {}))).resolves.toBeUndefined();
    });

    it.each<[string, Forged]>([
      ["of another log than its bytes", { row: { log: "nowhere" } }],
      ["of another log altogether", { row: { log: "nowhere" }, said: { log: "nowhere" } }],
      ["whose bytes are another entry's", { said: { id: uuidv7(1) } }],
      ["whose class is another", { row: { class: "key" } }],
      ["whose outcome is another", { row: { outcome: "denied" } }],
      ["of bytes that are not JSON", { bytes: new Uint8Array([0]) }],
      ["of bytes that are not text", { bytes: new Uint8Array([0xff, 0xfe]) }],
      ["of another version", { said: { v: 2 } }],
      ["of a version that is a text", { said: { v: "1" } }],
      ["of no tenant", { said: { tenant: 7 } }],
      ["of invalid sealed parts", { said: { sealed: {} } }],
      ["with a member that no entry has", { said: { note: "x" } }],
      ["of no class of ours", both({ class: "bogus" })],
      ["of no outcome of ours", both({ outcome: "perhaps" })],
      ["of a time that sorts before all", both({ at: "!" })],
      ["of a time in another spelling", both({ at: "2026-11-24T14:45:00Z" })],
      ["of a thirteenth month", both({ at: "2026-13-24T14:45:00.123456Z" })],
      ["of a day that does not exist", both({ at: "2026-02-29T00:00:00.000000Z" })],
      ["of a year before 1970", both({ at: "0001-01-01T00:00:00.000000Z" })],
      ["of an empty tenant", { said: { tenant: "" } }],
      ["of a tenant that is left out", { said: { tenant: undefined } }],
      ["of a public part that is not an object", { said: { pub: [] } }],
      ["of an id of another kind", { row: { id: FOURTH }, said: { id: FOURTH } }],
      ["longer than an entry may be", { said: { tenant: "t".repeat(65_536) } }],
      ["without an index row", { isUnlisted: true }],
    ])("%s does not commit", async (_, forged) => {
      await expect(asApp((tx) => forge(tx, forged))).rejects.toThrow("audit entry");
    });

    it.each([
      ...ENTRY_CLASSES.map((of) => both({ class: of })),
      ...ENTRY_OUTCOMES.map((outcome) => both({ outcome })),
      ...["2028-02-29", "2026-12-31", "1970-01-01", "9999-04-30"].map((day) =>
        both({ at: `${day}T23:59:59.999999Z` }),
      ),
    ])("commits with whatever the format allows: $row", async (forged) => {
      await expect(asApp((tx) => forge(tx, forged))).resolves.toBeUndefined();
    });

    it("cannot repeat the bytes of an old one under a new id", async () => {
      const old = await recordEvent(bench.cx, {
        class: "admin",
        outcome: "done",
        action: "participant.create",
        subjects: ["participant:x"],
      });
      await expect(asApp((tx) => forge(tx, { bytes: old.bytes }))).rejects.toThrow("audit entry");
      expect(toBase64url(old.leafHash)).toHaveLength(43);
    });
  });

  describe("records that the app's login cannot change even with an entry", () => {
    it("a transaction's record: digest list, parties, time and first entry", async () => {
      const id = uuidv7(Date.now());
      const write = (action: string, statement: string, values: unknown[]) =>
        inTransaction(bench.cx, async (tx) => {
          await appendEntry(tx, bench.cx, {
            class: "transaction",
            outcome: "done",
            action,
            subjects: [`transaction:${id}`],
          });
          await tx.$executeRawUnsafe(statement, ...values);
        });
      await write(
        "transaction.create",
        `INSERT INTO transaction (id, tenant_id, job_id, submitter, status, confidential, participants, digest_list, meta,
         created_at, created_at_us, create_entry_id)
       VALUES ($1::uuid, $2::uuid, 'job', 'a', 'created', true, '{a,b}', '{x}', 'm', 'now', 1, $1::uuid)`,
        [id, bench.place.tenantId],
      );
      await write("transaction.status", "UPDATE transaction SET status = 'processing' WHERE id = $1::uuid", [
        id,
      ]);
      for (const change of [
        "digest_list = '{y}'",
        "rd = 'y'",
        "participants = '{a,c}'",
        "created_at = 'then'",
        "create_entry_id = gen_random_uuid()",
        "confidential = false",
      ]) {
        const changed = write("transaction.reseal", `UPDATE transaction SET ${change} WHERE id = $1::uuid`, [
          id,
        ]);
        await expect(changed, change).rejects.toThrow();
      }
    });

    it.each([
      "UPDATE request_event SET comment = 'forged'",
      "DELETE FROM request_event",
      "UPDATE decision SET comment = 'forged'",
      "DELETE FROM statement_nonce",
      "DELETE FROM escrow_registration",
      "DELETE FROM access_grant",
      "UPDATE opening SET nonce = 'x'",
      "UPDATE transaction_participant SET participant_id = 'x'",
    ])("%s", async (statement) => {
      await expect(bench.appPool.query(statement)).rejects.toThrow(/permission denied/);
    });
  });

  describe("records that the app's login cannot forge outside the log", () => {
    const insert = (columns: string, values: string) =>
      bench.appPool.query(`INSERT INTO audit_verification (${columns}) VALUES (${values})`);
    const made = () => `'${uuidv7(Date.now())}', '${bench.place.tenantId}'`;

    it("a sound verification: the login may only request one", async () => {
      await expect(
        insert("id, tenant_id, state, cause", `${made()}, 'queued', 'demand'`),
      ).resolves.toBeDefined();
      for (const state of ["running", "done", "failed"])
        await expect(insert("id, tenant_id, state", `${made()}, '${state}'`), state).rejects.toMatchObject({
          code: "SP002",
        });
      await expect(
        insert("id, tenant_id, state, started_at", `${made()}, 'queued', now() + interval '1 year'`),
      ).rejects.toMatchObject({ code: "SP002" });
      for (const column of ["report", "index_report", "progress"])
        await expect(
          insert(`id, tenant_id, state, ${column}`, `${made()}, 'queued', '{"verdict":"sound"}'`),
          column,
        ).rejects.toMatchObject({ code: "42501" });
      for (const set of [
        "state = 'done'",
        `report = '{"verdict":"sound"}'`,
        "finished_at = now()",
        "claim = id",
      ])
        await expect(bench.appPool.query(`UPDATE audit_verification SET ${set}`), set).rejects.toMatchObject({
          code: "42501",
        });
      await expect(
        bench.appPool.query(
          `UPDATE audit_verification SET index_report = '{"indexed":9,"findings":[],"more":0}'`,
        ),
      ).rejects.toMatchObject({ code: "SP002" });
    });

    const part = (entry: string) =>
      `INSERT INTO audit_part (entry_id, c, tenant_id, compartment_id, stored)
     VALUES (${entry}, 'AAAAAAAAAAA', '${bench.place.tenantId}', gen_random_uuid(), 'x')`;
    const row = (entry: string, columns = "'2026-11-24T14:45:00.123456Z', 'done'") =>
      `INSERT INTO audit_index (entry_id, tenant_id, at, outcome, action)
     VALUES (${entry}, '${bench.place.tenantId}', ${columns}, 'audit.verify')`;

    it("a sealed part or an index row for an old entry, or for none", async () => {
      const old = await recordEvent(bench.cx, {
        class: "log",
        outcome: "done",
        action: "audit.read",
        subjects: [],
      });
      for (const entry of [`'${old.id}'`, "gen_random_uuid()"])
        await expect(bench.appPool.query(part(entry)), entry).rejects.toMatchObject({ code: "SP001" });
      await expect(bench.appPool.query(row("gen_random_uuid()"))).rejects.toMatchObject({ code: "SP001" });
      // The forger's own entry already has an index row and no part. Neither can be added later.
      await asApp((tx) => forge(tx, {}));
      const bare =
        "(SELECT id FROM audit_entry e WHERE NOT EXISTS (SELECT 1 FROM audit_part p WHERE p.entry_id = e.id) LIMIT 1)";
      await expect(bench.appPool.query(row(bare))).rejects.toMatchObject({ code: "23505" });
      await expect(bench.appPool.query(part(bare))).rejects.toMatchObject({ code: "SP001" });
    });

    it.each([
      ["time", "'2020-01-01T00:00:00.000000Z', 'done'"],
      ["outcome", "'2026-11-24T14:45:00.123456Z', 'failed'"],
    ])("an index row whose %s does not match its entry", async (_, columns) => {
      const own = "(SELECT id FROM audit_entry WHERE xid = pg_current_xact_id())";
      const forged = (as: string | undefined) =>
        asApp(async (tx) => {
          await forge(tx, { isUnlisted: true });
          await tx.query(row(own, as));
        });
      await expect(forged(undefined)).resolves.toBeUndefined();
      await expect(forged(columns)).rejects.toThrow("audit entry");
    });
  });
});

describe("a poisoned compartment", () => {
  let bench: OwnedLog;
  beforeAll(async () => {
    bench = await createOwnedLog();
  });
  afterAll(() => bench.close());

  /** What the portal's database login can write before the portal creates the compartment. */
  async function poison(kind: string, subject: string, nth: number): Promise<void> {
    await bench.appPool.query(
      "INSERT INTO audit_compartment (id, tenant_id, kind, subject, sealed_key, nth) VALUES ($1, $2, $3, $4, $5, $6)",
      [randomUUID(), bench.place.tenantId, kind, subject, Buffer.alloc(60), nth],
    );
  }

  /** The recorder of another portal on the same database. */
  function portal(seen: string[]): AuditRecorder {
    const { keystore, appPool: pool, cx } = bench;
    const receiptKey = keystore.readNamedKey("receipt");
    if (receiptKey === undefined) throw new TypeError("no receipt key");
    const logger = createLogger("test", "error", { write: (line) => seen.push(JSON.parse(line).alarm) });
    return createAuditRecorder({ pool, keystore, instance: cx.instance, receiptKey, logger });
  }

  async function countOf(kind: string, subject: string): Promise<number> {
    const { rows } = await bench.admin.query(
      "SELECT count(*)::int AS n FROM audit_compartment WHERE kind = $1 AND subject = $2",
      [kind, subject],
    );
    return rows[0].n;
  }

  it.each(["case", "suspicion"] as const)(
    "compartments that the login made before the portal do not stop any record (%s)",
    async (kind) => {
      const caseId = randomUUID();
      const subject = kind === "case" ? caseId : bench.place.tenantId;
      for (const nth of [0, 1, 3]) await poison(kind, subject, nth);
      const more = kind === "case" ? { caseId, caseDetails: { order: "x" } } : { suspicion: { why: "x" } };
      const record = (audit = bench.cx.audit) =>
        recordEvent(
          { ...bench.cx, audit },
          { class: "log", outcome: "done", action: "audit.keys", subjects: [], ...more },
        );
      await record();
      const seen: string[] = [];
      const others = Array.from({ length: 3 }, () => portal(seen));
      await Promise.all(others.map((audit) => record(audit)));
      expect(await countOf(kind, subject)).toBe(4);
      expect(seen).toEqual([]);
    },
  );

  it("several portals that find no compartment that opens create one together, and log it", async () => {
    const caseId = randomUUID();
    await poison("case", caseId, 0);
    const seen: string[] = [];
    const portals = Array.from({ length: 4 }, () => portal(seen));
    await Promise.all(
      portals.map((audit) =>
        recordEvent(
          { ...bench.cx, audit },
          { class: "log", outcome: "done", action: "audit.keys", subjects: [], caseId },
        ),
      ),
    );
    expect(await countOf("case", caseId)).toBe(2);
    expect(new Set(seen)).toEqual(new Set(["log.compartment"]));
  });

  it("a person has one compartment, even if it does not open", async () => {
    await expect(poison("subject", "p_x", 1)).rejects.toMatchObject({ code: "23514" });
  });
});
