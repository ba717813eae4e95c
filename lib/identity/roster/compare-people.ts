import { canonicalJson } from "@/lib/crypto/json/canonical-json";
import type { RosterPerson } from "@/lib/escrow/protocol/messages";
import { findPerson, type Roster } from "@/lib/escrow/protocol/roster";
import { confirmersForPeople, holdsOwnKey, isPortalSigned } from "@/lib/escrow/protocol/succession";
import type { Candidate } from "@/lib/identity/roster/list-candidates";
import { Duty } from "@/lib/vocabulary";

// What the portal knows about people, compared with the roster in force. Pure.

/** A person whose place on the roster should be another one. */
export interface Difference {
  readonly person: string;
  readonly act: "add" | "change" | "remove";
  /** Their entry on the next version; absent for a person who goes out. */
  readonly after: RosterPerson | undefined;
  /** It ends or changes what the person may do, so it is asked for at once. */
  readonly isDue: boolean;
}

export interface Comparison {
  readonly differences: readonly Difference[];
  /** Active people who are not on the roster and have no passkey for it. */
  readonly withoutKey: readonly Candidate[];
}

type Credential = RosterPerson["credentials"][number];

const KNOWN_DUTIES: readonly string[] = Duty.options;
const PORTAL: Credential = { kind: "portal-evaluation" };

function isSame(one: unknown, other: unknown): boolean {
  return canonicalJson(one) === canonicalJson(other);
}

/** Two people with keys agree to any key. Until then an evaluation adds people for whom the portal signs. */
function addsKeys(roster: Roster): boolean {
  return confirmersForPeople(roster, []).filter(holdsOwnKey).length >= 2;
}

/** A key occurs once in the whole roster. */
function freeKeys(roster: Roster, { handle, entry }: Candidate): Credential[] {
  const taken = roster.persons
    .filter(({ person }) => person !== handle)
    .flatMap(({ credentials }) =>
      credentials.flatMap((one) => (one.kind === "passkey" ? [one.credential_id] : [])),
    );
  return entry.credentials.filter((one) => one.kind !== "passkey" || !taken.includes(one.credential_id));
}

/** Returns the keys of a person who is on the roster: without removed ones and, where none is left, the present ones. */
function keptKeys(roster: Roster, listed: RosterPerson, one: Candidate): readonly Credential[] {
  const kept = listed.credentials.filter(
    (key) => key.kind !== "passkey" || !one.removed.includes(key.credential_id),
  );
  if (kept.length > 0) return kept;
  const present = addsKeys(roster) ? freeKeys(roster, one) : [];
  return present.length > 0 ? present : listed.credentials;
}

/** Returns an entry with the facts of the account. Words that are not duties of the portal stay. */
function withFacts(listed: RosterPerson, { entry }: Candidate): RosterPerson {
  const { credentials: _credentials, ...facts } = entry;
  const others = listed.duties.filter((duty) => !KNOWN_DUTIES.includes(duty));
  const duties = [...entry.duties, ...others].sort();
  const isSameSet = isSame(duties, [...listed.duties].sort());
  return { ...facts, duties: isSameSet ? listed.duties : duties, credentials: listed.credentials };
}

function changeOf(roster: Roster, listed: RosterPerson, one: Candidate): Difference | undefined {
  const facts = withFacts(listed, one);
  const after = { ...facts, credentials: [...keptKeys(roster, listed, one)] };
  if (isSame(after, listed)) return undefined;
  return { person: one.handle, act: "change", after, isDue: !isSame(facts, listed) };
}

function newEntry(roster: Roster, one: Candidate, isEvaluation: boolean): RosterPerson | undefined {
  const keys = addsKeys(roster) || !isEvaluation ? freeKeys(roster, one) : [];
  if (keys.length > 0) return { ...one.entry, credentials: keys };
  const canPortalSign = isEvaluation && roster.persons.some(isPortalSigned);
  return canPortalSign ? { ...one.entry, credentials: [PORTAL] } : undefined;
}

/** Returns who is missing on the roster, who has to go out, and whose facts or keys differ. */
export function comparePeople(
  roster: Roster,
  candidates: readonly Candidate[],
  isEvaluation: boolean,
): Comparison {
  const differences: Difference[] = [];
  const withoutKey: Candidate[] = [];
  for (const one of candidates) {
    const listed = findPerson(roster, one.handle);
    if (!one.isActive) {
      if (listed !== undefined)
        differences.push({ person: one.handle, act: "remove", after: undefined, isDue: true });
    } else if (listed === undefined) {
      const after = newEntry(roster, one, isEvaluation);
      if (after === undefined) withoutKey.push(one);
      else differences.push({ person: one.handle, act: "add", after, isDue: false });
    } else {
      const change = changeOf(roster, listed, one);
      if (change !== undefined) differences.push(change);
    }
  }
  const known = new Set(candidates.map(({ handle }) => handle));
  const strangers = roster.persons.filter(({ person }) => !known.has(person));
  const gone = strangers.map(({ person }) => ({
    person,
    act: "remove" as const,
    after: undefined,
    isDue: false,
  }));
  return { differences: [...differences, ...gone], withoutKey };
}

/** Whether a drafted entry says of a person what the portal knows: facts, and keys that they have or had on the roster. */
export function isAsKnown(
  current: Roster,
  after: RosterPerson | undefined,
  one: Candidate | undefined,
): boolean {
  if (after === undefined) return one?.isActive !== true;
  if (one?.isActive !== true || !isSame(withFacts(after, one), after)) return false;
  const listed = findPerson(current, one.handle)?.credentials ?? [];
  return after.credentials.every(
    (key) =>
      key.kind === "portal-evaluation" ||
      [...listed, ...one.entry.credentials].some((own) => isSame(own, key)),
  );
}

/** Returns the people of a roster with these entries in place of theirs, in the order of their handles. */
export function withPeople(
  persons: readonly RosterPerson[],
  changes: readonly Pick<Difference, "person" | "after">[],
): RosterPerson[] {
  const next = new Map(persons.map((one) => [one.person, one]));
  for (const { person, after } of changes) {
    if (after === undefined) next.delete(person);
    else next.set(person, after);
  }
  return [...next.values()].sort((one, other) => (one.person < other.person ? -1 : 1));
}
