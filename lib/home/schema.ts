import { z } from "zod";
import { GrantView } from "@/lib/access/grants/schema";
import { ListedOrder, RequestSummary } from "@/lib/access/requests/answer-schema";
import { Stage } from "@/lib/access/requests/schema";
import { KeyState } from "@/lib/keys/states";
import { ClosedLog, unreadableRows } from "@/lib/schema";
import { TransactionView } from "@/lib/transactions/schema";

/** What may need a person now, most urgent kinds first. */
export const NeedKind = z.enum([
  "access_ends",
  "question",
  "escalated",
  "glass_review",
  "alert",
  "signing_key",
  "decide",
  "agreement",
  "erasure",
  "authority",
  "roster",
  "access_review",
  "policy",
  "backup",
  "dispute",
  "access_new",
  "enrolment",
  "key_recovery",
  "key_move",
  "key_proof",
  "disputed",
  "key_stopped",
  "key_missing",
  "answer_overdue",
  "api_key_ends",
  "draft",
]);
export type NeedKind = z.infer<typeof NeedKind>;

export const SubjectKind = z.enum([
  "request",
  "grant",
  "dispute",
  "transaction",
  "enrolment",
  "key",
  "api_key",
  "participant",
  "emergency",
  "agreement",
  "roster",
  "access_review",
  "policy",
  "erasure",
  "authority",
  "root_key",
  "alert",
]);

/** One task that waits for the caller. Its facts fill the sentence on screen; they differ by kind. */
export const Need = z.object({
  kind: NeedKind,
  subject: z.object({ kind: SubjectKind, id: z.string() }),
  /** What people call it. */
  reference: z.string(),
  /** Since when it waits. */
  at: z.string(),
  /** When it is due, or ends. */
  due_at: z.string().optional(),
  is_late: z.boolean(),
  facts: z.object({
    transactions: z.int().optional(),
    opened: z.int().optional(),
    /** How often the holder has exported under the grant. */
    views_left: z.int().optional(),
    /** The grant shows masks only. */
    is_masked: z.boolean().optional(),
    stage: Stage.optional(),
    /** The text of a question or of a dispute. */
    text: z.string().optional(),
    person: z.string().optional(),
    organisation: z.string().optional(),
    party: z.string().optional(),
    job: z.string().optional(),
    authority: ListedOrder.optional(),
    /** Of a key that stops its participant: suspended or compromised. */
    state: KeyState.optional(),
    /** The caller has already taken a dispute. */
    is_taken: z.boolean().optional(),
  }),
});
export type Need = z.infer<typeof Need>;

/** What happened to the caller's things since the last visit, done by others. */
export const News = z.object({
  at: z.string(),
  kind: z.enum(["request", "transaction", "dispute"]),
  id: z.string(),
  reference: z.string(),
  event: z.string(),
  state: z.string().optional(),
});
export type News = z.infer<typeof News>;

/** An entry of the log that the caller made, which a receipt was given for. */
export const OwnEntry = z.object({
  entry_id: z.string(),
  /** Its place in the log; absent until it is integrated. */
  seq: z.string().optional(),
  closed_log: ClosedLog,
  at: z.string(),
  action: z.string(),
});
export type OwnEntry = z.infer<typeof OwnEntry>;

/** Counts next to the places of the rail. */
export const PlaceCounts = z.object({
  requests: z.int(),
  grants: z.int(),
  disputes: z.int(),
  /** Things that the caller has unread notifications about. */
  notifications: z.int(),
  /** Agreements that wait for the caller. */
  agreements: z.int(),
  /** Rows of the running access review that the caller decides on. */
  accessReview: z.int(),
  /** Erasures, authorities' keys, policies, roster versions and keys that wait for the caller. */
  erasures: z.int(),
  authorities: z.int(),
  policies: z.int(),
  roster: z.int(),
  keys: z.int(),
  /** Open alerts that no one acknowledged, for those who act on them. */
  alerts: z.int(),
});
export type PlaceCounts = z.infer<typeof PlaceCounts>;

/** The state of the log below the places. */
export const LogState = z.object({
  size: z.int(),
  signed_at: z.string().nullable(),
  witness: z.enum(["own", "independent", "none"]),
});
export type LogState = z.infer<typeof LogState>;

export const RailState = PlaceCounts.extend({ log: LogState });
export type RailState = z.infer<typeof RailState>;

export const Home = z.object({
  at: z.string(),
  needs: z.array(Need),
  counts: PlaceCounts,
  in_force: z.array(GrantView),
  /** The caller's own requests that others have to answer. */
  with_others: z.array(RequestSummary),
  /** For reviewers: requests that other reviewers have to decide, soonest due first. */
  team: z.array(RequestSummary),
  /** A participant's newest transactions. */
  transactions: z.array(TransactionView),
  /** Absent on a first visit. */
  last_here_at: z.string().optional(),
  news: z.array(News),
  entries: z.array(OwnEntry),
  /** What of the above is stored but cannot be read, by id; present only where there is some. */
  unreadable: unreadableRows,
});
export type Home = z.infer<typeof Home>;
