import { z } from "zod";
import { ExampleFacts } from "@/lib/access/policy/policy-document";
import { ProofOutcome } from "@/lib/policies/schema";
import { Instant, integerText, Receipt, Uuid } from "@/lib/schema";
import { GroupName } from "@/lib/vocabulary";

// What runs of the room policies answer: a dry run of a draft, and a replay of recorded decisions. The result is stored
// with the run as it is here, without the names that an answer adds.

/** Most rows of a list in a result. The counts are of all. */
export const MOST_ROWS = 1_000;

export const RunState = z.enum(["queued", "running", "done", "cancelled", "failed"]);
export type RunState = z.infer<typeof RunState>;

/** How much of a group someone sees. */
export const Seen = z.enum(["none", "masked", "full"]);
export type Seen = z.infer<typeof Seen>;

/** One person and group that the draft changes, under one grant or by right as a party. */
export const Change = z.object({
  user_id: z.string(),
  organisation_id: z.string(),
  group: GroupName,
  before: Seen,
  after: Seen,
  /** Null for a party, who opens by right. */
  grant_id: z.string().nullable(),
  /** The request that the grant rests on. */
  request_id: z.string().nullable(),
  purpose: z.string(),
  /** Policies that cause the change: those of the draft that decide, or those of the base that no longer do. */
  policies: z.array(z.string()),
  /** Whether it changes at some times or ages only, such as the ones of `when`. */
  in_part: z.boolean(),
  when: z.object({
    /** In the organisation's own zone, 1 is Monday. */
    weekday: z.int(),
    minute: z.int(),
    is_holiday: z.boolean(),
    age_days: z.int(),
    has_override: z.boolean(),
  }),
  /** When this grant was last used; null where it was not. */
  last_used_at: z.string().nullable(),
});
export type Change = z.infer<typeof Change>;

/** A decision of an opening: what it showed, or what refused it. */
export const PastOutcome = z.object({
  outcome: z.enum(["allowed", "refused"]),
  levels: z.partialRecord(GroupName, z.enum(["masked", "full"])),
  policies: z.array(z.string()),
});
export type PastOutcome = z.infer<typeof PastOutcome>;

export const PastDifference = z.object({
  entry_id: z.string(),
  /** The request behind it; null for a party, and where its part does not open. */
  request_id: z.string().nullable(),
  at: z.string(),
  before: PastOutcome,
  after: PastOutcome,
});
export type PastDifference = z.infer<typeof PastDifference>;

const Count = z.int().min(0);

/** A number of the set's settings that the draft changes. */
export const SettingChange = z.object({
  name: z.string(),
  before: z.number(),
  after: z.number(),
  /** Whether more is possible with the new number. */
  is_looser: z.boolean(),
});
export type SettingChange = z.infer<typeof SettingChange>;

export const ProofCounterexample = z.object({
  facts: ExampleFacts,
  /** The grant's level, if it is not the level that is asked for. */
  grant_level: z.string().optional(),
  /** Policies of the draft that allow it. */
  policies: z.array(z.string()),
  /** Policies of the base that forbid it; empty where none permits it. */
  refused_by: z.array(z.string()),
  sentence: z.string(),
});

export const ProofResult = z.object({
  outcome: ProofOutcome,
  why: z.object({ code: z.string(), detail: z.string() }).nullable(),
  counterexample: ProofCounterexample.nullable(),
  /** SHA-256 of each question to the solver, by action. The questions can be downloaded. */
  questions: z.record(z.string(), z.string()),
  ms: z.int().min(0),
});
export type ProofResult = z.infer<typeof ProofResult>;

/** How a set changes how long the log keeps data, and what is removed because of it. */
export const RetentionResult = z.object({
  changes: z.array(
    z.object({
      kind: z.enum(["class", "role"]),
      /** A class of entries, or a role; `*` is all that the set does not name. */
      name: z.string(),
      before: z.int(),
      after: z.int(),
      /**
       * Number of entries that are removed when the set comes into force. For a role: the number of agreed erasures
       * that are then carried out.
       */
      removes: z.int(),
      /** How many a legal hold keeps. Absent for people who may not know of every hold; `removes` has them then. */
      kept_by_hold: z.int().optional(),
      /** Earliest time at which the first is removed; null if none is. */
      first_at: z.string().nullable(),
    }),
  ),
});
export type RetentionResult = z.infer<typeof RetentionResult>;

