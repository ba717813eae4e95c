import { z } from "zod";
import { Confirms, Stage } from "@/lib/access/requests/schema";
import { ReasonTemplate } from "@/lib/access/review/reason-schema";
import { GroupName, Level } from "@/lib/vocabulary";

/** What a decider is shown in addition to the request itself. */

/** A condition for deciding; `holds` is the good case. The texts belong to the page, by id. */
export const ReviewConflict = z.object({
  id: z.enum(["requester", "duty", "organisation", "person", "party"]),
  holds: z.boolean(),
});
export type ReviewConflict = z.infer<typeof ReviewConflict>;

export const GroupOutcome = z.enum(["full", "masked", "metadata", "refused", "narrowed", "not_asked"]);
export type GroupOutcome = z.infer<typeof GroupOutcome>;

export const GroupPreview = z.object({
  group: GroupName,
  outcome: GroupOutcome,
  /** Ids of the rules that refuse it. */
  reasons: z.array(z.string()),
});
export type GroupPreview = z.infer<typeof GroupPreview>;

export const ReviewTransaction = z.object({
  id: z.string(),
  job_id: z.string(),
  status: z.string(),
  created_at: z.string(),
  participants: z.array(z.string()),
  /** Groups that it has. */
  fields: z.array(GroupName),
  /** Whether the rules would let the officer open any of it. */
  is_open: z.boolean(),
});
export type ReviewTransaction = z.infer<typeof ReviewTransaction>;

export const ReviewView = z.object({
  request_id: z.string(),
  version: z.int(),
  /** The stage that waits; absent when none does. */
  stage: Stage.optional(),
  may_decide: z.boolean(),
  /** The first rule against it, as the decision would be refused. */
  why_not: z.object({ id: z.string(), detail: z.string() }).optional(),
  conflicts: z.array(ReviewConflict),
  policy: z.object({
    version: z.string(),
    name: z.string(),
    groups: z.array(GroupPreview),
    /** Rules that refuse only at certain times, for example outside office hours. */
    conditions: z.array(z.string()),
  }),
  /** What can still be granted: the request, less what earlier deciders took away. */
  remaining: z.object({
    transactions: z.array(z.string()),
    fields: z.array(GroupName),
    level: Level,
    not_before: z.string(),
    /** Withheld until this person has read the order, because it usually ends the access. */
    not_after: z.string().optional(),
    max_views: z.int(),
    max_exports: z.int(),
  }),
  officer: z.object({
    name: z.string(),
    organisation: z.string(),
    requests: z.int(),
    granted: z.int(),
    narrowed: z.int(),
    denied: z.int(),
    is_first_request: z.boolean(),
  }),
  identity_check: z.object({
    is_required: z.boolean(),
    is_valid: z.boolean(),
    /** Whether the newest check confirmed the officer's identity; absent when there is no check. */
    is_complete: z.boolean().optional(),
    at: z.string().optional(),
    by: z.string().optional(),
    until: z.string().optional(),
    /** Domain of the officer's address, and whether it is the agency's; absent when no check is needed. */
    domain: z.string().optional(),
    is_domain_verified: z.boolean().optional(),
    /** Numbers of the agency's record, of which one is called back. */
    contacts: z.array(z.string()).optional(),
  }),
  /**
   * How the order is recognised: it is of a home jurisdiction, it states a basis, a reviewer has recorded one, or not
   * yet. `article_48`: of a third country where the GDPR applies. `by` and `at` name the decision that recognised it.
   */
  recognition: z
    .object({
      standing: z.enum(["home", "stated", "recorded", "missing"]),
      jurisdiction: z.string(),
      homes: z.array(z.string()),
      article_48: z.boolean(),
      basis: z.string().optional(),
      by: z.string().optional(),
      at: z.string().optional(),
    })
    .optional(),
  /** Active people who decide on requests: the request can be assigned to each of them. */
  deciders: z.array(z.object({ handle: z.string(), name: z.string() })),
  /** Templates of reasons. */
  reasons: z.array(ReasonTemplate),
  /** This person types the order's facts first. Until then they are withheld, here and in the request. */
  reads_blind: z.boolean(),
  /** What this person read last, if they have; it fills in the form of the decision. */
  own_reading: Confirms.optional(),
  /** The first decider's reading: that it exists. Its text is shown only to people who have read as well. */
  first_reading: z.object({ by: z.string(), at: z.string(), confirms: Confirms.optional() }).optional(),
  /** What the deciders read in a paper order, for those who have read it and approved; else empty. */
  readings: z.array(z.object({ stage: Stage, by: z.string(), at: z.string(), confirms: Confirms })),
  transactions: z.array(ReviewTransaction),
  /** Place among the requests that wait for this person, by deadline. */
  queue: z.object({
    total: z.int(),
    position: z.int().optional(),
    previous: z.string().optional(),
    next: z.string().optional(),
  }),
  /** How this person's decision is signed. `unknown`: the custodian, who keeps the roster, does not answer. */
  signing: z.object({
    by: z.enum(["passkey", "key", "portal", "none", "unknown"]),
    passkeys: z.array(z.string()),
  }),
});
export type ReviewView = z.infer<typeof ReviewView>;
