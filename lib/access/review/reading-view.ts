import "server-only";
import { firstReading } from "@/lib/access/decisions/decision-case";
import type { DecisionRow } from "@/lib/access/decisions/store";
import type { AuthorizationRow } from "@/lib/access/legal-authorities/store";
import type { RequestRow } from "@/lib/access/requests/store";
import { readsBlind } from "@/lib/access/review/blind";
import { latestReading, readOrdersOf } from "@/lib/access/review/reading-store";
import type { ReviewView } from "@/lib/access/review/schema";
import type { Context } from "@/lib/context/context";
import type { Tx } from "@/lib/db/transaction";
import * as people from "@/lib/identity/people/people-store";

interface Read {
  readonly row: RequestRow;
  readonly decisions: readonly DecisionRow[];
}

/** Whether the caller must read the order before what was typed of it is shown. */
export async function mustReadFirst(
  tx: Tx,
  { principal }: Context,
  row: RequestRow,
  order: AuthorizationRow | undefined,
): Promise<boolean> {
  if (order === undefined) return false;
  const read = await readOrdersOf(tx, { userId: principal.userId, requestIds: [row.id] });
  const isSigned = order.reach !== undefined;
  return readsBlind(principal, { ...row, isSigned, hasRead: read.has(row.id) });
}

/**
 * Shows that the first decider has read. What they read is shown only to a person who has read and approved as well.
 */
async function firstReadingOf(
  tx: Tx,
  cx: Context,
  { decisions }: Read,
): Promise<Pick<ReviewView, "first_reading">> {
  const confirms = firstReading({ decisions });
  const first = decisions.find((one) => one.confirms === confirms);
  if (confirms === undefined || first === undefined) return {};
  const hasRead = decisions.some(
    (one) =>
      one.approverUserId === cx.principal.userId && one.decision === "approve" && one.confirms !== undefined,
  );
  const by = await people.getPerson(tx, first.approverUserId);
  return {
    first_reading: { by: by.name, at: first.at.toISOString(), ...(hasRead ? { confirms } : {}) },
  };
}

async function ownReadingOf(tx: Tx, cx: Context, { row }: Read): Promise<Pick<ReviewView, "own_reading">> {
  const own = await latestReading(tx, { userId: cx.principal.userId, requestId: row.id });
  return own === undefined ? {} : { own_reading: own };
}

/** Returns what the caller has read, and that the first decider has. */
export async function readingMembers(
  tx: Tx,
  cx: Context,
  review: Read,
): Promise<Pick<ReviewView, "own_reading" | "first_reading">> {
  return { ...(await ownReadingOf(tx, cx, review)), ...(await firstReadingOf(tx, cx, review)) };
}
