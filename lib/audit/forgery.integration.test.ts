import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { toBase64url, utf8 } from "@/lib/crypto/bytes";
import { canonicalJson } from "@/lib/crypto/canonical-json";
import { uuidv7 } from "@/lib/crypto/uuid";
import { inRawTransaction, inTransaction, type RawTx } from "@/lib/db/transaction";
import { type AuditBench, createAuditBench } from "@/lib/testing/audit";
import { appendEntry } from "./append-entry";
import { recordEvent } from "./record-event";
import { prepareLog } from "./worker/sequencer";

let bench: AuditBench;
beforeAll(async () => {
  bench = await createAuditBench();
  await prepareLog(bench.sequencerPool, bench.place);
});
afterAll(() => bench.close());

const asApp = (fn: (tx: RawTx) => Promise<unknown>) => inRawTransaction(bench.cx, fn);

interface Forged {
  readonly row?: Partial<{ id: string; log: string; class: string; outcome: string }>;
  readonly said?: Record<string, unknown>;
  readonly bytes?: Uint8Array;
}

/** Writes an entry and its queue row as the app role may, with the forger's choice of row and bytes. */
async function forge(tx: RawTx, { row, said, bytes }: Forged): Promise<void> {
  const id = uuidv7(Date.now());
  const base = {
    id,
    log: bench.place.log,
    at: "2026-11-24T14:45:00.123456Z",
    class: "admin",
    outcome: "done",
  };
  const stored = { ...base, ...row };
  const content = bytes ?? utf8(canonicalJson({ v: 1, ...base, tenant: "t_x", sealed: [], ...said }));
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
}

describe("an entry forged with the app's login", () => {
  it("commits when row and bytes agree, so that the refusals below are of their cause", async () => {
    await expect(asApp((tx) => forge(tx, {}))).resolves.toBeUndefined();
  });

  it.each<[string, Forged]>([
    ["of another log than its bytes", { row: { log: "nowhere" } }],
    ["of another log altogether", { row: { log: "nowhere" }, said: { log: "nowhere" } }],
    ["whose bytes are another entry's", { said: { id: uuidv7(1) } }],
    ["whose class is another", { row: { class: "key" } }],
    ["whose outcome is another", { row: { outcome: "denied" } }],
    ["of bytes that are no JSON", { bytes: new Uint8Array([0]) }],
    ["of bytes that are no text", { bytes: new Uint8Array([0xff, 0xfe]) }],
  ])("%s does not commit", async (_, forged) => {
    await expect(asApp((tx) => forge(tx, forged))).rejects.toThrow("audit entry");
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

describe("what the app's login cannot change even with an entry", () => {
  it("a transaction's record: digest list, parties, time and first entry", async () => {
    const id = uuidv7(Date.now());
    const write = (action: string, statement: string, values: unknown[]) =>
      inTransaction(bench.cx, async (tx) => {
        await tx.$executeRawUnsafe(statement, ...values);
        await appendEntry(tx, bench.cx, {
          class: "transaction",
          outcome: "done",
          action,
          subjects: [`transaction:${id}`],
        });
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
