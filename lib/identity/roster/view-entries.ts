import "server-only";
import type { Tx } from "@/lib/db/transaction";
import type { RosterPerson } from "@/lib/escrow/protocol/messages";
import { type Roster, rosterDigest } from "@/lib/escrow/protocol/roster";
import { type PersonDifference, peopleDifferences } from "@/lib/escrow/protocol/roster-difference";
import { keyGroups } from "@/lib/escrow/protocol/roster-draft";
import { findOrganisationNames } from "@/lib/identity/people/people-store";
import { findNames } from "@/lib/identity/roster/people-store";
import type { RosterDifference, RosterEntry } from "@/lib/identity/roster/version-schema";
import { Uuid } from "@/lib/schema";

type Credential = RosterPerson["credentials"][number];

function viewKey(credential: Credential): RosterEntry["keys"][number] {
  if (credential.kind === "portal-evaluation") return { kind: credential.kind, id: "", groups: "" };
  const id = credential.kind === "passkey" ? credential.credential_id : credential.key_id;
  return { kind: credential.kind, id, groups: keyGroups(credential) };
}

/** Names for the handles and organisations of roster entries. */
export interface EntryNames {
  readonly people: ReadonlyMap<string, string>;
  readonly organisations: ReadonlyMap<string, string>;
}

/** Returns the names of people and organisations on these rosters. */
export async function findEntryNames(tx: Tx, rosters: readonly Roster[]): Promise<EntryNames> {
  const all = rosters.flatMap(({ persons }) => persons);
  const organisations = [...new Set(all.map(({ organisation }) => organisation))];
  return {
    people: await findNames(
      tx,
      all.map(({ person }) => person),
    ),
    organisations: await findOrganisationNames(
      tx,
      organisations.filter((id) => Uuid.safeParse(id).success),
    ),
  };
}

/** Returns a person's entry as two people compare it. */
export function viewEntry(entry: RosterPerson, names: EntryNames): RosterEntry {
  return {
    organisation: entry.organisation,
    organisation_name: names.organisations.get(entry.organisation) ?? entry.organisation,
    role: entry.role ?? null,
    duties: entry.duties,
    participant: entry.participant ?? null,
    keys: entry.credentials.map(viewKey),
  };
}

export function viewDifference({ person, act, before, after }: PersonDifference, names: EntryNames) {
  return {
    person,
    name: names.people.get(person) ?? person,
    act,
    before: before === undefined ? null : viewEntry(before, names),
    after: after === undefined ? null : viewEntry(after, names),
  } satisfies RosterDifference;
}

/** Returns what a draft changes; nothing where it does not follow the roster in force, which alone is kept. */
export function viewDraft(
  { roster, baseDigest }: { readonly roster: Roster; readonly baseDigest: string },
  { current, names }: { readonly current: Roster | undefined; readonly names: EntryNames },
): RosterDifference[] {
  if (current === undefined || rosterDigest(current) !== baseDigest) return [];
  return peopleDifferences(current, roster).map((one) => viewDifference(one, names));
}
