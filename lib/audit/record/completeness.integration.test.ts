import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { uuidv7 } from "@/lib/crypto/uuid";
import { inRawTransaction, inTransaction, type RawTx } from "@/lib/db/transaction";
import { type AuditBench, createAuditBench } from "@/lib/testing/benches/audit-bench";
import type { AuditEvent } from "../entry/event";
import { appendEntry } from "./append-entry";
import { recordEvent } from "./record-event";

let bench: AuditBench;
beforeAll(async () => {
  bench = await createAuditBench();
});
afterAll(() => bench.close());

function creation(participant: string): AuditEvent {
  return {
    class: "admin",
    outcome: "done",
    action: "participant.create",
    subjects: [`participant:${participant}`],
  };
}

const INSERT = "INSERT INTO participant (id, tenant_id, organisation_id, role) VALUES ($1, $2, $2, 'client')";

function insert(tx: RawTx, id: string): Promise<unknown> {
  return tx.query(INSERT, [id, bench.place.tenantId]);
}

function newId(): string {
  return `p-${uuidv7(Date.now())}`;
}

/** Runs raw statements as the app role; the promise gives the result of COMMIT. */
function asApp(fn: (tx: RawTx) => Promise<unknown>): Promise<unknown> {
  return inRawTransaction(bench.cx, fn);
}

async function exists(id: string): Promise<boolean> {
  const { rows } = await bench.appPool.query("SELECT 1 FROM participant WHERE id = $1", [id]);
  return rows.length === 1;
}

describe("changes without an entry", () => {
  it("a change with its entry commits, the same change without one does not", async () => {
    const [good, bad] = [newId(), newId()];
    await inTransaction(bench.cx, async (tx) => {
      await tx.$executeRawUnsafe(INSERT.replaceAll("$2", "$2::uuid"), good, bench.place.tenantId);
      await appendEntry(tx, bench.cx, creation(good));
    });
    expect(await exists(good)).toBe(true);
    await expect(asApp((tx) => insert(tx, bad))).rejects.toThrow("audit entry");
    expect(await exists(bad)).toBe(false);
  });

  it("an older entry does not cover a new act", async () => {
    const id = newId();
    const old = await recordEvent(bench.cx, creation(id));
    await expect(asApp((tx) => insert(tx, id))).rejects.toThrow();
    const reuse = asApp(async (tx) => {
      await insert(tx, id);
      await tx.query(
        "INSERT INTO audit_queue (entry_id, tenant_id, subject, action) VALUES ($1, $2, $3, 'participant.create')",
        [old.id, bench.place.tenantId, `participant:${id}`],
      );
    });
    await expect(reuse).rejects.toThrow();
    expect(await exists(id)).toBe(false);
  });

  it("an entry for another subject or with an unlisted action does not cover an act", async () => {
    const id = newId();
    const attempt = (event: AuditEvent) =>
      inTransaction(bench.cx, async (tx) => {
        await tx.$executeRawUnsafe(INSERT.replaceAll("$2", "$2::uuid"), id, bench.place.tenantId);
        await appendEntry(tx, bench.cx, event);
      });
    await expect(attempt(creation("client-5"))).rejects.toThrow();
    await expect(attempt({ ...creation(id), action: "participant.change" })).rejects.toThrow();
    expect(await exists(id)).toBe(false);
  });

  it("the app cannot set the transaction id of a queue row or an entry", async () => {
    const values = [uuidv7(Date.now()), bench.place.tenantId];
    const queue =
      "INSERT INTO audit_queue (entry_id, tenant_id, subject, action, xid) VALUES ($1, $2, 's', 'a', '99999999')";
    await expect(asApp((tx) => tx.query(queue, values))).rejects.toThrow("42501");
    const entry =
      "INSERT INTO audit_entry (id, tenant_id, log, at, class, outcome, bytes, xid) VALUES ($1, $2, 'l', 'a', 'c', 'o', '', '9')";
    await expect(asApp((tx) => tx.query(entry, values))).rejects.toThrow("42501");
  });

  it("an entry without a queue row cannot commit", async () => {
    const entry =
      "INSERT INTO audit_entry (id, tenant_id, log, at, class, outcome, bytes) VALUES ($1, $2, 'l', 'a', 'c', 'o', '')";
    await expect(asApp((tx) => tx.query(entry, [uuidv7(Date.now()), bench.place.tenantId]))).rejects.toThrow(
      "audit entry",
    );
  });
});

describe("the app role", () => {
  const tables = [
    "audit_entry",
    "audit_part",
    "audit_leaf",
    "audit_tile",
    "audit_head",
    "audit_checkpoint",
    "audit_compartment",
    "audit_index",
  ];

  it.each(tables)("can neither change nor delete nor empty %s", async (table) => {
    for (const statement of [
      `UPDATE ${table} SET tenant_id = tenant_id`,
      `DELETE FROM ${table}`,
      `TRUNCATE ${table} CASCADE`,
    ]) {
      await expect(
        asApp((tx) => tx.query(statement)),
        statement,
      ).rejects.toThrow("42501");
    }
  });

  it("cannot take entries out of the queue or write leaves", async () => {
    await expect(asApp((tx) => tx.query("DELETE FROM audit_queue"))).rejects.toThrow("42501");
    const leaf =
      "INSERT INTO audit_leaf (log, seq, entry_id, tenant_id, leaf_hash, chain) VALUES ('l', 0, $1, $1, '', '')";
    await expect(asApp((tx) => tx.query(leaf, [uuidv7(Date.now())]))).rejects.toThrow("42501");
  });
});
