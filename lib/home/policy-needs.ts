import "server-only";
import type { Context } from "@/lib/context/context";
import { readableOf } from "@/lib/db/read-rows";
import type { Tx } from "@/lib/db/transaction";
import type { Need } from "@/lib/home/schema";
import { listSetRows, type SetRow } from "@/lib/policies/store";
import { namesFor } from "@/lib/policies/view";
import { waitsFor } from "@/lib/policies/waits-for";
import { decidingDuties, mayWrite } from "@/lib/policies/who-may";

type NeedsContext = Pick<Context, "principal" | "instance">;

const MOST = 20;

/** Returns the submitted policy sets that wait for the caller's decision. */
export async function readPolicyNeeds(tx: Tx, cx: NeedsContext): Promise<Need[]> {
  if (!mayWrite(cx.principal) || decidingDuties(cx.principal).length === 0) return [];
  const { tenantId } = cx.instance;
  const submitted = readableOf(await listSetRows(tx, { tenantId, states: ["submitted"], limit: MOST }));
  const waiting: SetRow[] = [];
  for (const set of submitted) if (await waitsFor(tx, cx.principal, set)) waiting.push(set);
  const nameOf = await namesFor(
    tx,
    waiting.map(({ author }) => author),
  );
  return waiting.map(({ number, title, author, submitted_at: at, created_at: made }) => ({
    kind: "policy",
    subject: { kind: "policy", id: String(number) },
    reference: String(number),
    at: (at ?? made).toISOString(),
    is_late: false,
    facts: { text: title, ...(author === null ? {} : { person: nameOf(author) ?? author }) },
  }));
}
