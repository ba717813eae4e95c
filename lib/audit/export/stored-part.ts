import "server-only";
import type { CompartmentKind } from "@/lib/context/recorder";
import { InvariantError } from "@/lib/errors";
import { kindNamed } from "../entry/event";

/** A sealed part as an export reads it, and the compartment under which its row says that it lies. */
export interface StoredPart {
  readonly c: string;
  readonly kind: CompartmentKind;
  readonly compartmentId: string;
  readonly stored: Buffer;
}

/** A part's row: of a part that the reader may not read, its place alone. */
export interface PartRow extends Omit<StoredPart, "kind" | "stored"> {
  /** Undefined where the compartment's row says a kind that there is not. */
  readonly kind: CompartmentKind | undefined;
  /** Subject of the compartment; null where the compartment has no row any more. */
  readonly subject: string | null;
  readonly stored: Buffer | undefined;
}

/** What a part is called whose compartment's row is gone, and with it the word for its kind. */
function kindOfGone(c: string): CompartmentKind {
  return c === "org" ? "org" : "subject";
}

/** Our own SELECT wrote this JSON: its shape is checked, but not by a schema, a million times over. */
function partOf(value: unknown): PartRow {
  const [c, kindName, subject, compartmentId, stored]: unknown[] = Array.isArray(value) ? value : [];
  if (
    typeof c !== "string" ||
    (typeof kindName !== "string" && kindName !== null) ||
    (typeof subject !== "string" && subject !== null) ||
    typeof compartmentId !== "string" ||
    (typeof stored !== "string" && stored !== null)
  )
    throw new InvariantError("an exported row has a part of another shape");
  const kind = kindName === null ? kindOfGone(c) : kindNamed(kindName);
  const bytes = stored === null ? undefined : Buffer.from(stored, "base64");
  return { c, kind, subject, compartmentId, stored: bytes };
}

/** Reads what `partsSelect` gives of one entry. */
export function partsOf(json: string | null): PartRow[] {
  const values: unknown = json === null ? [] : JSON.parse(json);
  if (!Array.isArray(values)) throw new InvariantError("an exported row has no list of parts");
  return values.map(partOf);
}

/**
 * Every part row of the entry of `l`, as JSON: so that one which was dropped or moved is missed whoever reads. The
 * stored bytes only of the kinds in the list (a parameter, with commas), of one whose compartment has no row any
 * more, so that it is not lost in silence, and of a case's, whoever reads, since it alone shows whose case it is. That one
 * only where the search row, which the fence goes by, names that case: the compartment's own name is bound to its key
 * (compartments.ts).
 */
export function partsSelect(kinds: string): string {
  return `(SELECT json_agg(json_build_array(p.c, k.kind, k.subject, p.compartment_id,
      CASE WHEN k.id IS NULL OR CASE k.kind WHEN 'case' THEN k.subject = i.case_id::text
        ELSE k.kind = ANY (string_to_array(${kinds}, ',')) END THEN encode(p.stored, 'base64') END) ORDER BY p.c)::text
    FROM audit_part p LEFT JOIN audit_compartment k ON k.id = p.compartment_id WHERE p.entry_id = l.entry_id)`;
}
