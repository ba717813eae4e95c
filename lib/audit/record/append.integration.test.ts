import { Client } from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { parseEntry } from "@/lib/audit/entry/entry";
import type { AuditEvent } from "@/lib/audit/entry/event";
import { appendEntry } from "@/lib/audit/record/append-entry";
import { issueReceipt } from "@/lib/audit/record/issue-receipt";
import { recordEvent } from "@/lib/audit/record/record-event";
import { integrateBatch, prepareLog } from "@/lib/audit/sequencer/sequencer";
import { readHead, storedNodes } from "@/lib/audit/sequencer/store";
import { fromBase64url } from "@/lib/crypto/bytes";
import { inclusionProofFrom, leafHash, treeRoot, verifyInclusion } from "@/lib/crypto/log/merkle";
import { verifyReceipt } from "@/lib/crypto/receipt";
import { uuidv7 } from "@/lib/crypto/uuid";
import { inRawTransaction, inTransaction, type RawTx } from "@/lib/db/transaction";
import { type AuditBench, createAuditBench } from "@/lib/testing/benches/audit-bench";
import { pastTriggers } from "@/lib/testing/log/past-triggers";

const EVENT: AuditEvent = {
  class: "access",
  outcome: "denied",
  action: "transaction.access",
  subjects: [],
  purpose: "settlement",
  access: { dataAccessed: [], success: false, error: "access.purpose" },
};

let bench: AuditBench;
beforeAll(async () => {
  bench = await createAuditBench();
  await prepareLog(bench.sequencerPool, bench.place);
});
afterAll(() => bench.close());

async function drainQueue(): Promise<number> {
  let size = 0;
  for (let added = 1; added > 0; )
    ({ added, size } = await integrateBatch(bench.sequencerPool, bench.place, 37));
  return size;
}

describe("the log under writers", () => {
  it("64 concurrent writers and three sequencers make one gapless tree over the stored bytes", async () => {
    const { cx } = bench;
    const writers = Array.from({ length: 64 }, async (_, writer) => {
      for (let at = 0; at < 5; at += 1) {
        if (writer % 2 === 0) await recordEvent(cx, EVENT);
        else await inTransaction(cx, (tx) => appendEntry(tx, cx, EVENT));
      }
    });
    let isWriting = true;
    const sequencers = Array.from({ length: 3 }, async () => {
      while (isWriting) await integrateBatch(bench.sequencerPool, bench.place, 23);
    });
    await Promise.all(writers);
    isWriting = false;
    await Promise.all(sequencers);
    expect(await drainQueue()).toBe(320);
    const { rows } = await bench.appPool.query(
      "SELECT l.seq, l.leaf_hash, e.bytes FROM audit_leaf l JOIN audit_entry e ON e.id = l.entry_id ORDER BY l.seq",
    );
    expect(rows.map((row) => Number(row.seq))).toEqual(Array.from({ length: 320 }, (_, seq) => seq));
    const leaves: Uint8Array[] = rows.map((row) => leafHash(row.bytes));
    expect(rows.every((row, at) => row.leaf_hash.equals(leaves[at]))).toBe(true);
    const head = await readHead(bench.sequencerPool, bench.place.log);
    expect(Buffer.from(head?.root ?? []).equals(treeRoot(leaves))).toBe(true);
    const nodes = storedNodes(bench.appPool, bench.place.log);
    for (const index of [0, 1, 255, 256, 319]) {
      const proof = await inclusionProofFrom(nodes, index, 320);
      const leaf = leaves[index] ?? new Uint8Array();
      expect(verifyInclusion({ leafHash: leaf, index, size: 320, proof, root: treeRoot(leaves) })).toBe(true);
    }
    const waiting = await bench.appPool.query("SELECT count(*)::int AS n FROM audit_queue");
    expect(waiting.rows[0].n).toBe(0);
  });

  it("a receipt verifies under the receipt key and names the stored bytes", async () => {
    const appended = await recordEvent(bench.cx, EVENT);
    const receipt = await issueReceipt(bench.cx, appended);
    expect(parseEntry(fromBase64url(receipt.entry)).id).toBe(appended.id);
    const claims = {
      log: receipt.log,
      entryId: receipt.entry_id,
      leafHash: fromBase64url(receipt.leaf_hash),
      integrateBy: receipt.integrate_by,
    };
    expect(verifyReceipt(bench.cx.audit.receiptSigner.publicKey, claims, receipt.signature)).toBe(true);
  });

  it("recorded events of a burst share statements, and each one is committed when its call returns", async () => {
    const before = await count();
    const entries = await Promise.all(Array.from({ length: 200 }, () => recordEvent(bench.cx, EVENT)));
    expect(new Set(entries.map((entry) => entry.id)).size).toBe(200);
    expect((await count()) - before).toBe(200);
    const { rows } = await bench.appPool.query(
      "SELECT count(DISTINCT xid::text)::int AS n FROM audit_entry WHERE id = ANY ($1::uuid[])",
      [entries.map((entry) => entry.id)],
    );
    expect(rows[0].n).toBeLessThan(20);
  });

  it("an entry whose transaction is rolled back leaves no row", async () => {
    const before = await count();
    const refused = inTransaction(bench.cx, async (tx) => {
      await appendEntry(tx, bench.cx, EVENT);
      throw new TypeError("rolled back");
    });
    await expect(refused).rejects.toThrow("rolled back");
    expect(await count()).toBe(before);
  });
});

