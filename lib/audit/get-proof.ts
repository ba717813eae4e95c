import "server-only";
import type { Context } from "@/lib/context";
import { toBase64 } from "@/lib/crypto/bytes";
import { inclusionProofFrom } from "@/lib/crypto/merkle";
import { openNote } from "@/lib/crypto/signed-note";
import { inSnapshot } from "@/lib/db/transaction";
import { DomainError } from "@/lib/errors";
import { parseCheckpointText } from "./checkpoint";
import { findNewestCheckpoint } from "./reading/store";
import { recordReadOnce } from "./record-read";
import { storedNodes } from "./worker/store";

const FORMAT_LINE = "c2sp.org/tlog-proof@v1";

/** Inclusion proof of one leaf in the newest checkpoint, as a C2SP tlog-proof file. It shows hashes only. */
export async function getProof(cx: Context, seq: number): Promise<string> {
  const checkpoint = await inSnapshot(cx, (tx) => findNewestCheckpoint(tx, cx.instance.log));
  if (checkpoint === undefined || seq >= checkpoint.size) {
    throw new DomainError(checkpoint === undefined ? "audit.not-integrated" : "audit.not-found");
  }
  await recordReadOnce(cx, "audit.proof");
  const { size } = parseCheckpointText(openNote(checkpoint.note, []).text);
  const proof = await inclusionProofFrom(storedNodes(cx.db.pool, cx.instance.log), seq, size);
  const lines = [FORMAT_LINE, `index ${seq}`, ...proof.map(toBase64)];
  return `${lines.join("\n")}\n\n${checkpoint.note}`;
}
