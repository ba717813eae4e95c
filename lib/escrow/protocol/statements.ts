import { z } from "zod";
import { toBase64url } from "@/lib/crypto/bytes";
import { canonicalBytes } from "@/lib/crypto/json/canonical-json";
import { sha256 } from "@/lib/crypto/primitives";
import { GroupName, Level } from "@/lib/vocabulary";

const Uuid = z.string().regex(/^[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
const Digest = z.string().regex(/^[A-Za-z0-9_-]{43}$/);
const Time = z.string().regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
const Origin = z.string().min(1).max(255);
/** A user's handle, e.g. `coordinator-001:legal`. */
export const Person = z.string().min(1).max(160);
/** People who may view together with a requester (access.md: named, with their own account and factor). */
export const MAX_CO_VIEWERS = 10;

const Transactions = z.array(Uuid).min(1).max(10_000);
const Groups = z.array(GroupName).min(1).max(6);

/** `sealport/decision/1`: one reviewer's decision in one stage of an access request. */
export const DecisionStatement = z.strictObject({
  log: Origin,
  request: Uuid,
  request_digest: Digest,
  stage: z.enum(["legal", "coordinator"]),
  decision: z.enum(["approve", "deny"]),
  transactions: Transactions,
  groups: Groups,
  level: Level,
  purpose: z.string().min(1).max(40),
  requester: Person,
  approver: Person,
  /** SHA-256 of the JCS of the authorization record. Absent where no legal authority is needed. */
  authorization: Digest.optional(),
  not_before: Time,
  not_after: Time,
  max_views: z.int().min(1).max(1_000_000),
  nonce: Digest,
});
export type DecisionStatement = z.infer<typeof DecisionStatement>;

/** `sealport/open/1`: the requester asks for one opening; `reply_key` is an X25519 public key. */
export const OpenStatement = z.strictObject({
  log: Origin,
  grant: Uuid,
  transactions: Transactions,
  groups: Groups,
  level: Level,
  purpose: z.string().min(1).max(40),
  requester: Person,
  session: z.string().min(1).max(160),
  reply_key: Digest,
  nonce: Digest,
  expires_at: Time,
});
export type OpenStatement = z.infer<typeof OpenStatement>;

/** `sealport/dispute/1`: a party allows support to see masked groups of one transaction. */
export const DisputeStatement = z.strictObject({
  log: Origin,
  transaction: Uuid,
  groups: Groups,
  level: z.literal("masked"),
  party: Person,
  not_after: Time,
  nonce: Digest,
});
export type DisputeStatement = z.infer<typeof DisputeStatement>;

/** `sealport/roster/1`: a person of roster n agrees to roster n + 1 (`roster` is its digest). */
export const RosterStatement = z.strictObject({
  log: Origin,
  version: z.int().min(2),
  previous: Digest,
  roster: Digest,
  person: Person,
});
export type RosterStatement = z.infer<typeof RosterStatement>;

/**
 * `sealport/recovery/1`: a person of the roster agrees that entries [from, to) are appended again after a restore. `root`
 * is the signed root of the tree of size `to`. The statement is valid for that range of that tree only.
 */
export const RecoveryStatement = z.strictObject({
  log: Origin,
  from: z.int().min(0),
  to: z.int().min(1),
  root: Digest,
  person: Person,
});
export type RecoveryStatement = z.infer<typeof RecoveryStatement>;

/** `sealport/access-review/1`: a reviewer signs what they decided in an access review; `result` is the digest of it. */
export const AccessReviewStatement = z.strictObject({
  log: Origin,
  review: Uuid,
  result: Digest,
  rows: z.int().min(1),
  reviewer: Person,
});
export type AccessReviewStatement = z.infer<typeof AccessReviewStatement>;

/** `sealport/escrow-key/1`: the custodian's signed statement of one epoch's public key. */
export const EscrowKeyStatement = z.strictObject({
  log: Origin,
  epoch: z.int().min(1),
  kid: z.string().regex(/^escrow#[1-9][0-9]*$/),
  public_key: Digest,
  created_at: Time,
});
export type EscrowKeyStatement = z.infer<typeof EscrowKeyStatement>;

/** `sealport/grant-ok/1`: the custodian accepted a grant, with the scope it will enforce. */
export const GrantOkStatement = z.strictObject({
  log: Origin,
  grant: Uuid,
  transactions: Transactions,
  groups: Groups,
  masked_groups: z.array(GroupName).max(6),
  level: Level,
  purpose: z.string(),
  requester: Person,
  not_before: Time,
  not_after: Time,
  max_views: z.int().min(1),
  /** Co-viewers who may open with the requester, each with a statement of their own. Absent where there are none. */
  co_viewers: z.array(Person).min(1).max(MAX_CO_VIEWERS).optional(),
  assurance: z.enum(["evaluation", "signed"]),
});
export type GrantOkStatement = z.infer<typeof GrantOkStatement>;

const Ed25519Signature = z.strictObject({
  kind: z.literal("ed25519"),
  key_id: z.string().min(1).max(255),
  signature: z.string().regex(/^[A-Za-z0-9_-]{86}$/, "not an Ed25519 signature in base64url"),
});

/** A WebAuthn assertion whose challenge is SHA-256(S). */
export const PasskeySignature = z.strictObject({
  kind: z.literal("passkey"),
  credential_id: z.string().min(1).max(1024),
  authenticator_data: z.string().min(1).max(4096),
  client_data_json: z.string().min(1).max(8192),
  signature: z.string().min(1).max(1024),
});
export type PasskeySignature = z.infer<typeof PasskeySignature>;

/** How a statement was signed (crypto.md "Statements"). */
export const StatementSignature = z.discriminatedUnion("kind", [Ed25519Signature, PasskeySignature]);
export type StatementSignature = z.infer<typeof StatementSignature>;

/** Recovery statements with their signatures, as an operator hands them in. */
export const SignedRecoveries = z
  .array(z.strictObject({ statement: RecoveryStatement, signature: StatementSignature }))
  .max(20);
export type SignedRecoveries = z.infer<typeof SignedRecoveries>;

/** Returns the SHA-256 of the JCS text of a record, base64url, e.g. of a request that is frozen for its reviewers. */
export function recordDigest(record: unknown): string {
  return toBase64url(sha256(canonicalBytes(record)));
}

/** Returns a time of validity, `YYYY-MM-DDTHH:MM:SSZ`, rounded down to the second. */
export function validityTime(at: Date): string {
  return `${at.toISOString().slice(0, 19)}Z`;
}

/** Returns a decision with its lists in the order in which they are signed: sorted, without duplicates. */
export function buildDecision(decision: DecisionStatement): DecisionStatement {
  return DecisionStatement.parse({
    ...decision,
    transactions: sortedSet(decision.transactions),
    groups: sortedSet(decision.groups),
  });
}

/** Returns a dispute statement with its groups sorted and without duplicates. */
export function buildDispute(dispute: DisputeStatement): DisputeStatement {
  return DisputeStatement.parse({ ...dispute, groups: sortedSet(dispute.groups) });
}

/** Maximum time in which a party's statement lets support see masked fields, from its first use. */
export const MAX_DISPUTE_DAYS = 30;
/** Views of one dispute statement, shared by all holders of its grants. */
export const DISPUTE_VIEWS = 20;
export const DISPUTE_PURPOSE = "dispute";

/** Returns an open statement with its lists sorted and without duplicates. */
export function buildOpen(open: OpenStatement): OpenStatement {
  return OpenStatement.parse({
    ...open,
    transactions: sortedSet(open.transactions),
    groups: sortedSet(open.groups),
  });
}

/** The members of an intent entry's org part that the custodian compares with the opening (audit action `disclosure.open`). */
export interface IntentDetails {
  readonly transaction: string;
  readonly groups: readonly GroupName[];
  readonly grant: string;
  readonly requester: string;
}

export const INTENT_ACTION = "disclosure.open";

/** Returns the `details` of the intent's audit event. */
export function intentDetails(opening: IntentDetails): {
  transaction: string;
  groups: string[];
  grant: string;
  requester: string;
} {
  return {
    transaction: opening.transaction,
    groups: sortedSet(opening.groups),
    grant: opening.grant,
    requester: opening.requester,
  };
}

function sortedSet<T extends string>(values: readonly T[]): T[] {
  return [...new Set(values)].sort();
}
