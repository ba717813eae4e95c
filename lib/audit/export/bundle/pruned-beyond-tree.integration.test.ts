import { createHash } from "node:crypto";
import type { Client } from "pg";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { AuditEvent } from "@/lib/audit/entry/event";
import { recordEvent } from "@/lib/audit/record/record-event";
import { NO_CASE } from "@/lib/audit/recovery/store";
import { canonicalJson } from "@/lib/crypto/json/canonical-json";
import { uuidv7 } from "@/lib/crypto/uuid";
import { DomainError } from "@/lib/errors";
import { createOwnedLog, type OwnedLog } from "@/lib/testing/log/owned-log";
import { pastTriggers } from "@/lib/testing/log/past-triggers";

const EVENT: AuditEvent = { class: "log", outcome: "done", action: "audit.keys", subjects: [] };
const AT = "2026-11-24T14:45:00.000000Z";
/** A number that no tree of this log will reach for years. */
const BEYOND = 1_000_000_000;
const TABLES = ["audit_entry", "audit_leaf", "audit_queue", "audit_index", "audit_part", "audit_recovery"];

let bench: OwnedLog;
let admin: Client;
let beyond = BEYOND;
beforeAll(async () => {
  bench = await createOwnedLog();
  ({ admin } = bench);
});
afterAll(() => bench.close());

async function victim(): Promise<{ id: string; seq: number }> {
  const { id } = await recordEvent(bench.cx, EVENT);
  await recordEvent(bench.cx, EVENT);
  await bench.anchor();
  const { rows } = await admin.query("SELECT seq::int FROM audit_leaf WHERE entry_id = $1", [id]);
  return { id, seq: rows[0].seq };
}

/** An entry with a leaf row beyond every tree, so no signer ever sees it. */
async function beyondTree(of: string, action: string, pub: object): Promise<string> {
  const { log, tenantId } = bench.place;
  const id = uuidv7(Date.now());
  const bytes = Buffer.from(
    canonicalJson({ v: 1, log, id, at: AT, tenant: "t_x", class: of, outcome: "done", sealed: [], pub }),
  );
  const leaf = createHash("sha256").update(Buffer.of(0)).update(bytes).digest();
  beyond += 1;
  await pastTriggers(admin, TABLES, async () => {
    await admin.query(
      "INSERT INTO audit_entry (id, log, tenant_id, at, class, outcome, bytes) VALUES ($1, $2, $3, $4, $5, 'done', $6)",
      [id, log, tenantId, AT, of, bytes],
    );
    await admin.query(
      "INSERT INTO audit_leaf (log, seq, entry_id, tenant_id, leaf_hash, chain) VALUES ($1, $2, $3, $4, $5, $5)",
      [log, beyond, id, tenantId, leaf],
    );
    await admin.query(
      "INSERT INTO audit_index (entry_id, tenant_id, at, actor, action, outcome) VALUES ($1, $2, $3, 'system:database', $4, 'done')",
      [id, tenantId, AT, action],
    );
    if (action === "log.recovery")
      await admin.query(
        `INSERT INTO audit_recovery (entry_id, tenant_id, log, from_seq, to_seq, assurance, statements)
         VALUES ($1, $2, $3, 0, 0, 'evaluation', '[]')`,
        [id, tenantId, log],
      );
  });
  return id;
}

/** Returns the verdict on a whole bundle and its findings, or the error code of the export. */
async function seen(cx = bench.auditor): Promise<string> {
  try {
    const { verdict, findings } = await bench.reported({}, cx);
    return [verdict, ...findings.map((one) => one.class)].join(" ");
  } catch (error) {
    if (error instanceof DomainError) return error.code;
    throw error;
  }
}

it("a recovery outside every signed tree cannot remove an entry from a whole bundle", async () => {
  const { id, seq } = await victim();
  expect(await seen()).toBe("verified");
  await beyondTree("log", "log.recovery", { recovery: { from: seq, to: seq + 1, lost: [`entry:${id}`] } });
  await pastTriggers(admin, TABLES, async () => {
    await admin.query("DELETE FROM audit_part WHERE entry_id = $1", [id]);
    await admin.query(
      `UPDATE audit_index SET action = 'log.recovered', actor = NULL, participant_id = NULL, transaction_id = NULL, request_id = NULL,
         grant_id = NULL, purpose = NULL, case_id = $2 WHERE entry_id = $1`,
      [id, NO_CASE],
    );
  });
  const ndjson = Buffer.from(await bench.exported({ format: "ndjson" })).toString();
  expect([await seen(), ndjson.includes(id)]).toEqual(["wrong part", true]);
});

/**
 * Returns the content of an entry that records a pruning of everything up to this number, with the newest signed
 * tree.
 */
async function pruneTo(seq: number): Promise<object> {
  const { rows } = await admin.query(
    "SELECT size::int, root FROM audit_checkpoint WHERE log = $1 ORDER BY size DESC LIMIT 1",
    [bench.place.log],
  );
  const [{ size, root }] = rows;
  return { prune: { minimum: seq + 1, checkpoint: { size, root: root.toString("base64url") } } };
}

/** Deletes an entry's bytes as a pruning does; its leaf stays. */
async function drop(id: string): Promise<void> {
  await pastTriggers(admin, TABLES, async () => {
    for (const [table, column] of [
      ["audit_part", "entry_id"],
      ["audit_index", "entry_id"],
      ["audit_entry", "id"],
    ])
      await admin.query(`DELETE FROM ${table} WHERE ${column} = $1`, [id]);
  });
}

it("a pruning outside every signed tree cannot remove entries from a whole bundle", async () => {
  const { id, seq } = await victim();
  await beyondTree("retention", "log.prune", await pruneTo(seq));
  await drop(id);
  const decider = await bench.person({ role: "coordinator", duties: ["approve", "compliance"] });
  for (const cx of [bench.auditor, decider]) expect(await seen(cx)).toBe("wrong missing leaf part");
});
