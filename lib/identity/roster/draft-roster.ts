import "server-only";
import { toBase64url } from "@/lib/crypto/bytes";
import { DomainError } from "@/lib/errors";
import { statementAlgorithm } from "@/lib/escrow/protocol/cose-key";
import type { RosterPerson } from "@/lib/escrow/protocol/messages";
import { findPerson, type Roster, rosterDigest } from "@/lib/escrow/protocol/roster";
import { holdsOwnKey } from "@/lib/escrow/protocol/succession";
import type { SignInPasskey } from "@/lib/identity/roster/people-store";
import type { RosterChangeKind } from "@/lib/identity/roster/schema";

type Credential = RosterPerson["credentials"][number];

export interface DraftInput {
  readonly current: Roster;
  readonly person: string;
  readonly rpId: string;
  readonly passkey?: SignInPasskey;
  /** Credential id of the passkey to remove. */
  readonly removes?: string;
}

/** The next roster, and the name of the step. */
export interface Draft {
  readonly roster: Roster;
  readonly kind: RosterChangeKind;
}

const MAX_CREDENTIALS = 16;

function refuseKey(detail: string): never {
  throw new DomainError("roster.key", { detail });
}

function withoutRemoved(credentials: readonly Credential[], removes: string | undefined): Credential[] {
  if (removes === undefined) return [...credentials];
  const left = credentials.filter((one) => one.kind !== "passkey" || one.credential_id !== removes);
  if (left.length === credentials.length)
    refuseKey("The passkey to remove is not one of your keys on the roster.");
  return left;
}

function added({ passkey, rpId, current }: DraftInput): Credential[] {
  if (passkey === undefined) return [];
  const isKnown = current.persons.some(({ credentials }) =>
    credentials.some((one) => one.kind === "passkey" && one.credential_id === passkey.credentialId),
  );
  if (isKnown) refuseKey("This passkey is already on the roster.");
  if (statementAlgorithm(passkey.publicKey) === undefined)
    refuseKey("This kind of passkey cannot sign statements.");
  const public_key = toBase64url(passkey.publicKey);
  return [{ kind: "passkey", credential_id: passkey.credentialId, public_key, rp_id: rpId }];
}

function kindOf(person: RosterPerson, { passkey, removes }: DraftInput): RosterChangeKind {
  if (passkey === undefined) return "remove";
  if (removes !== undefined) return "replace";
  return holdsOwnKey(person) ? "add" : "first";
}

/**
 * Returns the roster after the one in force, with one person's keys changed. The first own key removes the portal's
 * right to sign for that person.
 */
export function draftRoster(input: DraftInput): Draft {
  const { current, person: name } = input;
  const person = findPerson(current, name);
  if (person === undefined) {
    throw new DomainError("roster.not-listed", {
      detail: "You are not on the custodian's roster. Ask an administrator for a version that includes you.",
    });
  }
  const kept = withoutRemoved(person.credentials, input.removes).filter(
    ({ kind }) => kind !== "portal-evaluation",
  );
  const credentials = [...kept, ...added(input)];
  if (credentials.length === 0) refuseKey("You cannot remove your last key. Enrol another one in its place.");
  if (credentials.length > MAX_CREDENTIALS)
    refuseKey(`The roster has at most ${MAX_CREDENTIALS} keys of one person.`);
  const { statements: _statements, ...rest } = current;
  const persons = current.persons.map((one) => (one.person === name ? { ...one, credentials } : one));
  const roster = { ...rest, version: current.version + 1, previous: rosterDigest(current), persons };
  return { roster, kind: kindOf(person, input) };
}
