import "server-only";
import { InvariantError } from "@/lib/errors";

/** The row of a sealed part, with what the row of its compartment says. */
export interface PartRow {
  readonly c: string;
  /** Kind and subject of the compartment; null where its row is gone. */
  readonly kind: string | null;
  readonly subject: string | null;
  readonly compartmentId: string;
  /** Undefined where the bytes were not read. */
  readonly stored: Uint8Array | undefined;
}

/**
 * A SELECT of one text: every part row `p` of an entry as JSON, each with its compartment's row `k`, so that a part which
 * was dropped or moved is missed whoever reads. `isRead` is the SQL condition under which the stored bytes come along.
 */
export function partsSelect(entryId: string, isRead: string): string {
  return `(SELECT json_agg(json_build_array(p.c, k.kind, k.subject, p.compartment_id,
      CASE WHEN ${isRead} THEN encode(p.stored, 'base64') END) ORDER BY p.c)::text
    FROM audit_part p LEFT JOIN audit_compartment k ON k.id = p.compartment_id WHERE p.entry_id = ${entryId})`;
}

/** Our own SELECT wrote this JSON: its shape is checked, but not by a schema, a million times. */
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

/** Reads what `partsSelect` gives of one entry; null where it has no part. */
export function partsOf(json: string | null): PartRow[] {
  const values: unknown = json === null ? [] : JSON.parse(json);
  if (!Array.isArray(values)) throw new InvariantError("a row of the log has no list of parts");
  return values.map(partOf);
}
