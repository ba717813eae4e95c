import "server-only";
import type { Context } from "@/lib/context/context";
import type { Tx } from "@/lib/db/transaction";
import type { Roster } from "@/lib/escrow/protocol/roster";
import { listAgreements } from "@/lib/identity/roster/agreements-store";
import { findHandles, findNames, findPasskeyLabels } from "@/lib/identity/roster/people-store";
import type { RosterChangeView } from "@/lib/identity/roster/schema";
import type { RosterChangeRow } from "@/lib/identity/roster/store";
import { type ChangeCase, confirmersOf, viewChange } from "@/lib/identity/roster/view";
import { findEntryNames, viewDraft } from "@/lib/identity/roster/view-entries";

/** Returns changes with their people and those who agreed. */
export async function loadCases(tx: Tx, changes: readonly RosterChangeRow[]): Promise<ChangeCase[]> {
  const handles = await findHandles(
    tx,
    changes.flatMap(({ userId }) => (userId === undefined ? [] : [userId])),
  );
  const agreements = await listAgreements(
    tx,
    changes.map((change) => change.id),
  );
  return changes.map((change) => ({
    change,
    person: (change.userId === undefined ? undefined : handles.get(change.userId)) ?? "",
    agreements: agreements.filter((one) => one.changeId === change.id),
  }));
}

/** Returns these changes as the caller sees them. */
export async function loadViews(
  tx: Tx,
  cx: Context,
  cases: readonly ChangeCase[],
  current: Roster | undefined,
): Promise<RosterChangeView[]> {
  const people = cases.flatMap((one) => [
    one.person,
    ...one.change.people,
    ...one.agreements.map((agreed) => agreed.person),
    ...(current === undefined ? [] : confirmersOf(one, current).map((other) => other.person)),
  ]);
  const names = await findNames(tx, people);
  const versions = cases.filter(({ change }) => change.kind === "people");
  const rosters = current === undefined ? [] : [current, ...versions.map(({ change }) => change.roster)];
  const entryNames = await findEntryNames(tx, versions.length === 0 ? [] : rosters);
  const labels = await findPasskeyLabels(
    tx,
    cases.flatMap(({ change }) => (change.passkeyId === undefined ? [] : [change.passkeyId])),
  );
  const now = cx.clock.now();
  return cases.map((one) => {
    const label = one.change.passkeyId === undefined ? undefined : labels.get(one.change.passkeyId);
    const people = one.change.kind === "people" ? viewDraft(one.change, { current, names: entryNames }) : [];
    return viewChange(cx, one, { current, names, label, people, now });
  });
}
