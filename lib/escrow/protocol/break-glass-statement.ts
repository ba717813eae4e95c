import { z } from "zod";
import { DisputeStatement, GrantOkStatement, Person, recordDigest, StatementSignature } from "./statements";

// `sealport/break-glass/1` and `sealport/review/1`: emergency access to masked values, and its review afterwards.

/** Roster duty of people who may use emergency access. */
export const BREAK_GLASS_DUTY = "break-glass";
/** Maximum number of records of one use. */
export const MAX_EMERGENCY_TRANSACTIONS = 3;
/** Maximum duration of one use. */
export const MAX_EMERGENCY_MS = 3_600_000;
/** Views of one use, over all its records. */
export const EMERGENCY_VIEWS = 12;
/** The purpose under which openings are announced and signed. */
export const EMERGENCY_PURPOSE = "support";
/** Minimum length of a reason. */
export const MIN_REASON_LENGTH = 20;
/** A use must be reviewed within this time after it began. A later review counts and is marked as late. */
export const REVIEW_MS = 72 * 3_600_000;
/** Duties that allow a review. The reviewer needs one of them. */
export const REVIEWING_DUTIES: readonly string[] = ["legal", "approve", "executive"];

const { log, groups, level, not_after, nonce } = DisputeStatement.shape;

/** `sealport/break-glass/1`: a named person asks for masked values, for an hour at most. `reason` is the digest of its text. */
export const BreakGlassStatement = z.strictObject({
  log,
  transactions: GrantOkStatement.shape.transactions.max(MAX_EMERGENCY_TRANSACTIONS),
  groups,
  level,
  requester: Person,
  reason: nonce,
  not_after,
  nonce,
});
export type BreakGlassStatement = z.infer<typeof BreakGlassStatement>;

export const SignedBreakGlass = z.strictObject({
  statement: BreakGlassStatement,
  signature: StatementSignature,
});
export type SignedBreakGlass = z.infer<typeof SignedBreakGlass>;

/** `sealport/review/1`: another person's review of one use. `emergency` is the digest of its statement. */
export const ReviewStatement = z.strictObject({
  log,
  grant: GrantOkStatement.shape.grant,
  emergency: nonce,
  outcome: z.enum(["justified", "unjustified"]),
  reviewer: Person,
});
export type ReviewStatement = z.infer<typeof ReviewStatement>;

export const SignedReview = z.strictObject({ statement: ReviewStatement, signature: StatementSignature });
export type SignedReview = z.infer<typeof SignedReview>;

/** SHA-256 of the JCS of the text, base64url: the reason as the statement carries it. */
export function reasonDigest(reason: string): string {
  return recordDigest(reason);
}

/** Returns a break-glass statement with its lists sorted and without duplicates. */
export function buildBreakGlass(statement: BreakGlassStatement): BreakGlassStatement {
  const sorted = <T extends string>(values: readonly T[]): T[] => [...new Set(values)].sort();
  return BreakGlassStatement.parse({
    ...statement,
    transactions: sorted(statement.transactions),
    groups: sorted(statement.groups),
  });
}
