import "server-only";
import { seesEveryCase } from "@/lib/audit/reading/fence";
import { closedOrigin } from "@/lib/audit/reading/of-log";
import type { Context } from "@/lib/context/context";
import { type ErasureReasons, NO_REASONS } from "./reasons-store";
import type { Erasure } from "./schema";
import type { ErasureReader, ErasureRow } from "./store";

const COMES_BY_ITSELF: readonly (string | null)[] = ["date", "hold", "prepared"];

/**
 * Returns what defers an erasure, and until when, as far as the caller may know it. A hold reveals a case. So callers
 * who may not know of every case see the same answer for a period, a hold, and an unprepared entry (I12).
 */
function keptBack(cx: Context, row: ErasureRow): Pick<Erasure, "kept_back" | "try_after"> {
  const { kept_back, try_after } = row;
  const isHidden = COMES_BY_ITSELF.includes(kept_back) && !seesEveryCase(cx);
  if (isHidden) return { kept_back: "later", try_after: null };
  return { kept_back, try_after: try_after?.toISOString() ?? null };
}

/** The caller as a reader of erasures. */
export function readerOf(cx: Context): ErasureReader {
  return { tenantId: cx.instance.tenantId, userId: cx.principal.userId };
}

/** An erasure as the caller sees it; a list also says why it waits. */
export function toErasure(cx: Context, row: ErasureRow, reasons: ErasureReasons = NO_REASONS): Erasure {
  return {
    id: row.id,
    subject: row.subject,
    reason: row.reason,
    state: row.state,
    asked_by: row.asked_by_name,
    asked_at: row.asked_at.toISOString(),
    agreed_by: row.agreed_by_name,
    ...keptBack(cx, row),
    period: reasons.period ?? null,
    hold_until: reasons.holdUntil?.toISOString() ?? null,
    waits_for: [...reasons.waitsFor],
    lost_duty: [...reasons.lostDuty],
    ended_at: row.ended_at?.toISOString() ?? null,
    by_seq: row.by_seq,
    closed_log: closedOrigin(cx.instance, row.by_log),
    is_own: row.is_askers,
    may_agree: row.state === "asked" && !row.is_askers && !row.is_subjects,
  };
}
