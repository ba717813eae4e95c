import type { Pool } from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { preserveTransactions } from "@/lib/access/preservations/preserve-transactions";
import { NewPreservation } from "@/lib/access/preservations/schema";
import type { AuditEvent } from "@/lib/audit/entry/event";
import { listEvents } from "@/lib/audit/reading/list-events";
import { appendEntry } from "@/lib/audit/record/append-entry";
import { recordEvent } from "@/lib/audit/record/record-event";
import { askErasure } from "@/lib/audit/retention/erasure/ask-erasure";
import { agreeToErasure, refuseErasureAsked } from "@/lib/audit/retention/erasure/decide-erasure";
import { listErasures } from "@/lib/audit/retention/erasure/list-erasures";
import { prepareDueErasures } from "@/lib/audit/retention/erasure/prepare-erasure";
import { ErasureQuery } from "@/lib/audit/retention/erasure/schema";
import { erasePrepared } from "@/lib/audit/retention/run-retention";
import { eraseCompartment, listPrepared } from "@/lib/audit/retention/store";
import { EventQuery } from "@/lib/audit/schema";
import { integrateBatch, prepareLog } from "@/lib/audit/sequencer/sequencer";
import { fixedClock } from "@/lib/clock";
import type { Context } from "@/lib/context/context";
import { uuidv7 } from "@/lib/crypto/uuid";
import { openOwnerPool } from "@/lib/db/migrate";
import { openPool } from "@/lib/db/pool";
import { inTransaction } from "@/lib/db/transaction";
import { createLogger } from "@/lib/telemetry/logger";
import { type AccessBench, type BenchPerson, createAccessBench } from "@/lib/testing/benches/access-bench";
import { createOwnedLog, type OwnedLog } from "@/lib/testing/log/owned-log";
import { pastTriggers } from "@/lib/testing/log/past-triggers";

