import { z } from "zod";
import { Assurance, Fields, ShownGrantState } from "@/lib/access/requests/schema";
import { FigureRow } from "@/lib/disputes/figures/schema";
import { DisputeStatement, StatementSignature } from "@/lib/escrow/protocol/statements";
import { integerText, pageQuery, Receipt, RecordName, text, Uuid, visibleText } from "@/lib/schema";
import { GroupName } from "@/lib/vocabulary";
import { DISPUTE_GROUNDS, DISPUTE_OUTCOMES } from "@/lib/word-lists";

export const DisputeState = z.enum(["open", "taken", "resolved", "withdrawn"]);
export type DisputeState = z.infer<typeof DisputeState>;

/** Why no grant gives access to masked fields. */
export const NoAccess = z.enum([
  "untaken",
  "nothing-sealed",
  "permission-ended",
  "taken-back",
  "views-exhausted",
]);
export type NoAccess = z.infer<typeof NoAccess>;

const disputed = {
  /** Groups that support may see masked; every sealed group if none is named. */
  fields: Fields.optional(),
};

export const NewDisputeStatement = z.strictObject(disputed);
export type NewDisputeStatement = z.infer<typeof NewDisputeStatement>;

/** What a dispute is about, from a list; the reason says it in words. */
export const DisputeGround = z.enum(DISPUTE_GROUNDS);
export type DisputeGround = z.infer<typeof DisputeGround>;

/** How a dispute was resolved, from a list. */
export const DisputeOutcome = z.enum(DISPUTE_OUTCOMES);
export type DisputeOutcome = z.infer<typeof DisputeOutcome>;

export const NewDispute = z.strictObject({
  ground: DisputeGround.default("other"),
  reason: visibleText(4_000),
  ...disputed,
  /** The prepared statement and the party's signature; in evaluation the portal signs if it is absent. */
  signed: z
    .strictObject({ nonce: z.string().regex(/^[A-Za-z0-9_-]{43}$/), signature: StatementSignature })
    .optional(),
});
export type NewDispute = z.output<typeof NewDispute>;

export const NewNote = z.strictObject({ text: visibleText(4_000) });
export type NewNote = z.infer<typeof NewNote>;

export const NewResolution = z.strictObject({
  resolution: visibleText(4_000),
  /** Present if support resolves the dispute, absent if its party withdraws it. */
  outcome: DisputeOutcome.optional(),
});
export type NewResolution = z.infer<typeof NewResolution>;

export const DisputePath = z.strictObject({ id: Uuid });
/** The path of a dispute below its transaction. */
export const DisputeOfTransactionPath = z.strictObject({ id: RecordName, dispute_id: Uuid });

export const DisputeListView = z.enum(["open", "mine", "resolved", "all"]);
export type DisputeListView = z.infer<typeof DisputeListView>;

export const DisputeQuery = z.strictObject({
  ...pageQuery,
  limit: integerText(1, 200).default(50),
  view: DisputeListView.default("all"),
  transaction_id: RecordName.optional(),
  cursor: text(64).optional(),
});
export type DisputeQuery = z.output<typeof DisputeQuery>;

const PersonView = z.object({ handle: z.string(), name: z.string(), organisation: z.string() });

const summaryMembers = {
  id: z.string(),
  transaction_id: z.string(),
  job_id: z.string(),
  participants: z.array(z.string()),
  state: DisputeState,
  /** The participant that opened it. */
  party: z.string(),
  opened_by: PersonView,
  opened_at: z.string(),
  ground: DisputeGround,
  reason: z.string(),
  fields: z.array(GroupName),
  notes_count: z.int(),
  /** End of the party's permission for masked fields; absent if nothing is sealed. */
  permitted_until: z.string().optional(),
  assurance: Assurance.optional(),
  /** Who signed the permission: a key of the party's person, or the portal in an evaluation. */
  signed_by: z.enum(["own_key", "portal"]).optional(),
  taken_by: PersonView.optional(),
  taken_at: z.string().optional(),
  resolved_by: PersonView.optional(),
  resolved_at: z.string().optional(),
  resolution: z.string().optional(),
  outcome: DisputeOutcome.optional(),
};

export const DisputeSummary = z.object(summaryMembers);
export type DisputeSummary = z.infer<typeof DisputeSummary>;

export const DisputePage = z.object({
  items: z.array(DisputeSummary),
  next_cursor: z.string().nullable(),
  total: z.int(),
});

/** What the caller may do with a dispute now. */
export const DisputeAct = z.enum(["note", "state-figures", "take", "resolve", "withdraw", "request-more"]);
export type DisputeAct = z.infer<typeof DisputeAct>;

export const NoteView = z.object({
  id: z.string(),
  by: PersonView,
  /** The participant that wrote the note; absent for support. */
  party: z.string().optional(),
  text: z.string(),
  at: z.string(),
});
export type NoteView = z.infer<typeof NoteView>;

export const DisputeGrantView = z.object({
  id: z.string(),
  state: ShownGrantState,
  holder: z.string(),
  not_before: z.string(),
  not_after: z.string(),
  max_views: z.int(),
  views_left: z.int(),
});

export const DisputeView = z.object({
  ...summaryMembers,
  transaction_status: z.string(),
  /** Sealed groups of the transaction, those in the dispute and others. */
  sealed_fields: z.array(GroupName),
  /** The newest grant under it, or why none exists. */
  grant: DisputeGrantView.optional(),
  no_access: NoAccess.optional(),
  notes: z.array(NoteView),
  /** Parties that have not answered yet, and until when support waits for them. */
  unheard: z.array(z.object({ party: z.string(), until: z.string() })),
  /** The figures that the parties stated, as a comparison without values. */
  figures: z.array(FigureRow),
  /** Every opening of masked fields under this dispute, newest first. */
  openings: z.array(z.object({ at: z.string(), by: PersonView, fields: z.array(GroupName) })),
  /** Groups that a further request would ask for now; empty while the dispute itself shows all of them. */
  more_fields: z.array(GroupName),
  acts: z.array(DisputeAct),
});
export type DisputeView = z.infer<typeof DisputeView>;

export const DisputeAnswer = DisputeView.extend({ receipt: Receipt });
export type DisputeAnswer = z.infer<typeof DisputeAnswer>;

export const DisputeStatementAnswer = z.object({
  statement: DisputeStatement,
  nonce: z.string(),
  expires_at: z.string(),
  receipt: Receipt,
});
export type DisputeStatementAnswer = z.infer<typeof DisputeStatementAnswer>;
