import type { PoolClient } from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { encodeEntry } from "@/lib/audit/entry/entry";
import type { AuditEvent } from "@/lib/audit/entry/event";
import { countLater } from "@/lib/audit/export/store";
import { readOpenQuarantine } from "@/lib/audit/reading/quarantine-store";
import { recordEvent } from "@/lib/audit/record/record-event";
import { readQueueAge } from "@/lib/audit/self-check/log-store";
import { createQuarantine } from "@/lib/audit/sequencer/quarantine";
import { findStrays, integrateBatch, prepareLog } from "@/lib/audit/sequencer/sequencer";
import { utf8 } from "@/lib/crypto/bytes";
import { uuidv7 } from "@/lib/crypto/uuid";
import { openPool } from "@/lib/db/pool";
import { inRawSnapshot, inSnapshot } from "@/lib/db/transaction";
import { alarmsOf } from "@/lib/http/health/judge-health";
import { readStoredHealth } from "@/lib/http/health/store";
import { createLogger } from "@/lib/telemetry/logger";
import { type AuditBench, createAuditBench } from "@/lib/testing/benches/audit-bench";
import { forgeEntry } from "@/lib/testing/log/forge-entry";
import { withoutEntryForm } from "@/lib/testing/log/past-triggers";

const EVENT: AuditEvent = { class: "log", outcome: "done", action: "audit.read", subjects: [] };

let bench: AuditBench;
let owner: ReturnType<typeof openPool>;
const lines: string[] = [];
const logger = createLogger("test", "info", { write: (line) => void lines.push(line) });

beforeAll(async () => {
  bench = await createAuditBench();
  owner = openPool({ url: bench.database.adminUrl, maxConnections: 1 });
  await prepareLog(bench.sequencerPool, bench.place);
});
afterAll(async () => {
  await owner.end();
  await bench.close();
});

/** Writes a row that the database's rules would refuse, as a writer who bypasses them. */
async function plant(
  id: string,
  log: string,
  bytes: Uint8Array,
  at = "2026-11-24T14:45:00.000000Z",
): Promise<void> {
  const client = await owner.connect();
  try {
    for (const table of ["audit_entry", "audit_queue"]) {
      await client.query(`ALTER TABLE ${table} DISABLE TRIGGER USER`);
    }
    await client.query(
      `INSERT INTO audit_entry (id, log, tenant_id, at, class, outcome, bytes)
       VALUES ($1, $2, $3, $5, 'log', 'done', $4)`,
      [id, log, bench.place.tenantId, Buffer.from(bytes), at],
    );
    await client.query(
      "INSERT INTO audit_queue (entry_id, tenant_id, subject, action) VALUES ($1, $2, $3, 'audit.read')",
      [id, bench.place.tenantId, `entry:${id}`],
    );
    await withTriggersAgain(client);
  } finally {
    client.release();
  }
}

/** Restores the guards as they were, because other tests' rows are written with them. */
async function withTriggersAgain(client: PoolClient): Promise<void> {
  const { rows } = await client.query(
    `SELECT format('ALTER TABLE %I ENABLE ALWAYS TRIGGER %I', c.relname, t.tgname) AS text FROM pg_trigger t
     JOIN pg_class c ON c.oid = t.tgrelid WHERE NOT t.tgisinternal AND c.relname IN ('audit_entry', 'audit_queue')`,
  );
  for (const { text } of rows) await client.query(text);
}

function entryBytes(log: string, id: string): Uint8Array {
  const at = "2026-11-24T14:45:00.000000Z";
  return encodeEntry({ v: 1, log, id, at, tenant: "t_x", class: "log", outcome: "done", sealed: [] });
}

const malformed = createQuarantine(logger);
const integrate = (limit: number) => integrateBatch(bench.sequencerPool, bench.place, limit, malformed);

async function leafIds(): Promise<string[]> {
  const { rows } = await bench.appPool.query("SELECT entry_id FROM audit_leaf ORDER BY seq");
  return rows.map((row) => String(row.entry_id));
}

