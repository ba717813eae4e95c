import "server-only";
import { fromBase64url } from "@/lib/crypto/bytes";
import { checkX25519PublicKey, isOnTwist } from "@/lib/crypto/x25519-check";
import type { Core } from "@/lib/custodian/core";
import { instantOf } from "@/lib/custodian/grants/scope";
import { refuse } from "@/lib/custodian/refused";
import { requireSameRoster } from "@/lib/custodian/roster/roster";
import {
  type Assurance,
  assuranceOf,
  type Proof,
  proveSignature,
  requireFresh,
  rulesOf,
} from "@/lib/custodian/roster/signature";
import type { RewrapStatements } from "@/lib/escrow/protocol/lost-key";
import {
  MAX_REWRAP_DAYS,
  type RewrapTerms,
  rewrapDigest,
  rewrappersOf,
  type SignedRewrap,
  termsOf,
} from "@/lib/escrow/protocol/rewrap-statement";
import { findPerson, type Roster } from "@/lib/escrow/protocol/roster";
import { isSameOrganisation } from "@/lib/escrow/protocol/same-organisation";

const DAY_MS = 86_400_000;
/** Times of validity are whole seconds. The tolerance covers two clocks that differ. */
const SLACK_MS = 60_000;

/** Statements that were each proven, and their common terms. */
export interface ProvenRewrap {
  readonly recovery: string;
  readonly terms: RewrapTerms;
  readonly proofs: readonly Proof[];
}

function versionOf(participant: string, kid: string): number {
  const [name, version] = kid.split("#");
  if (name !== participant) return refuse("party", `${kid} is not a key of ${participant}.`);
  return Number(version);
}

function checkKey(core: Core, terms: RewrapTerms): void {
  const { participant, old_kid, new_kid, new_public_key } = terms;
  if (versionOf(participant, new_kid) <= versionOf(participant, old_kid)) {
    refuse("new-key", "The new key is a later version than the lost one.");
  }
  try {
    const bytes = fromBase64url(new_public_key);
    checkX25519PublicKey(bytes);
    if (isOnTwist(bytes)) refuse("new-key", "The new public key is not on the curve.");
  } catch (error) {
    if (error instanceof Error && error.name === "Refused") throw error;
    refuse("new-key", "The new public key is not an acceptable X25519 public key.");
  }
  const { memory } = core;
  const isEscrows = memory.epochs.some(({ statement }) => statement.public_key === new_public_key);
  if (isEscrows || memory.recoveries.isOther(terms)) {
    refuse("new-key", "The new public key, or its kid, already belongs to another participant.");
  }
}

function isSorted(list: readonly string[]): boolean {
  return list.every((one, at) => at === 0 || (list[at - 1] ?? "") < one);
}

/** Checks the terms alone: this log, not expired, one participant, and a key that belongs to no other participant. */
export function checkTerms(core: Core, terms: RewrapTerms): void {
  if (terms.log !== core.log) refuse("log", "The statement is for another log.");
  if (!isSorted(terms.transactions)) refuse("format", "Transactions must be sorted, each once.");
  const left = instantOf(terms.not_after) - core.clock.nowMs();
  if (left <= 0) refuse("statement-expired", "The statement has expired.");
  if (left > MAX_REWRAP_DAYS * DAY_MS + SLACK_MS) {
    refuse("statement-expired", `An agreement to a re-wrap is valid for at most ${MAX_REWRAP_DAYS} days.`);
  }
  checkKey(core, terms);
}

async function proveOne(core: Core, roster: Roster, { statement, signature }: SignedRewrap): Promise<Proof> {
  const { person: name, participant } = statement;
  const person = findPerson(roster, name) ?? refuse("approver", `${name} is not on the roster.`);
  const own = roster.persons.filter((one) => one.participant === participant);
  if (own.length === 0) refuse("party", `The roster names no person of ${participant}.`);
  if (own.some(({ organisation }) => isSameOrganisation(organisation, person.organisation))) {
    refuse("organisation", "Members of the participant's own organisation cannot agree to its re-wrap.");
  }
  if (!rewrappersOf(roster.persons, participant).includes(person)) {
    refuse("duty", `${name} has no duty for a re-wrap.`);
  }
  return proveSignature(rulesOf(core, roster), person, "rewrap", statement, signature);
}

/**
 * Requires statements of enough persons over the same terms, each signed by a roster person who may agree. It takes time
 * and changes nothing: `checkProvenRewrap` checks the proofs in the step that remembers them. Throws `Refused`.
 */
export async function proveRewrap(
  core: Core,
  roster: Roster,
  statements: RewrapStatements,
): Promise<ProvenRewrap> {
  const [first] = statements;
  if (first === undefined) return refuse("format", "There is no statement.");
  const terms = termsOf(first.statement);
  const recovery = rewrapDigest(terms);
  checkTerms(core, terms);
  if (statements.some(({ statement }) => rewrapDigest(termsOf(statement)) !== recovery)) {
    refuse("statement", "The statements do not match each other.");
  }
  if (new Set(statements.map(({ statement }) => statement.person)).size !== statements.length) {
    refuse("same-person", "One person signed twice.");
  }
  const proofs: Proof[] = [];
  for (const one of statements) proofs.push(await proveOne(core, roster, one));
  return { recovery, terms, proofs };
}

/**
 * The synchronous part: checks what may have changed while signatures were verified. Returns the combined value of the
 * signatures.
 */
export function checkProvenRewrap(core: Core, roster: Roster, proven: ProvenRewrap): Assurance {
  const { recovery, terms, proofs } = proven;
  requireSameRoster(core, roster);
  checkTerms(core, terms);
  for (const proof of proofs) requireFresh(core, proof);
  const owner = core.memory.nonceOwner(terms.nonce);
  if (owner !== undefined && owner !== recovery) refuse("nonce", "The nonce was used before.");
  if (core.memory.recoveries.isEnded(recovery)) refuse("revoked", "The recovery has ended.");
  return assuranceOf(
    core,
    proofs.map(({ assurance }) => assurance),
  );
}
