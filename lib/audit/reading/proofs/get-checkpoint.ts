import "server-only";
import { recordReadOnce } from "@/lib/audit/record/record-read";
import type { Context } from "@/lib/context/context";
import { inSnapshot } from "@/lib/db/transaction";
import { DomainError } from "@/lib/errors";
import { ofLog } from "../of-log";
import { findNewestCheckpoint } from "../store";

/** Returns the newest checkpoint with its cosignatures, a C2SP signed note. */
export async function getCheckpoint(cx: Context, origin?: string): Promise<string> {
  const { log } = ofLog(cx, origin).instance;
  const checkpoint = await inSnapshot(cx, (tx) => findNewestCheckpoint(tx, log));
  if (checkpoint === undefined) throw new DomainError("audit.not-found");
  await recordReadOnce(cx, "audit.checkpoint");
  return checkpoint.note;
}
