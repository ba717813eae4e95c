import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { fromBase64url } from "@/lib/crypto/bytes";
import { inclusionProofFrom, leafHash, treeRoot, verifyInclusion } from "@/lib/crypto/log/merkle";
import { verifyReceipt } from "@/lib/crypto/receipt";
import { inTransaction } from "@/lib/db/transaction";
import { type AuditBench, createAuditBench } from "@/lib/testing/benches/audit-bench";
import { parseEntry } from "../entry/entry";
import type { AuditEvent } from "../entry/event";
import { integrateBatch, prepareLog } from "../sequencer/sequencer";
import { readHead, storedNodes } from "../sequencer/store";
import { appendEntry } from "./append-entry";
import { issueReceipt } from "./issue-receipt";
import { recordEvent } from "./record-event";

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
