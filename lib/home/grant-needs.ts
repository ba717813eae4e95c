import "server-only";
import { countOpened } from "@/lib/access/grants/detail-store";
import type { GrantView } from "@/lib/access/grants/schema";
import { type GrantRow, listEndingGrants } from "@/lib/access/grants/store";
import { listOwner } from "@/lib/access/requests/list-requests";
import { grantView } from "@/lib/access/requests/view";
import type { Context } from "@/lib/context/context";
import { readableOf, viewRows } from "@/lib/db/read-rows";
import type { Tx } from "@/lib/db/transaction";
import type { Need } from "@/lib/home/schema";
import { findPeople } from "@/lib/identity/people/people-store";
import type { Unreadable } from "@/lib/paging";

const MAX_SHOWN = 8;
const SOON_MS = 24 * 3_600_000;

function endsSoon(grant: GrantView, now: Date): boolean {
  return grant.state === "active" && Date.parse(grant.not_after) - now.getTime() <= SOON_MS;
}

/** Returns grants that are in force and unused: the holder can now open what they requested. */
function isUnused(grant: GrantView): boolean {
  return grant.state === "active" && grant.opened === 0;
}

function need(grant: GrantView, kind: "access_ends" | "access_new"): Need {
  return {
    kind,
    subject: { kind: "grant", id: grant.id },
    reference: grant.reference,
    at: grant.not_before,
    due_at: grant.not_after,
    is_late: false,
    facts: {
      ...(grant.authority === undefined ? {} : { authority: grant.authority }),
      transactions: grant.transactions.length,
      opened: grant.opened,
      views_left: grant.views_left,
      is_masked: grant.fields.every((one) => grant.masked_fields.includes(one)),
    },
  };
}

/**
 * Grants in force that the caller may know of, soonest end first, and which of the caller's own end within a day or
 * were never used. `sealed`: cases that are sealed from the caller.
 */
export async function readGrantNeeds(
  tx: Tx,
  cx: Context,
  sealed: readonly string[],
): Promise<{
  readonly needs: Need[];
  readonly inForce: GrantView[];
  readonly unreadable: readonly Unreadable[];
}> {
  const now = cx.clock.now();
  const { tenantId, log } = cx.instance;
  const rows = await listEndingGrants(tx, { tenantId, userId: listOwner(cx), sealed, now, log }, MAX_SHOWN);
  if (rows.length === 0) return { needs: [], inForce: [], unreadable: [] };
  const holders = await findPeople(
    tx,
    readableOf(rows).map((row) => row.subjectUserId),
  );
  const opened = await countOpened(
    tx,
    rows.map((row) => row.id),
  );
  const { items: inForce, unreadable = [] } = viewRows(cx, "home.grants", rows, (row: GrantRow) =>
    grantView(row, {
      holder: holders.get(row.subjectUserId),
      opened: opened.get(row.id) ?? 0,
      now,
      log,
      policies: cx.policies.active(),
    }),
  );
  const own = inForce.filter((grant) => grant.holder === cx.principal.handle);
  const needs = own.flatMap((grant) =>
    endsSoon(grant, now) ? [need(grant, "access_ends")] : isUnused(grant) ? [need(grant, "access_new")] : [],
  );
  return { needs, inForce, unreadable };
}
