import "server-only";
import type { Context } from "@/lib/context/context";
import type { Tx } from "@/lib/db/transaction";
import type { Need } from "@/lib/home/schema";
import { loadCases } from "@/lib/identity/roster/load-views";
import { findNames } from "@/lib/identity/roster/people-store";
import { listVersions } from "@/lib/identity/roster/store";
import { mayAgree, stateOf } from "@/lib/identity/roster/view";

/**
 * Returns the roster version that waits for the caller's signature, according to the last known roster. The custodian
 * is called only when a version waits. The page for signing asks it again.
 */
export async function readRosterNeeds(
  tx: Tx,
  cx: Pick<Context, "principal" | "instance" | "clock" | "escrow">,
): Promise<Need[]> {
  const { principal, instance, clock } = cx;
  const wanted = { tenantId: instance.tenantId, isPending: true, limit: 1 } as const;
  const versions = await listVersions(tx, wanted);
  const roster = versions.length === 0 ? undefined : await cx.escrow.knownRoster();
  if (roster === undefined) return [];
  const waiting = (await loadCases(tx, versions)).filter(
    (one) =>
      stateOf(one.change, roster, clock.now()) === "pending" && mayAgree(one, roster, principal.handle),
  );
  const names = await findNames(
    tx,
    waiting.flatMap(({ person, change }) => [person, ...change.people]),
  );
  return waiting.map(({ change, person }) => ({
    kind: "roster",
    subject: { kind: "roster", id: change.id },
    reference: String(change.baseVersion + 1),
    at: change.createdAt.toISOString(),
    due_at: change.expiresAt.toISOString(),
    is_late: false,
    facts: {
      person: names.get(person) ?? "",
      text: change.people.map((handle) => names.get(handle) ?? handle).join(", "),
    },
  }));
}
