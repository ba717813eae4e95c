import { Client } from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { uuidv7 } from "@/lib/crypto/uuid";
import { inRawTransaction, type RawTx } from "@/lib/db/transaction";
import { type AuditBench, createAuditBench } from "@/lib/testing/benches/audit-bench";
import { pastTriggers } from "@/lib/testing/log/past-triggers";
import type { AuditEvent } from "../entry/event";
import { integrateBatch, prepareLog } from "../sequencer/sequencer";
import { recordEvent } from "./record-event";

// A dump loaded into a new cluster keeps the rows' own transaction ids, but the cluster's ids begin again. Sooner or
// later a transaction has the id of an old row. Here the owner writes a future id into old rows instead.

let bench: AuditBench;
let admin: Client;
beforeAll(async () => {
  bench = await createAuditBench();
  await prepareLog(bench.sequencerPool, bench.place);
  admin = new Client({ connectionString: bench.database.adminUrl });
  await admin.connect();
});
afterAll(async () => {
  await admin.end();
  await bench.close();
});

const AHEAD = 20n;

/** Another process used the number. This is not the test's result, so it is retried with a later number. */
class Passed extends Error {}

async function currentXid(client: Pick<Client, "query">): Promise<bigint> {
  const { rows } = await client.query<{ xid: string }>("SELECT pg_current_xact_id()::text AS xid");
  return BigInt(rows[0]?.xid ?? 0);
}

/** Begins transactions of the portal's login until one has this id, and runs `act` only in it. */
async function inTransactionOf(xid: bigint, act: (tx: RawTx) => Promise<unknown>): Promise<void> {
  let isReached = false;
  while (!isReached)
    await inRawTransaction(bench.cx, async (tx) => {
      const own = await currentXid(tx);
      if (own > xid) throw new Passed();
      isReached = own === xid;
      if (isReached) await act(tx);
    });
}

/** Gives the rows of an old entry a future id, as a restore does, and runs `act` in the transaction with that id. */
async function restored(entry: string, act: (tx: RawTx) => Promise<unknown>): Promise<void> {
  for (;;) {
    const xid = (await currentXid(admin)) + AHEAD;
    await pastTriggers(admin, ["audit_entry", "audit_queue"], async () => {
      await admin.query("UPDATE audit_entry SET xid = $2::text::xid8 WHERE id = $1", [entry, xid]);
      await admin.query("UPDATE audit_queue SET xid = $2::text::xid8 WHERE entry_id = $1", [entry, xid]);
    });
    try {
      return await inTransactionOf(xid, act);
    } catch (error) {
      if (!(error instanceof Passed)) throw error;
    }
  }
}

const newId = (): string => `p-${uuidv7(Date.now())}`;

const creation = (participant: string): AuditEvent => ({
  class: "admin",
  outcome: "done",
  action: "participant.create",
  subjects: [`participant:${participant}`],
});

const insert = (tx: RawTx, id: string) =>
  tx.query("INSERT INTO participant (id, tenant_id, organisation_id, role) VALUES ($1, $2, $2, 'client')", [
    id,
    bench.place.tenantId,
  ]);

const queue = (tx: RawTx, entry: string, id: string) =>
  tx.query(
    "INSERT INTO audit_queue (entry_id, tenant_id, subject, action) VALUES ($1, $2, $3, 'participant.create')",
    [entry, bench.place.tenantId, `participant:${id}`],
  );

async function exists(id: string): Promise<boolean> {
  const { rows } = await bench.appPool.query("SELECT 1 FROM participant WHERE id = $1", [id]);
  return rows.length === 1;
}

const integrate = () => integrateBatch(bench.sequencerPool, bench.place);

