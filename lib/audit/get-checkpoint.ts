import "server-only";
import type { Context } from "@/lib/context";
import { inSnapshot } from "@/lib/db/transaction";
import { DomainError } from "@/lib/errors";
import { findNewestCheckpoint } from "./reading/store";
import { recordReadOnce } from "./record-read";

/** The newest checkpoint with its cosignatures, a C2SP signed note. */
export async function getCheckpoint(cx: Context): Promise<string> {
  const checkpoint = await inSnapshot(cx, (tx) => findNewestCheckpoint(tx, cx.instance.log));
  if (checkpoint === undefined) throw new DomainError("audit.not-found");
  await recordReadOnce(cx, "audit.checkpoint");
  return checkpoint.note;
}
