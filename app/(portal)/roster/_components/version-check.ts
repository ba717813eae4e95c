import { isAboutRosters } from "@/app/(portal)/account/security/_components/statement-keys/roster-difference";
import { recordDigest } from "@/components/client/sign-statement";
import { spokenGroups } from "@/lib/digests";
import { isAboutPeople, peopleDifferences } from "@/lib/escrow/protocol/roster-difference";
import type { RosterChangeView } from "@/lib/identity/roster/schema";
import type { RosterEntry } from "@/lib/identity/roster/version-schema";

type ToSign = NonNullable<RosterChangeView["to_sign"]>;
type Person = ToSign["before"]["persons"][number];
type Key = Person["credentials"][number];

const GROUPS = 8;

async function viewKey(key: Key): Promise<RosterEntry["keys"][number]> {
  if (key.kind === "portal-evaluation") return { kind: key.kind, id: "", groups: "" };
  const groups = spokenGroups(await recordDigest(key), GROUPS);
  return { kind: key.kind, id: key.kind === "passkey" ? key.credential_id : key.key_id, groups };
}

/** Whether the page shows this entry: organisation, role, duties, participant, and each key with its groups. */
async function isEntry(shown: RosterEntry | null, entry: Person | undefined): Promise<boolean> {
  if (shown === null || entry === undefined) return shown === null && entry === undefined;
  const keys = await Promise.all(entry.credentials.map(viewKey));
  const facts = {
    organisation: entry.organisation,
    role: entry.role ?? null,
    duties: entry.duties,
    participant: entry.participant ?? null,
    keys,
  };
  const { organisation_name: _name, ...rest } = shown;
  return (await recordDigest(rest)) === (await recordDigest(facts));
}

/**
 * Returns whether a statement is about exactly the version that the page shows. The signed digests must be those of the
 * two rosters. Only people may differ between them, and each difference must be one of the rows.
 */
export async function isVersionAsShown(change: RosterChangeView, toSign: ToSign): Promise<boolean> {
  const { before, after } = toSign;
  if (!(await isAboutRosters(toSign)) || !isAboutPeople(before, after)) return false;
  const differences = peopleDifferences(before, after);
  const rows = change.people ?? [];
  if (rows.length !== differences.length) return false;
  for (const one of differences) {
    const row = rows.find(({ person }) => person === one.person);
    if (row === undefined || row.act !== one.act) return false;
    if (!(await isEntry(row.before, one.before)) || !(await isEntry(row.after, one.after))) return false;
  }
  return true;
}
