import { z } from "zod";
import { Person, recordDigest, StatementSignature } from "./statements";

// `sealport/policy/1`: a person on the roster agrees that a policy set decides from now on. The custodian knows no rules,
// only which set is in force and the numbers that bind grants.

const Digest = z.string().regex(/^[A-Za-z0-9_-]{43}$/);
const Origin = z.string().min(1).max(255);
const Count = z.int().min(0).max(2_147_483_647);

/** Highest numbers that any set may have. They limit grants until the custodian has a signed set. */
export const MOST_POLICY_NUMBERS = { max_views: 10_000, max_days: 3_650 } as const;

/**
 * Duties of people who may sign an order. A set is activated by people who approve sets. For a return to the former
 * set, people who write sets may sign too.
 */
export const POLICY_DUTIES = {
  activate: ["approve", "legal"],
  roll_back: ["approve", "legal", "compliance"],
} as const;

export const PolicyStatement = z.strictObject({
  log: Origin,
  /** `roll_back` names the set that was in force before the one that it replaces. */
  act: z.enum(["activate", "roll_back"]),
  number: Count.min(1),
  /** Submission of the set that was read. */
  round: Count,
  /** Digest of the set's document. */
  document: Digest,
  /** Digest of the document that was in force before. */
  replaces: Digest,
  /** Whether anyone gains access by the set. Then two people agree, one of them with the duty legal. */
  gains: z.boolean(),
  /** Numbers of the document that bind grants. */
  max_views: z.int().min(1).max(MOST_POLICY_NUMBERS.max_views),
  max_days: z.int().min(1).max(MOST_POLICY_NUMBERS.max_days),
  person: Person,
});
export type PolicyStatement = z.infer<typeof PolicyStatement>;

/** The members that all signers share. */
export type PolicyTerms = Omit<PolicyStatement, "person">;

/** Returns the terms of a statement: all members except the person. */
export function policyTermsOf({ person: _person, ...terms }: PolicyStatement): PolicyTerms {
  return terms;
}

/** Returns SHA-256 of the JCS of the terms, base64url. The custodian accepts each order once. */
export function policyOrderDigest(terms: PolicyTerms): string {
  return recordDigest(terms);
}

export const SignedPolicy = z.strictObject({ statement: PolicyStatement, signature: StatementSignature });
export type SignedPolicy = z.infer<typeof SignedPolicy>;

/** The order that the portal sends: statements of different people about the same terms. */
export const PolicyOrder = z.strictObject({ statements: z.array(SignedPolicy).min(1).max(10) });
export type PolicyOrder = z.infer<typeof PolicyOrder>;

/** `sealport/policy-held/1`: the custodian's signed statement of the set that it requires grants to name. */
const PolicyHeldStatement = z.strictObject({
  log: Origin,
  /** Null before the custodian has a set. */
  document: Digest.nullable(),
});

export const PolicyHeld = z.strictObject({
  statement: PolicyHeldStatement,
  signature: z.string().regex(/^[A-Za-z0-9_-]{86}$/),
});
export type PolicyHeld = z.infer<typeof PolicyHeld>;

export const POLICIES_PATH = "/v1/policies";
