import "server-only";
import { z } from "zod";
import type { CompartmentKind } from "@/lib/context/recorder";
import { type Running, statement } from "@/lib/db/statement";
import { COMPARTMENT_KINDS } from "../entry/event";

const Bytes = z.custom<Uint8Array>((value) => value instanceof Uint8Array);

const PartRow = z.object({
  entry_id: z.string(),
  log: z.string(),
  c: z.string(),
  kind: z.enum(COMPARTMENT_KINDS),
  subject: z.string(),
  compartment_id: z.string(),
  stored: Bytes,
  /** Bytes of the entry, which binds its parts by their digests. */
  bytes: Bytes,
  destroyed_at: z.coerce.date().nullable(),
  case_id: z.string().nullable(),
  is_suspicion: z.boolean(),
});

/** A stored part, and whether it was requested. Other parts are read only to find the entry's case. */
export type PartRow = z.infer<typeof PartRow> & { readonly is_asked: boolean };

interface WantedParts {
  readonly entryIds: readonly string[];
  readonly kinds: readonly CompartmentKind[];
}

/** From the entries to their parts, and never from the keys, of which there is one for each case. OFFSET leaves no other way. */
const PARTS = statement<WantedParts, unknown>("read-parts")`
  SELECT p.entry_id::text, e.log, p.c, k.kind, k.subject, p.compartment_id::text, p.stored, e.bytes, k.destroyed_at,
    i.case_id::text, i.is_suspicion
  FROM unnest(${({ entryIds }) => entryIds}::uuid[]) AS asked (id)
    CROSS JOIN LATERAL (SELECT * FROM audit_part o WHERE o.entry_id = asked.id OFFSET 0) p
    CROSS JOIN LATERAL (SELECT * FROM audit_compartment o WHERE o.id = p.compartment_id OFFSET 0) k
    CROSS JOIN LATERAL (SELECT * FROM audit_index o WHERE o.entry_id = asked.id OFFSET 0) i
    CROSS JOIN LATERAL (SELECT * FROM audit_entry o WHERE o.id = asked.id OFFSET 0) e
  WHERE CASE k.kind WHEN 'case' THEN k.subject = i.case_id::text ELSE k.kind = ANY (${({ kinds }) => kinds}::text[]) END
  ORDER BY p.entry_id, p.c`;

/**
 * Returns stored parts of the given kinds. Other kinds are not read, except the case part, which shows the entry's
 * case. The case part is read only if the index row, which the fence uses, names that case: a changed row must not
 * open another agency's case.
 */
export async function readParts(
  { run }: Running,
  entryIds: readonly string[],
  kinds: readonly CompartmentKind[],
): Promise<PartRow[]> {
  const rows = z.array(PartRow).parse(await run(PARTS, { entryIds, kinds }));
  return rows.map((row) => ({ ...row, is_asked: kinds.includes(row.kind) }));
}
