import { z } from "zod";
import { pageOf, pageQuery, Uuid } from "@/lib/schema";

const Count = z.int().min(0);

/** One fault, named as the verifier names it (lib/audit/bundle-verifier/report/report.ts). */
export const VerificationFinding = z.object({
  class: z.string(),
  detail: z.string(),
  seq: Count.optional(),
  before: Count.optional(),
  after: Count.optional(),
  until: Count.optional(),
  /** Faults that prove no change: waiting entries lack the rows that should exist for them. */
  is_unfinished: z.literal(true).optional(),
});
export type VerificationFinding = z.infer<typeof VerificationFinding>;

/**
 * The result of the comparison with the signer's own copy: the same root, another root, nothing compared, or no
 * answer.
 */
export const SIGNER_ANSWERS = ["agrees", "differs", "refuses", "absent"] as const;

/** The server's report about its own database. It is the operator's statement; others can verify a bundle. */
export const VerificationReport = z.object({
  /** `incomplete`: the database has no fault, but the signer's own root was not compared with it. */
  verdict: z.enum(["sound", "incomplete", "wrong"]),
  signer: z.enum(SIGNER_ANSWERS).default("absent"),
  /** Leaves that were recomputed, and how many of them a checkpoint of the log's key covers. */
  entries: Count,
  size: Count,
  checkpoints: Count,
  /** Entries whose bytes were pruned; their stored leaves were used. */
  pruned: Count,
  /** Index rows that were compared with their entries, in every column. */
  indexed: Count,
  /** Valid time stamps of checkpoints, and those without a certificate on the server. */
  time_stamps: z.object({ checked: Count, unchecked: Count }).default({ checked: 0, unchecked: 0 }),
  queue: z.object({ count: Count, oldest_at: z.string().nullable() }),
  findings: z.array(VerificationFinding),
  /** Findings in addition to those listed. */
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
  /** Entries done and in total, while it runs. */
  progress: z.object({ done: Count, total: Count }).nullable(),
  /** Number of the entry that records its end, and the origin of that entry's log. */
  seq: z.int().nullable(),
  recorded_in: z.string().nullable(),
  report: VerificationReport.nullable(),
  /**
   * The result of comparing the report with the entry that records the end: `bound` if the digest matches, `changed`
   * if it does not, or `unbound` if no entry binds it (yet).
   */
  record: z.enum(["bound", "changed", "unbound"]),
});
export type VerificationItem = z.infer<typeof VerificationItem>;

export const VerificationQuery = z.strictObject({ ...pageQuery });
export type VerificationQuery = z.infer<typeof VerificationQuery>;
export const VerificationPage = pageOf(VerificationItem);
export type VerificationPage = z.infer<typeof VerificationPage>;
export const VerificationPath = z.strictObject({ id: Uuid });
