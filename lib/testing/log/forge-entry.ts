import { createHash } from "node:crypto";
import type { Pool, PoolClient } from "pg";
import { uuidv7 } from "@/lib/crypto/uuid";

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
