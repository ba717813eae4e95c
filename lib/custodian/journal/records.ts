import "server-only";
import { z } from "zod";
import { SignedBreakGlass, SignedReview } from "@/lib/escrow/protocol/break-glass-statement";
import {
  AuthorizationRecord,
  SignedDecision,
  SignedDispute,
  SignedEpoch,
} from "@/lib/escrow/protocol/messages";
import { SignedPolicy } from "@/lib/escrow/protocol/policy-order";
import { SignedRelease, SignedReleaseEnd } from "@/lib/escrow/protocol/release-statement";
import { SignedRewrap } from "@/lib/escrow/protocol/rewrap-statement";
import { Roster, StatementNote } from "@/lib/escrow/protocol/roster";
import {
  GrantOkStatement,
  OpenStatement,
  Person,
  StatementSignature,
} from "@/lib/escrow/protocol/statements";
import { GroupName } from "@/lib/vocabulary";

export const Digest = z.string().regex(/^[A-Za-z0-9_-]{43}$/);

/** A place between two lines of a journal: what comes before it, and the hash that the next line covers. */
export const Mark = z.strictObject({ offset: z.int(), line: z.int(), head: Digest });
export type Mark = z.infer<typeof Mark>;

export const RegisteredBody = z.strictObject({
  tx: z.string(),
  grp: GroupName,
  gen: z.int(),
  bd: Digest,
  kid: z.string(),
  /** The transaction's record digest, proven by opening. */
  rd: Digest,
  /** Participants among the body's recipients. Those of a transaction's first body count. */
  parties: z.array(z.string()),
});
export type RegisteredBody = z.infer<typeof RegisteredBody>;

/** The schema of the records in the journal of registrations. */
export const RegistrationRecord = z.strictObject({ at: z.string(), items: z.array(RegisteredBody) });
export type RegistrationRecord = z.infer<typeof RegistrationRecord>;

/** The schema of the records in the journal of all other acts. */
export const JournalRecord = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("epoch"), at: z.string(), signed: SignedEpoch }),
  z.strictObject({ kind: z.literal("destroy"), at: z.string(), epoch: z.int() }),
  z.strictObject({ kind: z.literal("roster"), at: z.string(), roster: Roster }),
  z.strictObject({
    kind: z.literal("statement"),
    at: z.string(),
    note: StatementNote,
    assurance: z.enum(["evaluation", "signed"]),
  }),
  z.strictObject({
    kind: z.literal("grant"),
    at: z.string(),
    digest: Digest,
    statement: GrantOkStatement,
    decisions: z.array(SignedDecision),
    authorization: AuthorizationRecord.optional(),
    /** Replaces decisions: the dispute statement, and the participant for which it was signed. */
    dispute: SignedDispute.optional(),
    party: z.string().optional(),
    /** Replaces decisions: what two executives signed, and their organisations at that time. */
    releases: z.array(SignedRelease).optional(),
    organisations: z.array(z.string()).optional(),
    /** Digest of the policy set that the grant names. */
    policy: Digest.optional(),
    /** Replaces decisions: what a holder of emergency access signed. */
    emergency: SignedBreakGlass.optional(),
  }),
  z.strictObject({
    kind: z.literal("revoke"),
    at: z.string(),
    grant: z.string(),
    reason: z.string(),
    revoked_at: z.string(),
    dispute_nonce: Digest.optional(),
    ended_by: SignedReleaseEnd.optional(),
  }),
  z.strictObject({
    kind: z.literal("suspend"),
    at: z.string(),
    grant: z.string(),
    reason: z.string(),
    suspended_at: z.string(),
  }),
  z.strictObject({
    kind: z.literal("co-viewer-end"),
    at: z.string(),
    request: z.string(),
    person: Person,
    reason: z.string(),
    ended_at: z.string(),
  }),
  z.strictObject({
    kind: z.literal("review"),
    at: z.string(),
    review: SignedReview,
    assurance: z.enum(["evaluation", "signed"]),
    late: z.boolean(),
  }),
  z.strictObject({
    kind: z.literal("open"),
    at: z.string(),
    grant: z.string(),
    transaction: z.string(),
    groups: z.array(GroupName),
    intent: z.string(),
    leaf: Digest,
    statement: OpenStatement,
    signature: StatementSignature,
  }),
  z.strictObject({
    kind: z.literal("recovery"),
    at: z.string(),
    /** Digest of the terms. */
    recovery: Digest,
    statements: z.array(SignedRewrap),
    /** Nonce of the challenge that proved possession of the new key. */
    proven: Digest,
    assurance: z.enum(["evaluation", "signed"]),
  }),
  z.strictObject({
    kind: z.literal("recover"),
    at: z.string(),
    recovery: Digest,
    items: z.array(
      z.strictObject({
        tx: z.string(),
        grp: GroupName,
        gen: z.int(),
        bd: Digest,
        intent: z.string(),
        leaf: Digest,
      }),
    ),
  }),
  z.strictObject({ kind: z.literal("policy"), at: z.string(), statements: z.array(SignedPolicy) }),
  z.strictObject({ kind: z.literal("policy-begin"), at: z.string(), document: Digest }),
  /** The place before the newest registration, in the journal of registrations. */
  z.strictObject({ kind: z.literal("registrations"), at: z.string(), mark: Mark }),
  z.strictObject({ kind: z.literal("recovery-end"), at: z.string(), recovery: Digest, reason: z.string() }),
]);
export type JournalRecord = z.infer<typeof JournalRecord>;