describe("failing erasures", () => {
  let bench: OwnedLog;
  let privacy: Context;
  let compliance: Context;
  beforeAll(async () => {
    bench = await createOwnedLog();
    privacy = await bench.person({ role: "coordinator", duties: ["privacy"] });
    compliance = await bench.person({ role: "coordinator", duties: ["compliance"] });
  });
  afterAll(() => bench.close());

  /** An agreed erasure of a person whose only entry is so old that no period defers it. */
  async function agreed(): Promise<string> {
    const { principal, ...cx } = await bench.person({ role: "client", hasKey: false });
    await recordEvent(
      { ...cx, principal, clock: fixedClock(new Date(Date.now() - 2 * 365 * 86_400_000)) },
      { class: "log", outcome: "done", action: "audit.keys", subjects: [] },
    );
    const { id } = await askErasure(privacy, { subject: principal.handle ?? "", reason: "on request" });
    await agreeToErasure(compliance, id);
    return id;
  }

  const owned = (statement: string) =>
    pastTriggers(bench.admin, ["audit_erasure"], () => bench.admin.query(statement));

  /** Acts with the portal's login. */
  const asApp = (set: string, id: string) =>
    inTransaction(bench.cx, (tx) =>
      tx.$executeRawUnsafe(`UPDATE audit_erasure SET ${set} WHERE id = $1::uuid`, id),
    );

  async function isPrepared(id: string): Promise<boolean> {
    const { rows } = await bench.admin.query("SELECT prepared FROM audit_erasure WHERE id = $1", [id]);
    return rows[0].prepared !== null;
  }

  /** Returns how many agreed erasures are deferred by some minutes, at most a quarter of an hour. */
  async function put(ids: readonly string[]): Promise<number> {
    const { rows } = await bench.admin.query(
      `SELECT 1 FROM audit_erasure WHERE id = ANY ($1::uuid[]) AND state = 'agreed' AND prepared IS NULL
       AND try_after > now() + interval '5 minutes' AND try_after <= now() + interval '15 minutes'`,
      [ids],
    );
    return rows.length;
  }

  it("a hundred erasures that no portal can prepare do not delay later ones", async () => {
    const id = await agreed();
    for (let n = 0; n < 100; n += 1)
      await bench.cx.audit.compartments.open({
        tenantId: bench.place.tenantId,
        kind: "subject",
        subject: `p-${n}`,
      });
    // As erasures that were agreed to before marks existed, or whose entries were pruned or restored without parts.
    await owned(`INSERT INTO audit_erasure (id, tenant_id, compartment_id, reason, state, asked_by, asked_at, agreed_by, agreed_at)
    SELECT ('01900000-0000-7000-8000-' || lpad(substr(k.subject, 3), 12, '0'))::uuid, e.tenant_id, k.id, 'starving', 'agreed',
      e.asked_by, now(), e.agreed_by, now()
    FROM audit_compartment k, audit_erasure e WHERE e.id = '${id}' AND k.subject ~ '^p-[0-9]+$'`);
    await owned(`UPDATE audit_erasure SET prepared = NULL, prepared_at = NULL WHERE id = '${id}'`);
    const { rows } = await bench.admin.query("SELECT id::text FROM audit_erasure WHERE reason = 'starving'");
    expect(rows).toHaveLength(100);
    await prepareDueErasures(bench.cx);
    expect(await isPrepared(id)).toBe(false);
    expect(await put(rows.map((row) => row.id))).toBe(100);
    await prepareDueErasures(bench.cx);
    expect(await isPrepared(id)).toBe(true);
  });

  it("an erasure that cannot be prepared raises one alarm and is retried when its minutes have passed", async () => {
    const id = await agreed();
    const seen: unknown[] = [];
    const logger = Object.assign(createLogger("test", "silent"), { error: (of: unknown) => seen.push(of) });
    const cx = { ...bench.cx, logger };
    const { rows } = await bench.admin.query(
      "SELECT agree_entry_id::text AS agree FROM audit_erasure WHERE id = $1",
      [id],
    );
    await owned(
      `UPDATE audit_erasure SET agree_entry_id = ask_entry_id, prepared = NULL, prepared_at = NULL WHERE id = '${id}'`,
    );
    await prepareDueErasures(cx);
    await prepareDueErasures(cx);
    expect(seen).toEqual([{ alarm: "log.erasure", erasure: id }]);
    await owned(
      `UPDATE audit_erasure SET agree_entry_id = '${rows[0].agree}', try_after = now() WHERE id = '${id}'`,
    );
    await prepareDueErasures(cx);
    expect([await isPrepared(id), seen.length]).toEqual([true, 1]);
    expect(await listPrepared(bench.appPool, bench.place.tenantId)).toContain(id);
  });

  it("an erasure whose key does not open is deferred as well", async () => {
    const id = await agreed();
    await owned(`UPDATE audit_erasure SET prepared = NULL, prepared_at = NULL WHERE id = '${id}'`);
    const { rows } = await bench.admin.query(
      "SELECT compartment_id::text AS of FROM audit_erasure WHERE id = $1",
      [id],
    );
    await pastTriggers(bench.admin, ["audit_compartment"], () =>
      bench.admin.query(
        "UPDATE audit_compartment SET sealed_key = set_byte(sealed_key, 20, get_byte(sealed_key, 20) # 1) WHERE id = $1",
        [rows[0].of],
      ),
    );
    bench.cx.audit.compartments.forget(rows[0].of);
    expect(await prepareDueErasures(bench.cx)).toBe(0);
    expect(await put([id])).toBe(1);
  });

  it("the portal's login can defer an erasure by a quarter of an hour at most", async () => {
    const id = await agreed();
    await asApp("try_after = now() + interval '15 minutes'", id);
    await asApp("try_after = NULL", id);
    const refused = "state does not allow this";
    for (const set of [
      "try_after = now() + interval '16 minutes'",
      "try_after = 'infinity'",
      "prepared_at = 'infinity'",
      "prepared_at = now() + interval '1 minute'",
    ])
      await expect(asApp(set, id)).rejects.toThrow(refused);
    const inserted = `INSERT INTO audit_erasure (id, tenant_id, compartment_id, reason, asked_by, try_after)
    SELECT gen_random_uuid(), tenant_id, compartment_id, 'x', asked_by, now() + interval '1 minute'
    FROM audit_erasure WHERE id = $1::uuid`;
    await expect(inTransaction(bench.cx, (tx) => tx.$executeRawUnsafe(inserted, id))).rejects.toThrow(
      refused,
    );
  });

  it("an erasure that a date or hold defers for longer keeps its time when other columns change", async () => {
    const id = await agreed();
    await owned(
      `UPDATE audit_erasure SET try_after = now() + interval '1 year', kept_back = 'date' WHERE id = '${id}'`,
    );
    await asApp("prepared = NULL, prepared_at = NULL", id);
    const { rows } = await bench.admin.query(
      "SELECT try_after > now() + interval '300 days' AS is_far FROM audit_erasure WHERE id = $1",
      [id],
    );
    expect(rows[0].is_far).toBe(true);
  });

  it("an erasure that fails in preparation or when its key is destroyed does not delay others", async () => {
    const [first, second] = [await agreed(), await agreed()].sort();
    const failing = (what: string) =>
      bench.admin.query(`CREATE OR REPLACE FUNCTION fail_one() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN IF NEW.id = '${first}' AND ${what} THEN RAISE EXCEPTION 'disk full'; END IF; RETURN NEW; END $$`);
    await failing("NEW.prepared IS NOT NULL AND OLD.prepared IS NULL");
    await owned(
      `UPDATE audit_erasure SET prepared = NULL, prepared_at = NULL WHERE id IN ('${first}', '${second}')`,
    );
    await bench.admin.query(
      "CREATE TRIGGER fail_one BEFORE UPDATE ON audit_erasure FOR EACH ROW EXECUTE FUNCTION fail_one()",
    );
    expect(await prepareDueErasures(bench.cx)).toBe(1);
    expect([await isPrepared(first ?? ""), await isPrepared(second ?? "")]).toEqual([false, true]);
    expect(await put([first ?? ""])).toBe(1);
    await failing("NEW.state = 'done'");
    await owned(`UPDATE audit_erasure SET try_after = NULL WHERE id = '${first}'`);
    expect(await prepareDueErasures(bench.cx)).toBe(1);
    const retention = openPool({ url: bench.database.retentionUrl, maxConnections: 1 });
    await erasePrepared({
      ...bench.place,
      pool: retention,
      appPool: bench.appPool,
      logger: createLogger("test", "silent"),
    });
    await retention.end();
    await bench.admin.query("DROP TRIGGER fail_one ON audit_erasure");
    const { rows } = await bench.admin.query(
      "SELECT id::text, state FROM audit_erasure WHERE id = ANY ($1::uuid[]) ORDER BY id",
      [[first, second]],
    );
    expect(rows.map((row) => row.state)).toEqual(["agreed", "done"]);
  });
});