/** What a draft would change. */
export const DryRunResult = z.object({
  /** Number of the set that the draft is compared with. */
  base: z.int(),
  people_lose: Count,
  people_gain: Count,
  grants_narrower: Count,
  /** People and grants that were compared. */
  compared: z.object({ people: Count, grants: Count }),
  decisions: z.object({
    total: Count,
    differ: Count,
    /** Entries whose sealed part does not open any more, so that they are not compared. */
    unreadable: Count,
    since: z.string(),
  }),
  losers: z.array(Change),
  losers_more: z.boolean(),
  gainers: z.array(Change),
  gainers_more: z.boolean(),
  past: z.array(PastDifference),
  past_more: z.boolean(),
  settings: z.array(SettingChange),
  retention: RetentionResult,
  proof: ProofResult,
});
export type DryRunResult = z.infer<typeof DryRunResult>;

const Run = z.object({
  id: z.string(),
  state: RunState,
  done: Count,
  total: Count,
  asked_by: z.string(),
  created_at: z.string(),
  started_at: z.string().nullable(),
  finished_at: z.string().nullable(),
  /** Why it failed. */
  error: z.string().nullable(),
});

export const DryRunView = Run.extend({
  number: z.int(),
  document_digest: z.string(),
  base_number: z.int(),
  /** Whether the run compared the present document with the set that is in force now. */
  is_current: z.boolean(),
  result: DryRunResult.nullable(),
  /** Names of the people in the result, by id. */
  people: z.record(z.string(), z.string()),
  /** People and entries are for those who write policies; others read the counts. */
  are_rows_withheld: z.boolean(),
});
export type DryRunView = z.infer<typeof DryRunView>;
export const DryRunAnswer = DryRunView.extend({ receipt: Receipt });
export type DryRunAnswer = z.infer<typeof DryRunAnswer>;

export const DryRunList = z.object({
  items: z.array(DryRunView.omit({ result: true, people: true, are_rows_withheld: true })),
});
export type DryRunList = z.infer<typeof DryRunList>;

const number = integerText(1, 2_147_483_647);
export const DryRunsPath = z.strictObject({ number });
export const DryRunPath = z.strictObject({ number, id: Uuid });

export const QuestionQuery = z.strictObject({ action: z.enum(["open", "request"]).default("open") });
export type QuestionQuery = z.infer<typeof QuestionQuery>;

/** A recorded decision that this build decides otherwise. */
export const ReplayDifference = z.object({
  entry_id: z.string(),
  request_id: z.string().nullable(),
  seq: z.int(),
  at: z.string(),
  number: z.int(),
  recorded: PastOutcome,
  replayed: PastOutcome,
});
export type ReplayDifference = z.infer<typeof ReplayDifference>;

export const ReplayResult = z.object({
  from: z.string().nullable(),
  to: z.string(),
  total: Count,
  same: Count,
  differ: Count,
  /** Decided by a build with another floor. */
  other_build: Count,
  /** The sealed part does not open any more. */
  unreadable: Count,
  differences: z.array(ReplayDifference),
  differences_more: z.boolean(),
  ms: z.int().min(0),
});
export type ReplayResult = z.infer<typeof ReplayResult>;

export const ReplayBody = z.strictObject({ from: Instant.optional(), to: Instant.optional() });
export type ReplayBody = z.infer<typeof ReplayBody>;
export const ReplayView = Run.extend({ result: ReplayResult.nullable(), are_rows_withheld: z.boolean() });
export type ReplayView = z.infer<typeof ReplayView>;
export const ReplayAnswer = ReplayView.extend({ receipt: Receipt });
export type ReplayAnswer = z.infer<typeof ReplayAnswer>;
export const ReplayPath = z.strictObject({ id: Uuid });
