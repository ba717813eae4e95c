import { z } from "zod";
import { pageOf, pageQuery, Uuid } from "@/lib/schema";

const Count = z.int().min(0);

/** One thing that is wrong, as the verifier names it (lib/audit/bundle-verifier/report/report.ts). */
export const VerificationFinding = z.object({
  class: z.string(),
  detail: z.string(),
  seq: Count.optional(),
  before: Count.optional(),
  after: Count.optional(),
  until: Count.optional(),
  /** Nothing is shown to be changed: what should stand over entries that wait is not there. */
  is_unfinished: z.literal(true).optional(),
});
export type VerificationFinding = z.infer<typeof VerificationFinding>;

/** What the checkpoint signer's own copy says: the same root, another, nothing that was compared, or no answer. */
export const SIGNER_ANSWERS = ["agrees", "differs", "refuses", "absent"] as const;

/** What the server found in its own database. It is the operator's word: a bundle is what others can check. */
export const VerificationReport = z.object({
  /** `incomplete`: nothing is wrong in the database, and the signer's own root was not compared with it. */
  verdict: z.enum(["sound", "incomplete", "wrong"]),
  signer: z.enum(SIGNER_ANSWERS).default("absent"),
  /** Leaves that were recomputed, and how many of them stand under a checkpoint of the log's key. */
  entries: Count,
  size: Count,
  checkpoints: Count,
  /** Entries whose bytes were pruned: their leaves were taken as stored. */
  pruned: Count,
  /** Search rows that were held against their entries, in every column. */
  indexed: Count,
  /** Time stamps of checkpoints that hold, and those the server has no certificate for. */
  time_stamps: z.object({ checked: Count, unchecked: Count }).default({ checked: 0, unchecked: 0 }),
  queue: z.object({ count: Count, oldest_at: z.string().nullable() }),
  findings: z.array(VerificationFinding),
  /** Findings beyond those listed. */
  more: Count,
  first_bad: Count.nullable(),
});
export type VerificationReport = z.infer<typeof VerificationReport>;

export const VERIFICATION_STATES = ["queued", "running", "done", "failed"] as const;

/** One verification by the server's own job. */
export const VerificationItem = z.object({
  id: z.string(),
  state: z.enum(VERIFICATION_STATES),
  cause: z.enum(["demand", "schedule"]),
  by: z.string().nullable(),
  started_at: z.string(),
  finished_at: z.string().nullable(),
  /** Entries done and to do, while it runs. */
  progress: z.object({ done: Count, total: Count }).nullable(),
  /** Number of the entry that records its end, and the origin of the log that entry is in. */
  seq: z.int().nullable(),
  recorded_in: z.string().nullable(),
  report: VerificationReport.nullable(),
  /**
   * The report against the entry that records the end: `bound` by its digest, `changed` since, or `unbound` where no
   * entry binds it (yet).
   */
  record: z.enum(["bound", "changed", "unbound"]),
});
export type VerificationItem = z.infer<typeof VerificationItem>;

export const VerificationQuery = z.strictObject({ ...pageQuery });
export type VerificationQuery = z.infer<typeof VerificationQuery>;
export const VerificationPage = pageOf(VerificationItem);
export type VerificationPage = z.infer<typeof VerificationPage>;
export const VerificationPath = z.strictObject({ id: Uuid });
