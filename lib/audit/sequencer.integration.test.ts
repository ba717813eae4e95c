import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { utf8 } from "@/lib/crypto/bytes";
import { uuidv7 } from "@/lib/crypto/uuid";
import { openPool } from "@/lib/db/pool";
import { createLogger } from "@/lib/telemetry/logger";
import { type AuditBench, createAuditBench } from "@/lib/testing/audit";
import { encodeEntry } from "./entry";
import type { AuditEvent } from "./event";
import { recordEvent } from "./record-event";
import { createMalformed } from "./worker/malformed";
import { integrateBatch, prepareLog } from "./worker/sequencer";

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

/** A row that the database's own rules would refuse, as whoever goes round them writes it. */
async function plant(id: string, log: string, bytes: Uint8Array): Promise<void> {
  const client = await owner.connect();
  try {
    for (const table of ["audit_entry", "audit_queue"]) {
      await client.query(`ALTER TABLE ${table} DISABLE TRIGGER USER`);
    }
    await client.query(
      `INSERT INTO audit_entry (id, log, tenant_id, at, class, outcome, bytes)
       VALUES ($1, $2, $3, '2026-11-24T14:45:00.000000Z', 'log', 'done', $4)`,
      [id, log, bench.place.tenantId, Buffer.from(bytes)],
    );
    await client.query(
      "INSERT INTO audit_queue (entry_id, tenant_id, subject, action) VALUES ($1, $2, $3, 'audit.read')",
      [id, bench.place.tenantId, `entry:${id}`],
    );
  } finally {
    client.release();
  }
}

function entryBytes(log: string, id: string): Uint8Array {
  const at = "2026-11-24T14:45:00.000000Z";
  return encodeEntry({ v: 1, log, id, at, tenant: "t_x", class: "log", outcome: "done", sealed: [] });
}

const malformed = createMalformed(logger);
const integrate = (limit: number) => integrateBatch(bench.sequencerPool, bench.place, limit, malformed);

async function leafIds(): Promise<string[]> {
  const { rows } = await bench.appPool.query("SELECT entry_id FROM audit_leaf ORDER BY seq");
  return rows.map((row) => String(row.entry_id));
}

describe("the sequencer", () => {
  it("gives no leaf to what is not an entry of its row and its log, and goes on past it", async () => {
    const { log } = bench.place;
    const id = () => uuidv7(Date.now());
    const [garbage, swapped, foreign] = [id(), id(), id()];
    await plant(garbage, log, utf8("garbage"));
    await plant(swapped, log, entryBytes(log, id()));
    await plant(foreign, log, entryBytes("log.test/other", foreign));
    const good = [await recordEvent(bench.cx, EVENT), await recordEvent(bench.cx, EVENT)];
    // A batch smaller than the number of malformed rows before the good ones.
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
});