describe("the sequencer", () => {
  it("gives no leaf to a row that is not an entry of its row and its log, and continues after it", async () => {
    const { log } = bench.place;
    const id = () => uuidv7(Date.now());
    const [garbage, swapped, foreign] = [id(), id(), id()];
    await plant(garbage, log, utf8("garbage"));
    await plant(swapped, log, entryBytes(log, id()));
    await plant(foreign, log, entryBytes("log.test/other", foreign));
    const good = [await recordEvent(bench.cx, EVENT), await recordEvent(bench.cx, EVENT)];
    // A batch smaller than the number of malformed rows before the valid ones.
    for (let round = 0; round < 3; round += 1) await integrate(2);
    expect(await leafIds()).toEqual(good.map((entry) => entry.id));
    const waiting = await bench.appPool.query("SELECT DISTINCT entry_id FROM audit_queue");
    expect(waiting.rows.map((row) => row.entry_id).sort()).toEqual([garbage, swapped, foreign].sort());
    const alarms = lines.filter((line) => line.includes('"entry.malformed"'));
    expect(alarms).toHaveLength(3);
    expect(alarms.join("")).not.toContain("garbage");
  });

  it("is not stopped by waiting rows of another log", async () => {
    for (let at = 0; at < 3; at += 1) {
      const id = uuidv7(Date.now());
      await plant(id, "log.test/other", entryBytes("log.test/other", id));
    }
    const good = await recordEvent(bench.cx, EVENT);
    await integrate(2);
    expect(await leafIds()).toContain(good.id);
  });

  it("is not halted by a second queue row for an entry that has its leaf", async () => {
    const first = await recordEvent(bench.cx, EVENT);
    await integrate(100);
    const client = await owner.connect();
    await client.query("ALTER TABLE audit_queue DISABLE TRIGGER USER");
    await client.query(
      "INSERT INTO audit_queue (entry_id, tenant_id, subject, action) VALUES ($1, $2, 'x', 'audit.read')",
      [first.id, bench.place.tenantId],
    );
    client.release();
    const good = await recordEvent(bench.cx, EVENT);
    await integrate(100);
    expect(await leafIds()).toContain(good.id);
    expect(await quarantined()).toMatchObject({ [first.id]: "placed" });
  });

  it("quarantines rows that are too long without reading them, false claims of a loss, and rows without an entry", async () => {
    const { log, tenantId } = bench.place;
    const long = uuidv7(Date.now());
    await plant(long, log, new Uint8Array(70_000).fill(0x20), "2999-01-01T00:00:00.000000Z");
    await guards();
    const seen: AuditEvent[] = [
      { ...EVENT, class: "retention", pub: { prune: { minimum: 1 } } },
      { ...EVENT, pub: { recovery: { from: 0, to: 1, lost: [] } } },
    ];
    for (const event of seen) await expect(recordEvent(bench.cx, event)).rejects.toThrow();
    const [prune, recovery] = await withoutEntryForm(owner, () =>
      Promise.all(seen.map((event) => recordEvent(bench.cx, event))),
    );
    if (prune === undefined || recovery === undefined) throw new TypeError("nothing was written");
    const absent = uuidv7(Date.now());
    await owner.query("ALTER TABLE audit_queue DISABLE TRIGGER USER");
    await owner.query(
      "INSERT INTO audit_queue (entry_id, tenant_id, subject, action) VALUES ($1, $2, 'x', 'audit.read')",
      [absent, tenantId],
    );
    const other = uuidv7(Date.now());
    await plant(other, "log.test/other", entryBytes("log.test/other", other));
    const good = await recordEvent(bench.cx, EVENT);
    await integrate(100);
    await findStrays(bench.sequencerPool, bench.place, malformed);
    expect(await leafIds()).toContain(good.id);
    expect(await quarantined()).toMatchObject({
      [long]: "format",
      [prune.id]: "unvouched",
      [recovery.id]: "unvouched",
      [absent]: "absent",
      [other]: "log",
    });
    // Evidence stays in place. A restarted worker judges it again and continues.
    const waiting = await bench.appPool.query("SELECT 1 FROM audit_queue WHERE entry_id = ANY ($1)", [
      [long, prune.id, recovery.id, absent, other],
    ]);
    expect(waiting.rows.length).toBeGreaterThanOrEqual(5);
    const next = await recordEvent(bench.cx, EVENT);
    await integrateBatch(bench.sequencerPool, bench.place);
    expect(await leafIds()).toContain(next.id);
  });

  it("counts quarantined entries, and measures how long others wait by the database's clock", async () => {
    const health = () =>
      inSnapshot(bench.cx, (tx) => readStoredHealth(tx, bench.place.log, { own: 0, independent: 0 }));
    const stored = await health();
    expect(stored.quarantined).toBeGreaterThan(5);
    const late = (health: typeof stored) => alarmsOf(health, [], Date.now() + 61_000, { isStamping: false });
    expect(late(stored)).toContain("entry-quarantined");
    // A quarantined entry does not wait; the row next to it does.
    expect(late(stored)).not.toContain("integration-late");
    await recordEvent(bench.cx, EVENT);
    expect(late({ ...(await health()), oldestWaiting: "2999-01-01T00:00:00.000000Z" })).toContain(
      "integration-late",
    );
    await integrate(100);
  });

  it("does not count quarantined entries among those that wait for a checkpoint", async () => {
    const { log } = bench.place;
    const { rows } = await bench.appPool.query("SELECT size FROM audit_head WHERE log = $1", [log]);
    const size = Number(rows[0].size);
    expect(await inRawSnapshot(bench.cx, (tx) => countLater(tx, log, size))).toEqual({ count: 0 });
    expect(await inRawSnapshot(bench.cx, (tx) => readQueueAge(tx, log))).toEqual({
      count: 0,
      oldest_at: null,
    });
    const open = await inRawSnapshot(bench.cx, (tx) => readOpenQuarantine(tx, bench.place.tenantId));
    expect(open?.count).toBe(Object.keys(await quarantined()).length);
    await recordEvent(bench.cx, EVENT);
    const later = await inRawSnapshot(bench.cx, (tx) => countLater(tx, log, size));
    expect(later).toMatchObject({ count: 1, oldest_at: expect.stringMatching(/^20\d\d-.*\.\d{6}Z$/) });
  });
});

