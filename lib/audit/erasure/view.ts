import "server-only";
import type { Context } from "@/lib/context";
import type { Erasure } from "./schema";
import type { ErasureRow } from "./store";

/** An erasure as the caller sees it. */
export function toErasure(cx: Context, row: ErasureRow): Erasure {
  const { userId } = cx.principal;
  return {
    id: row.id,
    subject: row.subject,
    reason: row.reason,
    state: row.state,
    asked_by: row.asked_by_name,
    asked_at: row.asked_at.toISOString(),
    agreed_by: row.agreed_by_name,
    kept_back: row.kept_back,
    try_after: row.try_after?.toISOString() ?? null,
    ended_at: row.ended_at?.toISOString() ?? null,
    by_seq: row.by_seq,
    is_own: row.asked_by === userId,
    may_agree: row.state === "asked" && row.asked_by !== userId && row.subject_user_id !== userId,
  };
}
