import { recordDigest } from "@/components/client/sign-statement";
import type { RosterChangeView } from "@/lib/identity/roster/schema";

type ToSign = NonNullable<RosterChangeView["to_sign"]>;
type Roster = ToSign["before"];
type Person = Roster["persons"][number];

function digestOf({ statements: _statements, ...roster }: Roster): Promise<string> {
  return recordDigest(roster);
}

function idOf(credential: Person["credentials"][number]): string {
  if (credential.kind === "passkey") return credential.credential_id;
  return credential.kind === "ed25519" ? credential.key_id : credential.kind;
}

function withoutCredentials({ credentials: _credentials, ...person }: Person): unknown {
  return person;
}

/** Names without their order. */
function isSameSet(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((name) => b.includes(name));
}

async function isSame(a: unknown, b: unknown): Promise<boolean> {
  return (await recordDigest(a)) === (await recordDigest(b));
}

/** Returns the roster without its people. A change of a person's keys may not change this part. */
function frameOf(roster: Roster): unknown {
  const {
    persons: _persons,
    version: _version,
    previous: _previous,
    statements: _statements,
    ...rest
  } = roster;
  return rest;
}

async function othersStay(before: Roster, after: Roster, name: string): Promise<boolean> {
  const rest = (roster: Roster) => roster.persons.filter(({ person }) => person !== name);
  return isSame(rest(before), rest(after));
}

async function keysChange(change: RosterChangeView, before: Person, after: Person): Promise<boolean> {
  if (!(await isSame(withoutCredentials(before), withoutCredentials(after)))) return false;
  const had = before.credentials.map(idOf);
  const has = after.credentials.map(idOf);
  const kept = had.filter((id) => id !== change.removed && id !== "portal-evaluation");
  // The same name with another key behind it would be another key.
  for (const credential of before.credentials.filter((one) => kept.includes(idOf(one)))) {
    const now = after.credentials.find((one) => idOf(one) === idOf(credential));
    if (now === undefined || !(await isSame(credential, now))) return false;
  }
  return isSameSet(has, change.added === undefined ? kept : [...kept, change.added]);
}

/** Returns whether the fingerprints that two people read to each other belong to the added and the removed key. */
async function isReadAs(change: RosterChangeView, before: Person, after: Person): Promise<boolean> {
  const is = async (person: Person, id: string | undefined, fingerprint: string | undefined) => {
    const credential = person.credentials.find((one) => idOf(one) === id);
    return id === undefined || (credential !== undefined && (await recordDigest(credential)) === fingerprint);
  };
  return (
    (await is(after, change.added, change.added_fingerprint)) &&
    (await is(before, change.removed, change.removed_fingerprint))
  );
}

/** Whether a statement names the two rosters that came with it, by their digests and numbers. */
export async function isAboutRosters({ statement, before, after }: ToSign): Promise<boolean> {
  return (
    statement.version === after.version &&
    after.version === before.version + 1 &&
    after.previous === statement.previous &&
    statement.previous === (await digestOf(before)) &&
    statement.roster === (await digestOf(after))
  );
}

/**
 * Whether a statement is about exactly the change that the page shows: the rosters before and after are those whose
 * digests are signed, and between them one person's keys change as named, and nothing else.
 */
export async function isChangeAsShown(change: RosterChangeView, toSign: ToSign): Promise<boolean> {
  const { before, after } = toSign;
  if (!(await isAboutRosters(toSign)) || !(await isSame(frameOf(before), frameOf(after)))) return false;
  const find = (roster: Roster) => roster.persons.find(({ person }) => person === change.person);
  const [was, becomes] = [find(before), find(after)];
  if (was === undefined || becomes === undefined) return false;
  return (
    (await othersStay(before, after, change.person)) &&
    (await keysChange(change, was, becomes)) &&
    isReadAs(change, was, becomes)
  );
}
