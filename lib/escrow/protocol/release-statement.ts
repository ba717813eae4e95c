import { z } from "zod";
import { DecisionStatement, MAX_CO_VIEWERS, Person, recordDigest, StatementSignature } from "./statements";

// `sealport/release/1` and `sealport/release-end/1`: executives sign these when a request is overdue.

/** Number of executives that a release needs (access.md: dual control). */
export const RELEASE_PERSONS = 2;
/** Roster duty of people who may release. */
export const RELEASING_DUTY = "executive";
/** Maximum duration of a release when the request named no end. */
export const MAX_RELEASE_DAYS = 30;

const {
  stage: _stage,
  decision: _decision,
  approver: _approver,
  authorization,
  ...shared
} = DecisionStatement.shape;

/**
 * `sealport/release/1`: a person with the executive duty grants an overdue request in full. Two people sign the same
 * terms, which are all members except `releaser`.
 */
export const ReleaseStatement = z.strictObject({
  ...shared,
  /** A release answers a legal authority, so it always names one. */
  authorization: authorization.unwrap(),
  releaser: Person,
});
export type ReleaseStatement = z.infer<typeof ReleaseStatement>;

/** The members that both sign, without the signer's name. */
export type ReleaseTerms = Omit<ReleaseStatement, "releaser">;

export const SignedRelease = z.strictObject({ statement: ReleaseStatement, signature: StatementSignature });
export type SignedRelease = z.infer<typeof SignedRelease>;

export function releaseTerms({ releaser: _releaser, ...terms }: ReleaseStatement): ReleaseTerms {
  return terms;
}

/** SHA-256 of the JCS of the terms, base64url. */
export function releaseDigest(terms: ReleaseTerms): string {
  return recordDigest(terms);
}

/** Returns terms with their lists in the order in which they are signed: sorted, without duplicates. */
export function buildRelease(statement: ReleaseStatement): ReleaseStatement {
  const sorted = <T extends string>(values: readonly T[]): T[] => [...new Set(values)].sort();
  return ReleaseStatement.parse({
    ...statement,
    transactions: sorted(statement.transactions),
    groups: sorted(statement.groups),
  });
}

/**
 * The request as it was frozen at submission. The terms carry its digest. The custodian compares these members with the
 * terms and ignores others.
 */
export const FrozenRequestRecord = z.looseObject({
  v: z.literal(1),
  log: z.string(),
  request: z.string(),
  requester: z.string(),
  purpose: z.string(),
  transactions: z.array(z.string()),
  groups: z.array(z.string()),
  level: z.string(),
  from: z.string().optional(),
  until: z.string().optional(),
  max_views: z.number(),
  /** Requested co-viewers. A release opens to none of them; only decisions can allow them. */
  co_viewers: z.array(Person).max(MAX_CO_VIEWERS).optional(),
});
export type FrozenRequestRecord = z.infer<typeof FrozenRequestRecord>;

/** `sealport/release-end/1`: an executive, or the holder, ends a released grant. Only they can end it early. */
export const ReleaseEndStatement = z.strictObject({
  log: z.string().min(1).max(255),
  grant: z.uuid().toLowerCase(),
  person: Person,
});
export type ReleaseEndStatement = z.infer<typeof ReleaseEndStatement>;

export const SignedReleaseEnd = z.strictObject({
  statement: ReleaseEndStatement,
  signature: StatementSignature,
});
export type SignedReleaseEnd = z.infer<typeof SignedReleaseEnd>;
