import "server-only";
import { issueReceipt } from "@/lib/audit/record/issue-receipt";
import type { Context } from "@/lib/context/context";
import type { AppendedEntry } from "@/lib/context/recorder";
import { inSnapshot } from "@/lib/db/transaction";
import { listFigures } from "@/lib/disputes/figures/figures-store";
import { listGrantsOfDispute, listNotes, listOpenings } from "@/lib/disputes/grants-store";
import { type DisputeRef, loadDispute } from "@/lib/disputes/load-dispute";
import type { DisputeAnswer, DisputeView } from "@/lib/disputes/schema";
import { disputeView, namedIn } from "@/lib/disputes/view";
import { findPeople } from "@/lib/identity/people/people-store";

function readWhole(cx: Context, ref: DisputeRef): Promise<DisputeView> {
  return inSnapshot(cx, async (tx) => {
    const row = await loadDispute(tx, cx, ref);
    const grants = await listGrantsOfDispute(tx, row.id);
    const notes = await listNotes(tx, row.id);
    const openings = await listOpenings(
      tx,
      grants.map((grant) => grant.id),
    );
    const figures = await listFigures(tx, row.id);
    const people = [
      ...namedIn(row),
      ...grants.map((grant) => grant.subjectUserId),
      ...notes.map((note) => note.byUserId),
      ...openings.map((opening) => opening.byUserId),
    ];
    const names = await findPeople(tx, people);
    return disputeView(
      { row, grants, notes, openings, figures, names },
      cx.principal,
      cx.clock.now(),
      cx.instance.log,
    );
  });
}

/** Returns one dispute with its notes and every view of its masked fields, for its parties, support and staff. */
export function getDispute(cx: Context, id: string): Promise<DisputeView> {
  return readWhole(cx, { id });
}

/** Returns the dispute after an act, with the receipt of the entry that changed it. */
export async function answerDispute(cx: Context, id: string, entry: AppendedEntry): Promise<DisputeAnswer> {
  return { ...(await readWhole(cx, { id })), receipt: await issueReceipt(cx, entry) };
}
