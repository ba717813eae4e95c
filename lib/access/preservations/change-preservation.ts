import "server-only";
import type { PreservationAnswer } from "@/lib/access/preservations/preserve-transactions";
import { endOfHold, requireHolder, toPreservation } from "@/lib/access/preservations/rules";
import type { Release, Renewal } from "@/lib/access/preservations/schema";
import {
  endPreservation,
  lockPreservation,
  type PreservationRow,
  renewPreservation,
} from "@/lib/access/preservations/store";
import { appendEntry } from "@/lib/audit/record/append-entry";
import { issueReceipt } from "@/lib/audit/record/issue-receipt";
import type { Context } from "@/lib/context/context";
import type { AppendedEntry } from "@/lib/context/recorder";
import { inTransaction, type Tx } from "@/lib/db/transaction";
import { DomainError, invalidField } from "@/lib/errors";

interface Changed {
  readonly row: PreservationRow;
  readonly caseDetails: Readonly<Record<string, string>>;
}

/** Returns a running hold of the caller's own organisation. Another organisation's hold is answered as not found. */
async function change(
  cx: Context,
  id: string,
  action: "preservation.renew" | "preservation.release",
  make: (tx: Tx, row: PreservationRow) => Promise<Changed>,
): Promise<PreservationAnswer> {
  requireHolder(cx);
  const owner = { tenantId: cx.instance.tenantId, organisationId: cx.principal.organisationId };
  const done = await inTransaction(
    cx,
    async (tx): Promise<{ row: PreservationRow; entry: AppendedEntry }> => {
      const before = await lockPreservation(tx, owner, id);
      if (before === undefined) throw new DomainError("preservation.not-found");
      if (before.state !== "active" || before.until <= cx.clock.now())
        throw new DomainError("preservation.ended");
      const { row, caseDetails } = await make(tx, before);
      const entry = await appendEntry(tx, cx, {
        class: "access",
        outcome: "done",
        action,
        subjects: [`preservation:${id}`],
        caseId: id,
        caseDetails,
      });
      return { row, entry };
    },
  );
  return { ...toPreservation(cx, done.row), receipt: await issueReceipt(cx, done.entry) };
}

/**
 * Moves the end of a hold to a later time, never to an earlier one. Throws `preservation.not-found`,
 * `preservation.ended`.
 */
export async function renewHold(cx: Context, id: string, body: Renewal): Promise<PreservationAnswer> {
  const until = endOfHold(body.until, cx.clock.now());
  return change(cx, id, "preservation.renew", async (tx, row) => {
    if (until <= row.until) throw invalidField("/until", "is not later than the hold's end");
    await renewPreservation(tx, id, until);
    return { row: { ...row, until }, caseDetails: { until: until.toISOString() } };
  });
}

/** Ends a hold before its time. Throws `preservation.not-found`, `preservation.ended`. */
export function releaseHold(cx: Context, id: string, body: Release): Promise<PreservationAnswer> {
  const at = cx.clock.now();
  return change(cx, id, "preservation.release", async (tx, row) => {
    await endPreservation(tx, id, at);
    const released: PreservationRow = { ...row, state: "released", released_at: at };
    return { row: released, caseDetails: { reason: body.reason } };
  });
}
