import "server-only";
import { actsOnAlerts, isAboutCaller } from "@/lib/alerts/list-alerts";
import { type AlertRow, listAlertRows } from "@/lib/alerts/store";
import { findSealedCases } from "@/lib/audit/reading/sealed-store";
import type { Context } from "@/lib/context/context";
import { readableOf } from "@/lib/db/read-rows";
import type { Tx } from "@/lib/db/transaction";
import type { Need } from "@/lib/home/schema";

const MOST = 20;

function needOf({ id, name, person, severity, opened_at: at }: AlertRow): Need {
  return {
    kind: "alert",
    subject: { kind: "alert", id },
    reference: name,
    at: at.toISOString(),
    is_late: false,
    facts: { text: severity, ...(person === null ? {} : { person }) },
  };
}

/** Returns open alerts that no one acknowledged, for those who may act on them; not those about the caller. */
export async function readAlertNeeds(
  tx: Tx,
  cx: Pick<Context, "principal" | "instance" | "clock">,
): Promise<Need[]> {
  if (!actsOnAlerts(cx)) return [];
  const { tenantId } = cx.instance;
  const sealed = await findSealedCases(tx, cx);
  const rows = readableOf(await listAlertRows(tx, { tenantId, sealed, view: "open", limit: MOST }));
  const waiting: AlertRow[] = [];
  for (const row of rows)
    if (row.acknowledged_at === null && !(await isAboutCaller(tx, cx, row))) waiting.push(row);
  return waiting.map(needOf);
}
