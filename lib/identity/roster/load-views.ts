import "server-only";
import type { Context } from "@/lib/context/context";
import type { Tx } from "@/lib/db/transaction";
import type { Roster } from "@/lib/escrow/protocol/roster";
import { confirmersFor } from "@/lib/escrow/protocol/succession";
import { findHandles, findNames, findPasskeyLabels } from "@/lib/identity/roster/people-store";
import type { RosterChangeView } from "@/lib/identity/roster/schema";
import { listAgreements, type RosterChangeRow } from "@/lib/identity/roster/store";
import { type ChangeCase, viewChange } from "@/lib/identity/roster/view";

/** Returns changes with their people and those who agreed. */
export async function loadCases(tx: Tx, changes: readonly RosterChangeRow[]): Promise<ChangeCase[]> {
  const handles = await findHandles(
    tx,
    changes.map((change) => change.userId),
  );
  const agreements = await listAgreements(
    tx,
    changes.map((change) => change.id),
  );
  return changes.map((change) => ({
    change,
    person: handles.get(change.userId) ?? "",
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
  const people = cases.flatMap(({ person, agreements }) => [
    person,
    ...agreements.map((agreed) => agreed.person),
    ...(current === undefined ? [] : confirmersFor(current, person).map((other) => other.person)),
  ]);
  const names = await findNames(tx, people);
  const labels = await findPasskeyLabels(
    tx,
    cases.flatMap(({ change }) => (change.passkeyId === undefined ? [] : [change.passkeyId])),
  );
  const now = cx.clock.now();
  return cases.map((one) => {
    const label = one.change.passkeyId === undefined ? undefined : labels.get(one.change.passkeyId);
    return viewChange(cx, one, { current, names, label, now });
  });
}
