import { z } from "zod";
import { RetentionSettings } from "@/lib/access/policy/retention";
import { toBase64url } from "@/lib/crypto/bytes";
import { canonicalBytes } from "@/lib/crypto/json/canonical-json";
import { sha256 } from "@/lib/crypto/primitives";
import { shownText, visibleLine } from "@/lib/schema";
import { GroupName, InstrumentKind, Level, Role } from "@/lib/vocabulary";

/** Facts of one example of a policy. What is not given has the value of an ordinary case (cedar-request.ts). */
export const ExampleFacts = z.strictObject({
  action: z.enum(["open", "request"]).default("open"),
  role: Role,
  is_support: z.boolean().default(false),
  purpose: z.string().min(1).max(40),
  group: GroupName.default("amount"),
  level: Level.exclude(["metadata"]).default("full"),
  is_party: z.boolean().default(false),
  grant: z.enum(["request", "dispute", "emergency"]).nullable().default(null),
  authority: InstrumentKind.nullable().default(null),
  age_days: z.int().min(0).max(100_000).default(1),
  is_kept: z.boolean().default(false),
  /** In the organisation's own zone, 1 is Monday. */
  weekday: z.int().min(1).max(7).default(3),
  /** Minutes since midnight in that zone. */
  minute: z.int().min(0).max(1439).default(720),
  is_holiday: z.boolean().default(false),
  sets_hours: z.boolean().default(false),
  is_open: z.boolean().default(false),
  has_override: z.boolean().default(false),
  factor_minutes: z.int().min(0).max(10_000_000).default(1),
  /** The date in the organisation's zone as a number. */
  day: z.int().min(0).max(99_991_231).default(20_260_603),
  organisation: z.string().max(100).default(""),
  /** Duties besides support. */
  duties: z.array(z.string().max(40)).max(9).default([]),
  retention_class: z.string().max(40).default("standard"),
  approvals: z.int().min(0).max(1_000).default(2),
  views_used: z.int().min(0).max(1_000_000).default(0),
  authority_state: z.string().max(40).default("active"),
});
export type ExampleFacts = z.infer<typeof ExampleFacts>;

const Example = z.strictObject({
  name: visibleLine(200),
  expect: z.enum(["allow", "refuse"]),
  facts: ExampleFacts,
});
export type Example = z.infer<typeof Example>;

/** One policy: an id that is stable over versions, one Cedar policy, and the examples that must hold at each save. */
const Policy = z.strictObject({
  id: z.string().regex(/^[a-z][a-z0-9-]{0,59}$/),
  // What is approved is what is shown: also a comment has no hidden characters.
  text: shownText(8_000),
  examples: z.array(Example).max(50),
});
export type Policy = z.infer<typeof Policy>;

const quorum = z.int().min(1, "at least one person approves").max(5);

/** What the set says in numbers. A quorum of 0 is refused here. */
const Settings = z.strictObject({
  /** Different people who must approve in each stage of a request. */
  quorums: z.strictObject({ legal: quorum, coordinator: quorum }),
  /** The most that one grant may give. */
  grants: z.strictObject({
    max_views: z.int().min(1).max(10_000),
    max_exports: z.int().min(0).max(100),
    max_days: z.int().min(1).max(3_650),
  }),
  /** Days in which reviewers should decide. */
  review_days: z.int().min(1).max(60),
  retention: RetentionSettings,
});
export type PolicySettings = z.infer<typeof Settings>;

/** The content of a policy set: what is canonical, hashed and never edited once it was submitted. */
export const PolicyDocument = z.strictObject({
  format: z.literal(1),
  policies: z.array(Policy).min(1).max(600),
  settings: Settings,
});
export type PolicyDocument = z.infer<typeof PolicyDocument>;

/** Returns the digest of a document: SHA-256 of its canonical JSON, base64url. Two documents with one digest are one. */
export function documentDigest(document: PolicyDocument): string {
  return toBase64url(sha256(canonicalBytes(document)));
}
