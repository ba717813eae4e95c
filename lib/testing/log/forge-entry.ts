import "server-only";
import { createHash } from "node:crypto";
import type { Client, Pool, PoolClient } from "pg";
import { type Entry, encodeEntry, entryLeaf, parseEntry } from "@/lib/audit/entry/entry";
import { concat, utf8 } from "@/lib/crypto/bytes";
import { canonicalBytes, canonicalJson, type Json } from "@/lib/crypto/json/canonical-json";
import { partDigest } from "@/lib/crypto/log/audit-part";
import { aesGcmSeal, randomBytes } from "@/lib/crypto/primitives";
import { uuidv7 } from "@/lib/crypto/uuid";
import { pastTriggers } from "./past-triggers";

/** A part of a forged entry; no key need open its bytes. */
export interface ForgedPart {
  readonly c: string;
  readonly stored: Uint8Array;
  readonly compartmentId: string;
}

/** What a forged entry contains, and the rows that come with it. */
export interface Forged {
  readonly parts?: readonly ForgedPart[];
  /** Subjects of its queue rows. Without them the entry is its own subject. */
  readonly subjects?: readonly string[];
  /** Whether its index row hides it as a suspicion. */
  readonly isHidden?: boolean;
  /** What else is written in its transaction, before it. */
  readonly first?: (client: PoolClient) => Promise<unknown>;
}

const AT = "2026-11-24T14:45:00.000000Z";

function bytesOf(log: string, id: string, parts: readonly ForgedPart[]): Buffer {
  const digest = (stored: Uint8Array) => createHash("sha256").update(stored).digest("base64url");
  const sealed = parts.map(({ c, stored }) => `{"c":"${c}","d":"${digest(stored)}"}`).join();
  return Buffer.from(
    `{"at":"${AT}","class":"log","id":"${id}","log":"${log}","outcome":"done","sealed":[${sealed}],"tenant":"t_x","v":1}`,
  );
}

/**
 * Writes what a database login can write past the portal: an entry of the right form, with any parts and rows. Returns its id. Throws the
 * database's refusal.
 */
export async function forgeEntry(
  pool: Pool,
  { log, tenantId }: { readonly log: string; readonly tenantId: string },
  { parts = [], subjects, isHidden = false, first }: Forged,
): Promise<string> {
  const id = uuidv7(Date.now());
  const client = await pool.connect();
  try {
    await client.query("BEGIN");
    await first?.(client);
    await client.query(
      "INSERT INTO audit_entry (id, log, tenant_id, at, class, outcome, bytes) VALUES ($1, $2, $3, $4, 'log', 'done', $5)",
      [id, log, tenantId, AT, bytesOf(log, id, parts)],
    );
    for (const { c, stored, compartmentId } of parts)
      await client.query(
        "INSERT INTO audit_part (entry_id, c, tenant_id, compartment_id, stored) VALUES ($1, $2, $3, $4, $5)",
        [id, c, tenantId, compartmentId, Buffer.from(stored)],
      );
    await client.query(
      "INSERT INTO audit_queue (entry_id, tenant_id, subject, action) SELECT $1, $2, s, 'audit.read' FROM unnest($3::text[]) s",
      [id, tenantId, subjects ?? [`entry:${id}`]],
    );
    await client.query(
      `INSERT INTO audit_index (entry_id, tenant_id, at, actor, action, outcome, is_suspicion)
       VALUES ($1, $2, $3, 'system:x', 'audit.read', 'done', $4)`,
      [id, tenantId, AT, isHidden],
    );
    await client.query("COMMIT");
    return id;
  } catch (error) {
    await client.query("ROLLBACK");
    throw error;
  } finally {
    client.release();
  }
}

/** Returns the code of the database's refusal, or "committed". */
export async function refusalCode(act: Promise<unknown>): Promise<string> {
  try {
    await act;
    return "committed";
  } catch (error) {
    if (error instanceof Error && "code" in error && typeof error.code === "string") return error.code;
    throw error;
  }
}

const TABLES = ["audit_entry", "audit_part", "audit_queue", "audit_index", "audit_leaf"];

/** What the owner of the database writes over an entry whose part key a reader has received. */
export interface Rewrite {
  readonly id: string;
  /** Key of the entry's org part, as every bundle and every answer about the entry contains it. */
  readonly partKey: Uint8Array;
  readonly action: string;
  readonly org: Record<string, Json>;
  readonly pub?: Entry["pub"];
  /** Whether the entry then waits in the queue for a number, or keeps its leaf row, rewritten. */
  readonly isQueued?: boolean;
}

/** Rewrites an entry as one of class retention with another content, sealed with its own part key. */
export async function rewriteEntry(admin: Client, rewrite: Rewrite): Promise<void> {
  const { id, partKey, action, org, pub, isQueued = false } = rewrite;
  const { rows } = await admin.query("SELECT bytes FROM audit_entry WHERE id = $1", [id]);
  const before = parseEntry(new Uint8Array(rows[0].bytes));
  const iv = randomBytes(12);
  const aad = utf8(canonicalJson({ c: "org", id, log: before.log }));
  const { ciphertext, tag } = aesGcmSeal(partKey, iv, canonicalBytes({ action, ...org }), aad);
  const stored = concat(iv, ciphertext, tag);
  const { pub: _pub, ...rest } = before;
  const bytes = encodeEntry({
    ...rest,
    class: "retention",
    outcome: "done",
    sealed: [{ c: "org", d: partDigest(stored) }],
    ...(pub === undefined ? {} : { pub }),
  });
  await pastTriggers(admin, TABLES, async () => {
    await admin.query(
      "UPDATE audit_entry SET bytes = $2, class = 'retention', outcome = 'done' WHERE id = $1",
      [id, Buffer.from(bytes)],
    );
    await admin.query("DELETE FROM audit_part WHERE entry_id = $1 AND c <> 'org'", [id]);
    await admin.query("UPDATE audit_part SET stored = $2 WHERE entry_id = $1", [id, Buffer.from(stored)]);
    await admin.query(
      "UPDATE audit_index SET action = $2, outcome = 'done', actor = $3 WHERE entry_id = $1",
      [id, action, String(org.actor ?? "system:retention")],
    );
    await admin.query("UPDATE audit_leaf SET leaf_hash = $2 WHERE entry_id = $1", [
      id,
      Buffer.from(entryLeaf(bytes)),
    ]);
    if (isQueued)
      await admin.query(
        "INSERT INTO audit_queue (entry_id, tenant_id, subject, action) SELECT id, tenant_id, 'entry:' || id, $2 FROM audit_entry WHERE id = $1",
        [id, action],
      );
  });
}
