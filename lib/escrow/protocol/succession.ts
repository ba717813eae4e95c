import type { RosterPerson } from "./messages";
import type { Roster } from "./roster";
import { recordDigest } from "./statements";

// Who may agree to the next roster. Pure: the custodian decides by it, the portal asks people by it.

/** Duties of those who let others into the roster. */
const CONFIRMING_DUTIES: readonly string[] = ["approve", "legal", "admin"];

/** Whether a person signs with a key of their own, an Ed25519 key or a passkey. */
export function holdsOwnKey(person: Pick<RosterPerson, "credentials">): boolean {
  return person.credentials.some(({ kind }) => kind !== "portal-evaluation");
}

/** Whether the portal signs in place of a person: only where there is no key of the person's own. */
export function isPortalSigned(person: Pick<RosterPerson, "credentials">): boolean {
  return person.credentials.some(({ kind }) => kind === "portal-evaluation") && !holdsOwnKey(person);
}

function mayConfirm({ duties }: RosterPerson): boolean {
  return duties.some((duty) => CONFIRMING_DUTIES.includes(duty));
}

/**
 * Who may stand beside a person whose keys change: those with a duty to approve, legal or admin who hold a key of
 * their own; while none of them holds one, whoever else holds one; while nobody does, those with the duty.
 */
export function confirmersFor(roster: Roster, person: string): readonly RosterPerson[] {
  const others = roster.persons.filter((other) => other.person !== person);
  const confirming = others.filter(mayConfirm);
  // The person's own key counts here too: once anybody holds one, the portal's word lets nobody in.
  if (!roster.persons.some(holdsOwnKey)) return confirming.filter(isPortalSigned);
  const keepers = confirming.filter(holdsOwnKey);
  return keepers.length > 0 ? keepers : others.filter(holdsOwnKey);
}

function isSame(a: unknown, b: unknown): boolean {
  return recordDigest(a) === recordDigest(b);
}

function withoutCredentials({ credentials: _credentials, ...rest }: RosterPerson): unknown {
  return rest;
}

/** A first key of one's own, and nothing else: the portal's word goes, duties and organisation stay. */
function isFirstKey(before: RosterPerson | undefined, after: RosterPerson): boolean {
  return (
    before !== undefined &&
    isPortalSigned(before) &&
    after.credentials.length === 1 &&
    isSame(withoutCredentials(before), withoutCredentials(after))
  );
}

/** What the portal's word may bring about: changes of people without keys, and one first key. */
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

/** Whose keys, and nothing else, differ between two rosters; undefined when anything more does, or nothing. */
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
 * Two persons with keys of their own. Two who may confirm carry anything; others only a change of keys of one of
 * themselves, beside a confirmer where one holds a key: else two deceived parties would make the approvers.
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
 * Whether these agreements carry the roster from one version to the next. Two persons with keys of their own carry
 * what isAgreedByKeys allows. The portal's word, which only an evaluation has, counts where nobody with a key of their own is
 * touched: for people without keys, and for one first key, to which the person and a confirmer agree.
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
