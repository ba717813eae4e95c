import { z } from "zod";
import { pageOf, pageQuery, visibleText } from "@/lib/schema";
import { SignedOpening } from "@/lib/transactions/schema";
import { GroupName, Purpose } from "@/lib/vocabulary";

const Uuid = z.uuid().toLowerCase();

/** How many records one evidence file covers at most. */
export const MAX_EVIDENCE_RECORDS = 25;

/** The body of `POST /confidential/evidence`. */
export const NewEvidence = z.strictObject({
  /** The grant that covers the values; a party of the records leaves it out. */
  grant_id: Uuid.optional(),
  purpose: Purpose,
  justification: visibleText(2000).optional(),
  fields: z.array(GroupName).min(1).max(6).optional(),
  hours_override: z.strictObject({ reason: visibleText(2000) }).optional(),
  records: z
    .array(z.strictObject({ transaction_id: Uuid, opening: SignedOpening.optional() }))
    .min(1)
    .max(MAX_EVIDENCE_RECORDS)
    .refine((records) => new Set(records.map((one) => one.transaction_id)).size === records.length, {
      error: "names a transaction twice",
    }),
  /** `json`: the signed statement alone, as programs take it. */
  format: z.enum(["pdf", "json"]).default("pdf"),
  /** Language of the PDF. */
  language: z.enum(["en", "de"]).default("en"),
});
export type NewEvidence = z.output<typeof NewEvidence>;

/** The body of `POST /confidential/evidence/packs`: evidence under a grant, with the grant's part of the log. */
export const NewEvidencePack = NewEvidence.omit({ format: true }).extend({ grant_id: Uuid });
export type NewEvidencePack = z.output<typeof NewEvidencePack>;

export const EvidenceQuery = z.strictObject(pageQuery);
export type EvidenceQuery = z.output<typeof EvidenceQuery>;

/** An evidence file as the list names it. The file and its values are not kept. */
export const EvidenceItem = z.object({
  id: z.string(),
  reference: z.string(),
  format: z.enum(["pdf", "json"]),
  state: z.enum(["intent", "done", "failed"]),
  made_by: z.object({ handle: z.string(), name: z.string(), organisation: z.string() }),
  made_at: z.string(),
  /** It is the caller's own. */
  own: z.boolean(),
  grant_id: z.string().optional(),
  request_id: z.string().optional(),
  request_reference: z.string().optional(),
  /** Case number of the order, for the one who made it. */
  case_number: z.string().optional(),
  records: z.array(z.object({ id: z.string(), job_id: z.string() })),
  fields: z.array(GroupName),
  pages: z.int().optional(),
  bytes: z.int().optional(),
  /** SHA-256 of the file, base64url. */
  digest: z.string().optional(),
  code: z.string().optional(),
  entry_id: z.string(),
});
export type EvidenceItem = z.infer<typeof EvidenceItem>;

export const EvidencePage = pageOf(EvidenceItem);
export type EvidencePage = z.infer<typeof EvidencePage>;
