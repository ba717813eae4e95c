import { createHash } from "node:crypto";
import type { Pool, PoolClient } from "pg";
import { uuidv7 } from "@/lib/crypto/uuid";

/** A part of a forged entry; its bytes need not open under anything. */
export interface ForgedPart {
  readonly c: string;
  readonly stored: Uint8Array;
  readonly compartmentId: string;
}

/** What stands in and beside a forged entry. */
export interface Forged {
  readonly parts?: readonly ForgedPart[];
  /** Subjects of its queue rows; one that speaks for itself without them. */
  readonly subjects?: readonly string[];
  /** Whether its search row hides it as a suspicion. */
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
 * Writes what a database login can write past the portal: an entry of the right form, with any parts and rows beside
 * it. Gives its id; throws what the database refuses it with.
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

/** The code with which the database refuses something, or "committed". */
export async function refusalCode(act: Promise<unknown>): Promise<string> {
  try {
    await act;
    return "committed";
  } catch (error) {
    if (error instanceof Error && "code" in error && typeof error.code === "string") return error.code;
    throw error;
  }
}
