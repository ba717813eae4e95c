import type { RosterPerson } from "./messages";
import type { Roster } from "./roster";
import { recordDigest } from "./statements";

// Who may agree to the next roster. Pure: the custodian decides with it, and the portal uses it to ask the right people.

/** Duties of people who let others into the roster. */
const CONFIRMING_DUTIES: readonly string[] = ["approve", "legal", "admin"];

/** Returns whether a person signs with their own Ed25519 key or passkey. */
export function holdsOwnKey(person: Pick<RosterPerson, "credentials">): boolean {
  return person.credentials.some(({ kind }) => kind !== "portal-evaluation");
}

/** Returns whether the portal signs in place of a person: only if the person has no key of their own. */
export function isPortalSigned(person: Pick<RosterPerson, "credentials">): boolean {
  return person.credentials.some(({ kind }) => kind === "portal-evaluation") && !holdsOwnKey(person);
}

function mayConfirm({ duties }: RosterPerson): boolean {
  return duties.some((duty) => CONFIRMING_DUTIES.includes(duty));
}

/**
 * Returns the people who may confirm a change of a person's keys: people with a duty to approve, legal or admin who have
 * their own key. If none of them has a key, other people with keys. If no one has a key, the people with the duty.
 */
export function confirmersFor(roster: Roster, person: string): readonly RosterPerson[] {
  const others = roster.persons.filter((other) => other.person !== person);
  const confirming = others.filter(mayConfirm);
  // The person's own key counts here too: once a person has a key, the portal's signature can no longer add anyone.
  if (!roster.persons.some(holdsOwnKey)) return confirming.filter(isPortalSigned);
  const keepers = confirming.filter(holdsOwnKey);
  return keepers.length > 0 ? keepers : others.filter(holdsOwnKey);
}

/**
 * Returns the people who may confirm a version that adds, changes or removes these people: those with a duty to
 * approve, legal or admin who have their own key. In an evaluation with fewer than two of them, also those with the
 * duty for whom the portal signs. People in the change do not confirm it: the portal asks others, the custodian takes
 * any two.
 */
export function confirmersForPeople(roster: Roster, concerned: readonly string[]): readonly RosterPerson[] {
  const others = roster.persons.filter((one) => mayConfirm(one) && !concerned.includes(one.person));
  const keepers = others.filter(holdsOwnKey);
  return keepers.length >= 2 ? keepers : others.filter((one) => holdsOwnKey(one) || isPortalSigned(one));
}

/** Returns how many people on a roster can confirm its next version. With fewer than two it can never change again. */
export function countConfirmers(roster: Roster): number {
  return confirmersForPeople(roster, []).length;
}

function isSame(a: unknown, b: unknown): boolean {
  return recordDigest(a) === recordDigest(b);
}

function withoutCredentials({ credentials: _credentials, ...rest }: RosterPerson): unknown {
  return rest;
}

/**
 * Returns whether the change adds only a first key of the person: the portal's signature ends, duties and organisation
 * stay.
 */
function isFirstKey(before: RosterPerson | undefined, after: RosterPerson): boolean {
  return (
    before !== undefined &&
    isPortalSigned(before) &&
    after.credentials.length === 1 &&
    isSame(withoutCredentials(before), withoutCredentials(after))
  );
}

/** What the portal's signature may change: people without keys, and one first key. */
interface PortalChange {
  /** The person who gets a first key of their own. */
  readonly enrolled?: string;
}

function portalChange(current: Roster, next: Roster): PortalChange | undefined {
  const isKept =
    current.evaluation_key !== undefined &&
    next.evaluation_key === current.evaluation_key &&
    next.log === current.log &&
    isSame(next.authorities, current.authorities);
  if (!isKept) return undefined;
  const before = new Map(current.persons.map((person) => [person.person, person]));
  const after = new Map(next.persons.map((person) => [person.person, person]));
  const holders = current.persons.filter(holdsOwnKey);
  if (!holders.every((holder) => isSame(holder, after.get(holder.person) ?? {}))) return undefined;
  const gained = next.persons.filter(
    (person) => holdsOwnKey(person) && !holders.some((holder) => holder.person === person.person),
  );
  const [enrolled, ...more] = gained;
  const isPortalOnly = holders.length === 0 && enrolled === undefined;
  if (!isPortalOnly && !isSame(next.origins, current.origins)) return undefined;
  if (enrolled === undefined) return {};
  if (more.length > 0 || !isFirstKey(before.get(enrolled.person), enrolled)) return undefined;
  return { enrolled: enrolled.person };
}

/**
 * Returns the person whose keys are the only difference between two rosters. Undefined if there is no difference or a
 * further one.
 */
function onlyKeysOf(current: Roster, next: Roster): string | undefined {
  const frame = ({ persons: _p, version: _v, previous: _d, statements: _s, ...rest }: Roster): unknown =>
    rest;
  if (!isSame(frame(current), frame(next)) || current.persons.length !== next.persons.length)
    return undefined;
  const after = new Map(next.persons.map((person) => [person.person, person]));
  const changed = current.persons.filter((person) => !isSame(person, after.get(person.person) ?? {}));
  const [one, ...more] = changed;
  const becomes = one === undefined ? undefined : after.get(one.person);
  if (one === undefined || becomes === undefined || more.length > 0) return undefined;
  return isSame(withoutCredentials(one), withoutCredentials(becomes)) ? one.person : undefined;
}

/**
 * Returns whether people with keys of their own agreed sufficiently. Two confirmers can agree to anything. Two others can
 * agree only to a change of the keys of one of them, and together with a confirmer if a confirmer has a key. Otherwise
 * two deceived parties could appoint the approvers.
 */
function isAgreedByKeys(current: Roster, next: Roster, own: ReadonlySet<string>): boolean {
  const keepers = current.persons.filter((person) => mayConfirm(person) && holdsOwnKey(person));
  const signing = keepers.filter(({ person }) => own.has(person));
  if (signing.length >= 2) return true;
  const changed = onlyKeysOf(current, next);
  if (changed === undefined) return false;
  return keepers.length === 0 ? own.has(changed) : own.has(changed) && signing.length > 0;
}

/** One person's verified agreement to the next roster. */
export interface Agreement {
  readonly person: string;
  readonly by: "own-key" | "portal";
}

/**
 * Returns whether these agreements allow the step from one roster version to the next. Two persons with keys of their own
 * may do what isAgreedByKeys allows. The portal's signature exists only in an evaluation. It counts only for changes that
 * affect no person with a key: changes of people without keys, and one first key to which the person and a confirmer
 * agree.
 */
export function isAgreed(current: Roster, next: Roster, agreements: readonly Agreement[]): boolean {
  const own = new Set(agreements.filter(({ by }) => by === "own-key").map(({ person }) => person));
  if (own.size >= 2 && isAgreedByKeys(current, next, own)) return true;
  const change = portalChange(current, next);
  if (change === undefined) return false;
  const agreed = new Set(agreements.map(({ person }) => person));
  if (agreed.size < 2) return false;
  const { enrolled } = change;
  if (enrolled === undefined) return true;
  return agreed.has(enrolled) && confirmersFor(current, enrolled).some(({ person }) => agreed.has(person));
}
