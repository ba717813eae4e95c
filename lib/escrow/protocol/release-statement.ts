import { z } from "zod";
import { DecisionStatement, MAX_CO_VIEWERS, Person, recordDigest, StatementSignature } from "./statements";

// `sealport/release/1` and `sealport/release-end/1`: what executives sign when an answer is overdue.

/** Persons whose word a release needs (access.md: dual control). */
export const RELEASE_PERSONS = 2;
/** The duty in the roster of those who may release. */
export const RELEASING_DUTY = "executive";
/** Longest time a release gives where the request named no end. */
export const MAX_RELEASE_DAYS = 30;

const {
  stage: _stage,
  decision: _decision,
  approver: _approver,
  authorization,
  ...shared
} = DecisionStatement.shape;

/**
 * `sealport/release/1`: a person with the duty executive lets an overdue request have what it asked for. Two sign the same
 * terms, which are all members but `releaser`.
 */
export const ReleaseStatement = z.strictObject({
  ...shared,
  /** A release answers a legal authority, so it always names one. */
  authorization: authorization.unwrap(),
  releaser: Person,
});
export type ReleaseStatement = z.infer<typeof ReleaseStatement>;

/** What both sign, without who signs it. */
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

/** Builds terms with their lists in the order they are signed: sorted, without doubles. */
export function buildRelease(statement: ReleaseStatement): ReleaseStatement {
  const sorted = <T extends string>(values: readonly T[]): T[] => [...new Set(values)].sort();
  return ReleaseStatement.parse({
    ...statement,
    transactions: sorted(statement.transactions),
    groups: sorted(statement.groups),
  });
}

/**
 * The request as it was frozen at submission; its digest stands in the terms. The custodian reads these members and
 * compares them with the terms; others pass.
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
  /** Who asks to look beside the requester. A release opens to none of them; decisions do. */
  co_viewers: z.array(Person).max(MAX_CO_VIEWERS).optional(),
});
export type FrozenRequestRecord = z.infer<typeof FrozenRequestRecord>;

/** `sealport/release-end/1`: an executive, or its holder, ends a released grant. Nobody else can before its time. */
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
