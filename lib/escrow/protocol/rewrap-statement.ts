import { z } from "zod";
import type { RosterPerson } from "./messages";
import { isSameOrganisation } from "./same-organisation";
import { Person, recordDigest, StatementSignature } from "./statements";

// `sealport/rewrap/1`: a person on the roster agrees that data sealed with a lost key is wrapped for another key.

const Uuid = z.string().regex(/^[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
const Bytes32 = z.string().regex(/^[A-Za-z0-9_-]{43}$/);
const Time = z.string().regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
const Participant = z.string().regex(/^[A-Za-z0-9._-]{1,64}$/);
const Kid = z.string().regex(/^[A-Za-z0-9._-]{1,64}#[1-9][0-9]{0,8}$/);

/** Maximum number of transactions in one statement. */
export const MAX_REWRAP_TRANSACTIONS = 10_000;
/** A statement lets the custodian wrap for at most this many days after its first use. */
export const MAX_REWRAP_DAYS = 7;
/** Number of people that a re-wrap needs (crypto.md "Lost participant key"). */
export const REWRAP_PERSONS = 2;

export const RewrapStatement = z.strictObject({
  log: z.string().min(1).max(255),
  participant: Participant,
  old_kid: Kid,
  new_kid: Kid,
  /** base64url of the 32 bytes that the content keys are wrapped for. */
  new_public_key: Bytes32,
  /** Sorted and unique. Empty when only the key itself is to be replaced. */
  transactions: z.array(Uuid).max(MAX_REWRAP_TRANSACTIONS),
  not_after: Time,
  /** Nonce of the recovery: all people sign the same terms, and the terms are stored once. */
  nonce: Bytes32,
  person: Person,
});
export type RewrapStatement = z.infer<typeof RewrapStatement>;

/** The members that all signers share, without the signer's name. */
export type RewrapTerms = Omit<RewrapStatement, "person">;

export const SignedRewrap = z.strictObject({ statement: RewrapStatement, signature: StatementSignature });
export type SignedRewrap = z.infer<typeof SignedRewrap>;

export function termsOf({ person: _person, ...terms }: RewrapStatement): RewrapTerms {
  return terms;
}

/** SHA-256 of the JCS of the terms, base64url: the custodian's name for a recovery. */
export function rewrapDigest(terms: RewrapTerms): string {
  return recordDigest(terms);
}

/** Duties that allow a person to agree to a re-wrap. */
const REWRAPPING_DUTIES: readonly string[] = ["recovery", "admin", "legal", "approve"];

/**
 * Returns the people who may agree to a re-wrap for a participant's lost key: they have a duty for it, and their
 * organisation is not one that the roster names for the participant. Empty if the roster has no person of the
 * participant, because then the participant's organisation is unknown.
 */
export function rewrappersOf(persons: readonly RosterPerson[], participant: string): readonly RosterPerson[] {
  const own = persons.filter((person) => person.participant === participant);
  if (own.length === 0) return [];
  return persons.filter(
    ({ organisation, duties }) =>
      !own.some((one) => isSameOrganisation(one.organisation, organisation)) &&
      duties.some((duty) => REWRAPPING_DUTIES.includes(duty)),
  );
}
