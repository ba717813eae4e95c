import "server-only";
import { recordReadOnce } from "@/lib/audit/record/record-read";
import type { Context } from "@/lib/context/context";
import { inSnapshot, type Tx } from "@/lib/db/transaction";
import { findPerson, type Roster, rosterDigest } from "@/lib/escrow/protocol/roster";
import { confirmersForPeople } from "@/lib/escrow/protocol/succession";
import { comparePeople, type Difference } from "@/lib/identity/roster/compare-people";
import { findRoster } from "@/lib/identity/roster/current-roster";
import { type Candidate, listCandidates } from "@/lib/identity/roster/list-candidates";
import { loadCases, loadViews } from "@/lib/identity/roster/load-views";
import type { RosterPage } from "@/lib/identity/roster/schema";
import { listVersions } from "@/lib/identity/roster/store";
import {
  type EntryNames,
  findEntryNames,
  viewDifference,
  viewEntry,
} from "@/lib/identity/roster/view-entries";

const MAX_VERSIONS = 10;

function listedPeople(current: Roster, names: EntryNames): RosterPage["people"] {
  const confirmers = new Set(confirmersForPeople(current, []).map(({ person }) => person));
  return current.persons.map((one) => ({
    ...viewEntry(one, names),
    person: one.person,
    name: names.people.get(one.person) ?? one.person,
    may_confirm: confirmers.has(one.person),
  }));
}

/** Names of everyone who is on the roster or has an account. */
async function allNames(tx: Tx, current: Roster, candidates: readonly Candidate[]): Promise<EntryNames> {
  const own = await findEntryNames(tx, [current]);
  const people = new Map([...own.people, ...candidates.map((one) => [one.handle, one.name] as const)]);
  const organisations = new Map([
    ...own.organisations,
    ...candidates.map(({ entry, organisation }) => [entry.organisation, organisation] as const),
  ]);
  return { people, organisations };
}

function differenceView(current: Roster, one: Difference, names: EntryNames) {
  const { person, act, after, isDue } = one;
  const view = viewDifference({ person, act, before: findPerson(current, person), after }, names);
  const organisation_name = (view.after ?? view.before)?.organisation_name ?? "";
  return { ...view, is_due: isDue, organisation_name };
}

/** The page without a roster: only the draft of the first one helps. */
function withoutRoster(
  candidates: readonly Candidate[],
  signing: RosterPage["signing"],
  mayAsk: boolean,
): RosterPage {
  const keyless = candidates.filter(({ isActive, entry }) => isActive && entry.credentials.length === 0);
  return {
    ...{ people: [], differences: [], changes: [], signing, may_ask: mayAsk },
    without_key: keyless.map(({ handle: person, name, organisation }) => ({
      ...{ person, name, organisation_name: organisation },
    })),
  };
}

/** Returns the roster in force with names, what differs from it in the portal, and the versions that wait. */
export async function getRoster(cx: Context, rpId: string): Promise<RosterPage> {
  const current = await findRoster(cx);
  await recordReadOnce(cx, "roster.read");
  const { principal, instance } = cx;
  const { tenantId, evaluation } = instance;
  const mayAsk = principal.role === "admin" && principal.duties.includes("admin");
  const own = current === undefined ? undefined : findPerson(current, principal.handle);
  const credential_ids = (own?.credentials ?? []).flatMap((key) =>
    key.kind === "passkey" ? [key.credential_id] : [],
  );
  const signing = { rp_id: rpId, credential_ids };
  return inSnapshot(cx, async (tx) => {
    const candidates = await listCandidates(tx, { tenantId, rpId });
    if (current === undefined) return withoutRoster(candidates, signing, mayAsk);
    const { differences, withoutKey } = comparePeople(current, candidates, evaluation);
    const names = await allNames(tx, current, candidates);
    const cases = await loadCases(tx, await listVersions(tx, { tenantId, limit: MAX_VERSIONS }));
    return {
      version: current.version,
      digest: rosterDigest(current),
      people: listedPeople(current, names),
      differences: differences.map((one) => differenceView(current, one, names)),
      without_key: withoutKey.map(({ handle: person, name, organisation }) => ({
        ...{ person, name, organisation_name: organisation },
      })),
      changes: await loadViews(tx, cx, cases, current),
      signing,
      may_ask: mayAsk,
    };
  });
}