async function count(): Promise<number> {
  const { rows } = await bench.appPool.query("SELECT count(*)::int AS n FROM audit_entry");
  return rows[0].n;
}

describe("plans of an append", () => {
  const EVENT: AuditEvent = {
    class: "access",
    outcome: "denied",
    action: "transaction.access",
    subjects: [],
  };
  const TABLES = ["audit_entry", "audit_part", "audit_queue", "audit_index", "audit_leaf"];
  const BATCHES = 10;
  const BATCH = 64;
  const Scans = z.array(z.object({ relname: z.string(), seq_tup_read: z.coerce.number() }));

  let bench: AuditBench;
  beforeAll(async () => {
    bench = await createAuditBench({ writers: 1 });
    await prepareLog(bench.sequencerPool, bench.place);
  });
  afterAll(() => bench.close());

  async function appendAndIntegrate(): Promise<void> {
    for (let batch = 0; batch < BATCHES; batch += 1) {
      await Promise.all(Array.from({ length: BATCH }, () => recordEvent(bench.cx, EVENT)));
      await integrateBatch(bench.sequencerPool, bench.place, BATCH);
    }
  }

  /** Returns how many rows of each table were read by sequential scans, as the server counts them. */
  async function rowsReadThrough(): Promise<Map<string, number>> {
    for (const pool of [bench.appPool, bench.sequencerPool])
      await pool.query("SELECT pg_stat_force_next_flush()");
    const { rows } = await bench.appPool.query(
      "SELECT relname, seq_tup_read FROM pg_stat_user_tables WHERE relname = ANY ($1)",
      [TABLES],
    );
    return new Map(Scans.parse(rows).map(({ relname, seq_tup_read }) => [relname, seq_tup_read]));
  }

  it("the reads of an append and of a sequencer batch do not grow with the log, whenever their plans were made", async () => {
    await appendAndIntegrate();
    const first = await rowsReadThrough();
    await appendAndIntegrate();
    const second = await rowsReadThrough();
    const read = new Map(TABLES.map((table) => [table, (second.get(table) ?? 0) - (first.get(table) ?? 0)]));
    // A batch takes the queue, so it may scan the queue once.
    expect(read.get("audit_queue")).toBeLessThanOrEqual(BATCHES * BATCH);
    read.delete("audit_queue");
    expect([...read.values()]).toEqual([0, 0, 0, 0]);
  });
});

describe("restored ids", () => {
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
});
