import { z } from "zod";
import { GrantCopy, GrantOpening, PersonView } from "@/lib/access/grants/opening-schema";
import { AuthorizationView, JobView } from "@/lib/access/requests/answer-schema";
import { ShownGrantState, Stage } from "@/lib/access/requests/schema";
import { ExportItem } from "@/lib/audit/schema";
import { Receipt } from "@/lib/schema";
import { GroupName, InstrumentKind, Level, Purpose } from "@/lib/vocabulary";

/** Answers of calls about grants. Absent members are left out, never null. */

export const GrantView = z.object({
  id: z.string(),
  /** Reference for people: its request's with GR, or the end of its id when it rests on a dispute. */
  reference: z.string(),
  /** What it rests on: an access request, a party's dispute, or a use of break-glass. */
  request_id: z.string().optional(),
  dispute_id: z.string().optional(),
  break_glass_id: z.string().optional(),
  transactions: z.array(z.string()),
  fields: z.array(GroupName),
  masked_fields: z.array(GroupName),
  level: Level,
  purpose: Purpose,
  not_before: z.string(),
  not_after: z.string(),
  max_views: z.int(),
  views_left: z.int(),
  max_exports: z.int(),
  exports_left: z.int(),
  state: ShownGrantState,
  assurance: z.string(),
  authorization_id: z.string().optional(),
  authority: z.object({ kind: InstrumentKind, issuer: z.string(), case_number: z.string() }).optional(),
  /** How many of its transactions were opened under it. */
  opened: z.int(),
  holder: z.string(),
  holder_name: z.string(),
  created_at: z.string(),
  revoked_at: z.string().optional(),
});
export type GrantView = z.infer<typeof GrantView>;

/** A grant with what it rests on, who decided, and everything that was opened under it. */
export const GrantDetail = GrantView.extend({
  request_reference: z.string().optional(),
  /** Current co-viewers; their views count against the same budget. */
  co_viewers: z.array(PersonView).optional(),
  /** The caller is a co-viewer; the request belongs to the grant's holder. */
  co_viewed: z.literal(true).optional(),
  legal_authority: AuthorizationView.optional(),
  decided_by: z.array(z.object({ stage: Stage, at: z.string(), person: PersonView })),
  /** Present where executives released it, in place of decisions. */
  released_by: z.array(z.object({ at: z.string(), person: PersonView })).optional(),
  openings: z.array(GrantOpening),
  /** Copies of opened fields, newest first. */
  copies: z.array(GrantCopy),
  /** Exports of the log that were requested under it, newest first. */
  exports: z.array(ExportItem),
  /** Its transactions as a list names them; the first 200. */
  jobs: z.array(JobView),
  revoked_by: PersonView.optional(),
  revoke_reason: z.string().optional(),
  /** It has ended here. The custodian accepts this end only from an executive or its holder, who sign it. */
  kept_by_custodian: z.literal(true).optional(),
  /** What the caller may do with it now. */
  acts: z.array(z.enum(["open", "export", "revoke", "end_release"])),
});
export type GrantDetail = z.infer<typeof GrantDetail>;

export const GrantAnswer = GrantView.extend({ receipt: Receipt });
export type GrantAnswer = z.infer<typeof GrantAnswer>;