describe("transaction ids that begin again", () => {
  it("an old entry with its leaf does not cover a change", async () => {
    const [id, old] = [newId(), await recordEvent(bench.cx, creation("client-4"))];
    await integrate();
    const cheat = restored(old.id, async (tx) => {
      await insert(tx, id);
      await queue(tx, old.id, id);
    });
    await expect(cheat).rejects.toThrow("audit entry");
    expect(await exists(id)).toBe(false);
  });

  it("an old entry without a leaf does not cover a change by a new queue row", async () => {
    const [id, old] = [newId(), await recordEvent(bench.cx, creation("client-4"))];
    const cheat = restored(old.id, async (tx) => {
      await insert(tx, id);
      await queue(tx, old.id, id);
    });
    await expect(cheat).rejects.toThrow("audit entry");
    expect(await exists(id)).toBe(false);
  });

  it("a waiting queue row does not cover a change", async () => {
    const id = newId();
    const old = await recordEvent(bench.cx, creation(id));
    await expect(restored(old.id, (tx) => insert(tx, id))).rejects.toThrow("audit entry");
    expect(await exists(id)).toBe(false);
  });

  it("no sealed part or index row can be added to an old entry", async () => {
    const { tenantId } = bench.place;
    const old = await recordEvent(bench.cx, creation("client-4"));
    await pastTriggers(admin, ["audit_index"], () =>
      admin.query("DELETE FROM audit_index WHERE entry_id = $1", [old.id]),
    );
    const part = restored(old.id, (tx) =>
      tx.query(
        `INSERT INTO audit_part (entry_id, c, tenant_id, compartment_id, stored)
         VALUES ($1, 'AAAAAAAAAAA', $2, gen_random_uuid(), 'x')`,
        [old.id, tenantId],
      ),
    );
    await expect(part).rejects.toThrow("audit entry");
    const row = restored(old.id, (tx) =>
      tx.query(
        `INSERT INTO audit_index (entry_id, tenant_id, at, outcome, action)
         SELECT id, tenant_id, at, outcome, 'audit.read' FROM audit_entry WHERE id = $1`,
        [old.id],
      ),
    );
    await expect(row).rejects.toThrow("audit entry");
  });
});

describe("entries that the same transaction has written", () => {
  /** Writes a new entry as the portal's login may, with its queue row and index row. */
  async function append(tx: RawTx, id: string): Promise<void> {
    const entry = uuidv7(Date.now());
    const { log, tenantId } = bench.place;
    const at = "2026-11-24T14:45:00.123456Z";
    const bytes = Buffer.from(
      `{"at":"${at}","class":"admin","id":"${entry}","log":"${log}","outcome":"done","sealed":[],"tenant":"t_x","v":1}`,
    );
    await tx.query(
      `INSERT INTO audit_entry (id, log, tenant_id, at, class, outcome, bytes)
       VALUES ($1, $2, $3, $4, 'admin', 'done', $5)`,
      [entry, log, tenantId, at, bytes],
    );
    await queue(tx, entry, id);
    await tx.query(
      `INSERT INTO audit_index (entry_id, tenant_id, at, action, outcome)
       VALUES ($1, $2, $3, 'participant.create', 'done')`,
      [entry, tenantId, at],
    );
  }

  it("an entry counts in a transaction that has the number of an old entry", async () => {
    const [id, old] = [newId(), await recordEvent(bench.cx, creation("client-4"))];
    await restored(old.id, async (tx) => {
      await append(tx, id);
      await insert(tx, id);
    });
    expect(await exists(id)).toBe(true);
  });

  it("an entry counts after a savepoint, where PostgreSQL uses another number", async () => {
    const id = newId();
    await inRawTransaction(bench.cx, async (tx) => {
      await insert(tx, id);
      await tx.query("SAVEPOINT one");
      await append(tx, id);
      await tx.query("RELEASE SAVEPOINT one");
    });
    expect(await exists(id)).toBe(true);
  });

  it("an entry counts while other transactions commit in between", async () => {
    const id = newId();
    await inRawTransaction(bench.cx, async (tx) => {
      await append(tx, id);
      await recordEvent(bench.cx, creation("another"));
      await insert(tx, id);
      await recordEvent(bench.cx, creation("another"));
    });
    expect(await exists(id)).toBe(true);
  });
});
