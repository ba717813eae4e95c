import "server-only";
import { z } from "zod";
import { AuthorizationRecord, RosterPerson, SignedDecision, SignedEpoch } from "@/lib/escrow/protocol";
import {
  GrantOkStatement,
  GroupName,
  OpenStatement,
  RosterStatement,
  StatementSignature,
} from "@/lib/escrow/statements";

const Digest = z.string().regex(/^[A-Za-z0-9_-]{43}$/);

/** The custodian's roster file; `statements` agree to it and are not part of its digest. */
export const Roster = z.strictObject({
  log: z.string().min(1),
  version: z.int().min(1),
  /** Digest of the version before. */
  previous: Digest.optional(),
  persons: z.array(RosterPerson).max(10_000),
  /** Public key of the portal's evaluation key; without effect unless the custodian runs for evaluation. */
  evaluation_key: Digest.optional(),
  authorities: z.array(z.unknown()).default([]),
  origins: z.array(z.string()).default([]),
  statements: z
    .array(z.strictObject({ statement: RosterStatement, signature: StatementSignature }))
    .optional(),
});
export type Roster = z.infer<typeof Roster>;

export const RegisteredBody = z.strictObject({
  tx: z.string(),
  grp: GroupName,
  gen: z.int(),
  bd: Digest,
  kid: z.string(),
  /** The transaction's record digest, proven by opening; absent in lines of earlier versions. */
  rd: Digest.optional(),
});
export type RegisteredBody = z.infer<typeof RegisteredBody>;

/** Everything the custodian remembers is one of these lines. */
export const JournalRecord = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("epoch"), at: z.string(), signed: SignedEpoch }),
  z.strictObject({ kind: z.literal("roster"), at: z.string(), roster: Roster }),
  z.strictObject({ kind: z.literal("register"), at: z.string(), items: z.array(RegisteredBody) }),
  z.strictObject({
    kind: z.literal("grant"),
    at: z.string(),
    digest: Digest,
    statement: GrantOkStatement,
    decisions: z.array(SignedDecision),
    authorization: AuthorizationRecord.optional(),
  }),
  z.strictObject({
    kind: z.literal("revoke"),
    at: z.string(),
    grant: z.string(),
    reason: z.string(),
    revoked_at: z.string(),
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
]);
export type JournalRecord = z.infer<typeof JournalRecord>;