describe("entries dated ahead", () => {
  // Times of one erasure that no program reads. A process with the portal's login writes them into its row.

  let bench: OwnedLog;
  let privacy: Context;
  let compliance: Context;
  beforeAll(async () => {
    bench = await createOwnedLog();
    privacy = await bench.person({ role: "coordinator", duties: ["privacy"] });
    compliance = await bench.person({ role: "coordinator", duties: ["compliance"] });
  });
  afterAll(() => bench.close());

  /** A requested erasure of a person whose only entry states this time. */
  async function asked(at = new Date(Date.now() - 2 * 365 * 86_400_000)): Promise<string> {
    const person = await bench.person({ role: "client", hasKey: false });
    await recordEvent(
      { ...person, clock: fixedClock(at) },
      { class: "log", outcome: "done", action: "audit.keys", subjects: [] },
    );
    return (await askErasure(privacy, { subject: person.principal.handle ?? "", reason: "on request" })).id;
  }

  /** Acts with the portal's login, with an entry that lets the change pass. */
  const asApp = (set: string, id: string) =>
    inTransaction(bench.cx, async (tx) => {
      await tx.$executeRawUnsafe(`UPDATE audit_erasure SET ${set} WHERE id = $1::uuid`, id);
      await appendEntry(tx, bench.cx, {
        class: "retention",
        outcome: "done",
        action: "erasure.agree",
        subjects: [`erasure:${id}`],
        details: { erasure: id },
      });
    });

  const isListed = async (id: string): Promise<boolean> =>
    (await listErasures(privacy, { cursor: undefined, limit: 50 })).items.some((one) => one.id === id);

  const SET = [
    "try_after = '-infinity'",
    "prepared_at = '-infinity'",
    "state = 'agreed', agreed_by = $BY, agreed_at = 'infinity'",
    "state = 'agreed', agreed_by = $BY, agreed_at = '-infinity'",
    "state = 'agreed', agreed_by = $BY, agreed_at = '290000-01-01'",
    "state = 'refused', refused_by = $BY, ended_at = 'infinity'",
  ];

  it.each(SET)(
    "the portal's login cannot set %s, so the list, a refusal and other erasures still work",
    async (set) => {
      const [id, other] = [await asked(), await asked()];
      const done = asApp(set.replace("$BY", `'${compliance.principal.userId}'`), id);
      await expect(done).rejects.toThrow("state does not allow this");
      await agreeToErasure(compliance, other);
      await pastTriggers(bench.admin, ["audit_erasure"], () =>
        bench.admin.query("UPDATE audit_erasure SET prepared = NULL, prepared_at = NULL WHERE id = $1", [
          other,
        ]),
      );
      expect(await prepareDueErasures(bench.cx)).toBe(1);
      expect(await isListed(id)).toBe(true);
      await refuseErasureAsked(privacy, id);
      await refuseErasureAsked(privacy, other);
    },
  );

  it("an erasure deferred by an entry with a future date is listed and refused like others", async () => {
    const id = await asked(new Date("9999-12-01T00:00:00Z"));
    await agreeToErasure(compliance, id);
    const retention = openPool({ url: bench.database.retentionUrl, maxConnections: 1 });
    await erasePrepared({
      ...bench.place,
      pool: retention,
      appPool: bench.appPool,
      logger: createLogger("test", "silent"),
    });
    await retention.end();
    const { rows } = await bench.admin.query("SELECT kept_back FROM audit_erasure WHERE id = $1", [id]);
    expect(rows).toEqual([{ kept_back: "date" }]);
    expect(await isListed(id)).toBe(true);
    await refuseErasureAsked(privacy, id);
  });
});