async function quarantined(): Promise<Record<string, string>> {
  const { rows } = await bench.appPool.query("SELECT entry_id, reason FROM audit_quarantine");
  return Object.fromEntries(rows.map((row) => [row.entry_id, row.reason]));
}

/** The tables' own rules are active again. */
async function guards(): Promise<void> {
  const { rows } = await owner.query(
    `SELECT format('ALTER TABLE %I ENABLE ALWAYS TRIGGER %I', c.relname, t.tgname) AS text
     FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
     WHERE NOT t.tgisinternal AND c.relname IN ('audit_entry', 'audit_queue')`,
  );
  for (const { text } of rows) await owner.query(text);
}

describe("long entries", () => {
  let bench: AuditBench;
  beforeAll(async () => {
    bench = await createAuditBench();
    await prepareLog(bench.sequencerPool, bench.place);
  });
  afterAll(() => bench.close());

  const AT = "2026-11-24T14:45:00.000000Z";

  /** Writes one entry of nearly the largest size, as the portal's database login can. Returns its number of bytes. */
  async function writeLong(at: number): Promise<number> {
    const { log, tenantId } = bench.place;
    const id = uuidv7(at);
    const pub = { checkpoint: "x".repeat(65_000) };
    const bytes = encodeEntry({
      v: 1,
      log,
      id,
      at: AT,
      tenant: "t_x",
      class: "log",
      outcome: "done",
      sealed: [],
      pub,
    });
    await bench.appPool.query(
      `WITH e AS (INSERT INTO audit_entry (id, log, tenant_id, at, class, outcome, bytes)
         VALUES ($1, $2, $3, $4, 'log', 'done', $5)),
       q AS (INSERT INTO audit_queue (entry_id, tenant_id, subject, action) VALUES ($1, $3, 'entry:x', 'audit.read'))
     INSERT INTO audit_index (entry_id, tenant_id, at, actor, action, outcome)
       VALUES ($1, $3, $4, 'system:x', 'audit.read', 'done')`,
      [id, log, tenantId, AT, Buffer.from(bytes)],
    );
    return bytes.length;
  }

  it("a batch takes only as many entries as its byte limit allows, and the next one is due at once", async () => {
    const count = 600;
    let bytes = 0;
    for (let at = 0; at < count; at += 1) bytes = await writeLong(at);
    const batches = [
      await integrateBatch(bench.sequencerPool, bench.place),
      await integrateBatch(bench.sequencerPool, bench.place),
    ];
    expect(batches.map(({ more }) => more)).toEqual([true, false]);
    expect(batches.map(({ size }) => size)).toEqual([Math.floor((32 << 20) / bytes), count]);
  });
});

describe("many rows in the queue", () => {
  let bench: AuditBench;
  beforeAll(async () => {
    bench = await createAuditBench();
    await prepareLog(bench.sequencerPool, bench.place);
  });
  afterAll(() => bench.close());

  const ENTRIES = 6;
  const LIMIT = 50;

  it("entries with more queue rows than a batch checks delay later ones by one batch each at most", async () => {
    const subjects = Array.from({ length: 4 * LIMIT + 1 }, (_, n) => `s:${n}`);
    for (let n = 0; n < ENTRIES; n += 1) await forgeEntry(bench.appPool, bench.place, { subjects });
    const { id } = await recordEvent(bench.cx, {
      class: "log",
      outcome: "done",
      action: "audit.keys",
      subjects: [],
    });
    const batches: boolean[] = [];
    for (;;) {
      batches.push((await integrateBatch(bench.sequencerPool, bench.place, LIMIT)).more);
      const { rows } = await bench.appPool.query("SELECT 1 FROM audit_leaf WHERE entry_id = $1", [id]);
      if (rows.length > 0 || batches.length > 2 * ENTRIES) break;
    }
    // If rows are left over, the next batch is due at once and not one period later.
    expect(batches).toEqual([...Array.from({ length: ENTRIES }, () => true), false]);
  });
});
