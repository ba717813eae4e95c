import "server-only";
import type { Context } from "@/lib/context/context";
import type { RosterPerson } from "@/lib/escrow/protocol/messages";
import { findPerson, type Roster, rosterDigest } from "@/lib/escrow/protocol/roster";
import type { RosterStatement } from "@/lib/escrow/protocol/statements";
import { recordDigest } from "@/lib/escrow/protocol/statements";
import { confirmersFor, confirmersForPeople, holdsOwnKey } from "@/lib/escrow/protocol/succession";
import type { AgreementRow } from "@/lib/identity/roster/agreements-store";
import type { RosterChangeState, RosterChangeView } from "@/lib/identity/roster/schema";
import type { RosterChangeRow } from "@/lib/identity/roster/store";
import type { RosterDifference } from "@/lib/identity/roster/version-schema";

type Credential = RosterPerson["credentials"][number];

/**
 * Returns a key's id on the roster: the credential id of a passkey, the key id of another key. Undefined for the
 * portal's own key.
 */
function idOf(credential: Credential): string | undefined {
  if (credential.kind === "passkey") return credential.credential_id;
  return credential.kind === "ed25519" ? credential.key_id : undefined;
}

/**
 * Returns the SHA-256 of the JCS (RFC 8785) of a key on a roster, base64url. It covers id and public key, so two people
 * who compare it compare the same key. Undefined if the roster has no such key of that person.
 */
export function keyFingerprint(roster: Roster | undefined, person: string, id: string): string | undefined {
  const credentials = roster?.persons.find((one) => one.person === person)?.credentials ?? [];
  const credential = credentials.find((one) => idOf(one) === id);
  return credential === undefined ? undefined : recordDigest(credential);
}

/** A change with the data for its view. */
export interface ChangeCase {
  readonly change: RosterChangeRow;
  /** Handle of the person whose keys change, or who asked for a version; empty where the portal asked. */
  readonly person: string;
  readonly agreements: readonly AgreementRow[];
}

/** The statement that a person signs to agree to a change. */
export function agreementStatement(log: string, change: RosterChangeRow, person: string): RosterStatement {
  return {
    log,
    version: change.baseVersion + 1,
    previous: change.baseDigest,
    roster: change.rosterDigest,
    person,
  };
}

/** Returns the state of a change. A pending change ends after a day, or when another roster is in force. */
export function stateOf(change: RosterChangeRow, current: Roster | undefined, now: Date): RosterChangeState {
  if (change.state !== "pending") return change.state;
  const digest = current === undefined ? undefined : rosterDigest(current);
  if (digest === change.rosterDigest) return "done";
  if (digest !== change.baseDigest) return "superseded";
  return change.expiresAt <= now ? "expired" : "pending";
}

/** Returns the people whom the portal asks to confirm a change. */
export function confirmersOf({ change, person }: ChangeCase, current: Roster): readonly RosterPerson[] {
  return change.kind === "people"
    ? confirmersForPeople(current, change.people)
    : confirmersFor(current, person);
}

/** Returns whether this person's agreement to a change counts: the owner of the keys, or a confirmer. */
export function mayAgree(one: ChangeCase, current: Roster, person: string): boolean {
  if (one.agreements.some((agreed) => agreed.person === person)) return false;
  if (one.change.kind === "people" || person !== one.person)
    return confirmersOf(one, current).some((other) => other.person === person);
  const own = findPerson(current, person);
  return own !== undefined && holdsOwnKey(own);
}

function toSign(log: string, change: RosterChangeRow, me: string, before: Roster) {
  return { statement: agreementStatement(log, change, me), before, after: change.roster };
}

/** Returns what a version about people says of itself. */
function versionMembers(
  { people, purpose }: RosterChangeRow,
  differences: readonly RosterDifference[],
  nameOf: (handle: string) => string,
) {
  const concerned = people.map((person) => ({ person, name: nameOf(person) }));
  return { concerned, people: [...differences], purpose: purpose ?? "" };
}

/** Returns the added and removed keys, each with the fingerprint that two people compare. */
function keyMembers(
  { added, removed, roster }: RosterChangeRow,
  person: string,
  current: Roster | undefined,
) {
  const comes = added === undefined ? undefined : keyFingerprint(roster, person, added);
  const leaves = removed === undefined ? undefined : keyFingerprint(current, person, removed);
  return {
    ...(added === undefined ? {} : { added }),
    ...(removed === undefined ? {} : { removed }),
    ...(comes === undefined ? {} : { added_fingerprint: comes }),
    ...(leaves === undefined ? {} : { removed_fingerprint: leaves }),
  };
}

/**
 * Returns the change as this caller sees it. Names are those of accounts; a person without an account is named by
 * handle.
 */
export function viewChange(
  cx: Pick<Context, "principal" | "instance">,
  one: ChangeCase,
  seen: {
    readonly current: Roster | undefined;
    readonly names: ReadonlyMap<string, string>;
    readonly label: string | undefined;
    /** What a version about people changes. */
    readonly people: readonly RosterDifference[];
    readonly now: Date;
  },
): RosterChangeView {
  const { change, person, agreements } = one;
  const { current, names, label, now } = seen;
  const nameOf = (handle: string): string => names.get(handle) ?? handle;
  const state = stateOf(change, current, now);
  const isOpen = state === "pending" && current !== undefined;
  const me = cx.principal.handle;
  const awaitsMe = isOpen && mayAgree(one, current, me);
  const own = current === undefined ? undefined : findPerson(current, me);
  const signs = awaitsMe && current !== undefined && own !== undefined && holdsOwnKey(own);
  const confirmers = isOpen ? confirmersOf(one, current) : [];
  return {
    id: change.id,
    person,
    name: nameOf(person),
    kind: change.kind,
    ...(change.kind === "people" ? versionMembers(change, seen.people, nameOf) : {}),
    ...(label === undefined ? {} : { label }),
    ...keyMembers(change, person, current),
    state,
    version: change.baseVersion + 1,
    created_at: change.createdAt.toISOString(),
    expires_at: change.expiresAt.toISOString(),
    agreements: agreements.map((agreed) => ({
      person: agreed.person,
      name: nameOf(agreed.person),
      by: agreed.proofKind === "evaluation" ? ("portal" as const) : ("own_key" as const),
      at: agreed.at.toISOString(),
    })),
    awaits_me: awaitsMe,
    ...(signs ? { to_sign: toSign(cx.instance.log, change, me, current) } : {}),
    may_confirm: confirmers
      .filter((other) => !agreements.some((agreed) => agreed.person === other.person))
      .map((other) => ({ person: other.person, name: nameOf(other.person) })),
    ...(change.reason === undefined ? {} : { reason: change.reason }),
    ...(change.endedAt === undefined ? {} : { ended_at: change.endedAt.toISOString() }),
  };
}