describe("a hold of another agency", () => {
  const YEAR_MS = 365 * 86_400_000;

  let bench: AccessBench;
  let retention: Pool;
  let owner: Pool;
  let admin: Pool;
  let [privacy, compliance, agency]: BenchPerson[] = [];

  beforeAll(async () => {
    bench = await createAccessBench();
    await prepareLog(bench.sequencerPool, bench.place);
    retention = openPool({ url: bench.database.retentionUrl, maxConnections: 2 });
    owner = openOwnerPool(bench.database.adminUrl, bench.database.tenantId);
    admin = openPool({ url: bench.database.adminUrl, maxConnections: 2 });
    privacy = await bench.person({ role: "coordinator", duties: ["privacy"], hasKey: false });
    compliance = await bench.person({ role: "coordinator", duties: ["compliance"], hasKey: false });
    agency = await bench.person({ role: "regulator", hasKey: false });
  });
  afterAll(async () => {
    await Promise.all([retention?.end(), owner?.end(), admin?.end()]);
    await bench?.close();
  });

  const who = (person: BenchPerson | undefined): BenchPerson => {
    if (person === undefined) throw new TypeError("the bench made no such person");
    return person;
  };

  /** A client whose only act is years old, in an entry of this form. */
  async function formerClient(years: number, event: Partial<AuditEvent> = {}): Promise<BenchPerson> {
    const person = await bench.person({ role: "client", hasKey: false });
    const clock = fixedClock(new Date(Date.now() - years * YEAR_MS));
    await recordEvent(
      { ...person, clock },
      { class: "log", outcome: "done", action: "audit.read", subjects: [], ...event },
    );
    return person;
  }

  /** The other agency places a hold on the transaction. Only this agency and approvers may know of it. */
  const hold = () =>
    preserveTransactions(
      who(agency),
      NewPreservation.parse({ transactions: [bench.transactions[0]], reason: "18 O 2/26" }),
    );

  const erase = () =>
    erasePrepared({
      ...bench.place,
      pool: retention,
      appPool: bench.appPool,
      logger: createLogger("test", "silent"),
    });

  async function agreed(person: BenchPerson): Promise<string> {
    const { id } = await askErasure(who(privacy), { subject: person.principal.handle, reason: "asked" });
    await agreeToErasure(who(compliance), id);
    return id;
  }

  async function answer(id: string, cx = who(privacy)) {
    const { items } = await listErasures(cx, ErasureQuery.parse({}));
    return items.find((item) => item.id === id);
  }

  /** Moves to the next day, when a deferred erasure is retried. */
  async function anotherDay(): Promise<void> {
    const client = await admin.connect();
    try {
      await pastTriggers(client, ["audit_erasure"], () =>
        client.query("UPDATE audit_erasure SET try_after = now() WHERE state = 'agreed'"),
      );
    } finally {
      client.release();
    }
    await prepareDueErasures(bench.cx);
    await erase();
  }

  /** Returns refusals in the log, as any reader sees them. */
  async function refusals(): Promise<number> {
    while ((await integrateBatch(bench.sequencerPool, bench.place)).added > 0);
    const query = EventQuery.parse({ action: "compartment.erase", outcome: "denied", limit: "200" });
    return (await listEvents(bench.auditor, query)).items.length;
  }

  describe("another agency's hold", () => {
    it("defers the erasure of a person's key if an entry belongs to a case about the held data, even if it names only the case", async () => {
      const caseId = await bench.draft({ who: bench.regulator });
      const reader = await formerClient(3, { caseId, caseDetails: {} });
      const { id: holdId } = await hold();
      const holder = await formerClient(3, { caseId: holdId, caseDetails: {} });
      const unheld = await formerClient(3, { caseId: uuidv7(5), caseDetails: {} });
      const ids = [await agreed(reader), await agreed(holder), await agreed(unheld)];
      await erase();
      const states = await Promise.all(ids.map((id) => answer(id)));
      expect(states.map((item) => item?.state)).toEqual(["agreed", "agreed", "done"]);
    });

    it("gives the same answer as a period that has not passed, and as many refusals in the log, day after day (I12)", async () => {
      await hold();
      const held = await formerClient(3, { index: { transactionId: bench.transactions[0] } });
      const young = await formerClient(0.5);
      const decider = await bench.person({
        role: "coordinator",
        duties: ["privacy", "approve"],
        hasKey: false,
      });
      const counts: number[] = [];
      const answers: unknown[] = [];
      const known: unknown[] = [];
      for (const person of [held, young]) {
        const before = await refusals();
        const id = await agreed(person);
        await erase();
        const item = await answer(id);
        answers.push({ ...item, id: "", subject: "", asked_at: "" });
        known.push((await answer(id, decider))?.kept_back);
        for (let day = 0; day < 3; day += 1) await anotherDay();
        expect(await answer(id)).toEqual(item);
        counts.push((await refusals()) - before);
      }
      expect(answers[0]).toEqual(answers[1]);
      expect(answers[0]).toMatchObject({ state: "agreed", try_after: null });
      expect(counts).toEqual([1, 1]);
      expect(known).toEqual(["hold", "date"]);
    });

    it("is waited for while it is being placed: nothing is erased or pruned after the hold was confirmed", async () => {
      const person = await formerClient(3, { index: { transactionId: bench.transactions[1] } });
      const id = await agreed(person);
      const placing = await owner.connect();
      const holdId = uuidv7(Date.now());
      await placing.query("BEGIN");
      await placing.query(
        `INSERT INTO preservation (id, tenant_id, requested_by, transactions, reason, state, until)
       VALUES ($1, $2, $1, $3, 'court', 'active', now() + interval '90 days')`,
        [holdId, bench.place.tenantId, [bench.transactions[1]]],
      );
      await placing.query(
        "SELECT audit_write('done', 'access', 'preservation.create', NULL, ARRAY[$1::text])",
        [`preservation:${holdId}`],
      );
      let isOver = false;
      const erasing = eraseCompartment(retention, id).finally(() => {
        isOver = true;
      });
      const isWaiting = async () =>
        isOver ||
        (
          await admin.query(
            "SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()",
          )
        ).rows.length > 0;
      await expect.poll(isWaiting, { timeout: 150_000 }).toBe(true);
      await placing.query("COMMIT");
      placing.release();
      expect(await erasing).toMatchObject({ outcome: "denied", reason: "hold" });
      expect(await answer(id)).toMatchObject({ state: "agreed" });
    });

    it("is read in its present state, whatever snapshot the retention login uses", async () => {
      const client = await retention.connect();
      try {
        for (const call of ["audit_prune(1)", `audit_erase('${uuidv7(1)}')`]) {
          await client.query("BEGIN ISOLATION LEVEL REPEATABLE READ");
          await expect(client.query(`SELECT ${call}`)).rejects.toMatchObject({ code: "SP004" });
          await client.query("ROLLBACK");
        }
      } finally {
        client.release();
      }
    });
  });
});
