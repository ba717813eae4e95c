import "server-only";
import { InvariantError } from "@/lib/errors";

/** The row of a sealed part, with kind and subject from its compartment's row. */
export interface PartRow {
  readonly c: string;
  /** Kind and subject of the compartment; null if its row no longer exists. */
  readonly kind: string | null;
  readonly subject: string | null;
  readonly compartmentId: string;
  /** Undefined if the bytes were not read. */
  readonly stored: Uint8Array | undefined;
}

/**
 * Returns a SELECT of one text: every part row `p` of an entry as JSON, each with its compartment's row `k`. It reads
 * all rows, so that any reader detects a part that was dropped or moved. `isRead` is the SQL condition for reading
 * the stored bytes too.
 */
export function partsSelect(entryId: string, isRead: string): string {
  return `(SELECT json_agg(json_build_array(p.c, k.kind, k.subject, p.compartment_id,
      CASE WHEN ${isRead} THEN encode(p.stored, 'base64') END) ORDER BY p.c)::text
    FROM audit_part p LEFT JOIN audit_compartment k ON k.id = p.compartment_id WHERE p.entry_id = ${entryId})`;
}

/**
 * Our own SELECT wrote this JSON. The code checks its shape without a schema, because an export reads up to a million
 * of them.
 */
function partOf(value: unknown): PartRow {
  const [c, kind, subject, compartmentId, stored]: unknown[] = Array.isArray(value) ? value : [];
  if (
    typeof c !== "string" ||
    (typeof kind !== "string" && kind !== null) ||
    (typeof subject !== "string" && subject !== null) ||
    typeof compartmentId !== "string" ||
    (typeof stored !== "string" && stored !== null)
  )
    throw new InvariantError("a row of the log has a part of another shape");
  const bytes = stored === null ? undefined : Buffer.from(stored, "base64");
  return { c, kind, subject, compartmentId, stored: bytes };
}

/** Reads the result of `partsSelect` for one entry; null means that it has no part. */
export function partsOf(json: string | null): PartRow[] {
  const values: unknown = json === null ? [] : JSON.parse(json);
  if (!Array.isArray(values)) throw new InvariantError("a row of the log has no list of parts");
  return values.map(partOf);
}
