import { z } from "zod";
import { PersonView } from "@/lib/access/grants/opening-schema";
import { GrantView } from "@/lib/access/grants/schema";
import { RequestSummary } from "@/lib/access/requests/answer-schema";
import { ClosedLog, pageQuery, unreadableRows, visibleLine } from "@/lib/schema";
import { GroupName, InstrumentKind, Level } from "@/lib/vocabulary";

/** A case is not stored. It is what the caller may know of one agency's order of one issuer and case number. */

export const CaseState = z.enum(["in_force", "deciding", "draft", "closed"]);
export type CaseState = z.infer<typeof CaseState>;

export const CaseQuery = z.strictObject({
  ...pageQuery,
  view: z.enum(["all", "in_force", "deciding", "closed"]).optional(),
  /** Part of the case number, without regard to spaces, dashes and capitals, or part of the issuer. */
  q: visibleLine(200).optional(),
});
export type CaseQuery = z.infer<typeof CaseQuery>;

export const CasePath = z.strictObject({ id: z.uuid().toLowerCase() });

export const CaseSummary = z.object({
  id: z.string().describe("A keyed digest of agency, issuer and case number."),
  case_number: z.string(),
  issuer: z.string(),
  kind: InstrumentKind,
  agency: z.object({ id: z.string(), name: z.string() }),
  state: CaseState,
  requests_count: z.int(),
  /** End of the access in force. */
  access_until: z.string().optional(),
  sealed_until: z.string().optional(),
  updated_at: z.string(),
});
export type CaseSummary = z.infer<typeof CaseSummary>;

/** What the caller sees of a record of the case. */
export const RecordStanding = z.enum(["opened", "seen_masked", "granted", "ended", "asked", "not_granted"]);
export type RecordStanding = z.infer<typeof RecordStanding>;

const CaseRecord = z.object({
  transaction_id: z.string(),
  job_id: z.string().optional(),
  standing: RecordStanding,
  /** End of a legal hold that the caller may know of. */
  held_until: z.string().optional(),
});
export type CaseRecord = z.infer<typeof CaseRecord>;

export const CaseHold = z.object({
  id: z.string(),
  transactions: z.array(z.string()).describe("Transactions of this case that it covers."),
  from: z.string(),
  until: z.string(),
  released_at: z.string().optional(),
  by: PersonView.optional(),
});
export type CaseHold = z.infer<typeof CaseHold>;

export const TimelineGroup = z.enum(["requests", "decisions", "openings", "evidence", "messages", "holds"]);
export type TimelineGroup = z.infer<typeof TimelineGroup>;

export const CaseEvent = z.object({
  at: z.string(),
  group: TimelineGroup,
  kind: z.string(),
  by: PersonView.omit({ organisation: true }).optional().describe("Absent where the portal acted itself."),
  request: z.object({ id: z.string(), reference: z.string() }).optional(),
  transaction_id: z.string().optional(),
  job_id: z.string().optional(),
  fields: z.array(GroupName).optional(),
  level: Level.optional(),
  comment: z.string().optional(),
  count: z.int().optional(),
  /** Absent until the entry is in the tree, and for entries that the caller may not see. */
  entry: z.object({ seq: z.int(), closed_log: ClosedLog }).optional(),
});
export type CaseEvent = z.infer<typeof CaseEvent>;

export const CasePerson = z.object({
  part: z.enum(["officer", "co_viewer", "legal", "coordinator"]),
  person: PersonView,
});
export type CasePerson = z.infer<typeof CasePerson>;

export const CaseRequest = RequestSummary.extend({
  decided_at: z.string().optional(),
  is_narrowed: z.boolean(),
  grant_id: z.string().optional(),
});
export type CaseRequest = z.infer<typeof CaseRequest>;

/** The order as the newest request has it. */
export const CaseOrder = z.object({
  kind: InstrumentKind,
  issuer: z.string(),
  jurisdiction: z.string(),
  case_number: z.string(),
  valid_from: z.string(),
  valid_until: z.string(),
  sealed: z.object({ basis: z.string(), until: z.string() }).optional(),
  /** How far it is verified: by its signature, by two matching readings, or not. */
  assurance: z.enum(["verified", "attested", "none"]),
});

export const CaseDetail = CaseSummary.extend({
  order: CaseOrder,
  /** Oldest first; the newest 30. */
  requests: z.array(CaseRequest),
  grants: z.array(GrantView),
  records: z.array(CaseRecord),
  holds: z.array(CaseHold),
  people: z.array(CasePerson),
  /** Newest first. */
  timeline: z.array(CaseEvent),
  unreadable: unreadableRows,
});
export type CaseDetail = z.infer<typeof CaseDetail>;
