import "server-only";
import { setTimeout as pause } from "node:timers/promises";
import { inRawSnapshot } from "@/lib/db/transaction";
import { DomainError } from "@/lib/errors";
import type { ReaderContext } from "../reading/fence";
import { closedLog } from "../reading/of-log";
import type { ExportQuery } from "../schema";
import { askSigned, askSigner } from "../self-check/ask-signer";
import { COMPARED_NOTHING } from "../self-check/check-signer";
import { readAnchoredSize } from "./store";

/** How often and how many times to check whether a signed checkpoint is in the database. */
const LOOK_MS = 250;
const LOOKS = 20;

function refuse(detail: string): never {
  throw new DomainError("export.index", { detail });
}

/**
 * Returns how many entries the checkpoint signer has signed, for a whole bundle of the present log, which never ends
 * at a smaller tree. The signer has its own copy, so the database owner cannot roll the log back to an older
 * checkpoint and get a bundle of the rest. Throws `export.index` if the signer finds that the database differs from
 * its copy, or if its checkpoint does not appear in the database. If the signer compared nothing, or cannot read the
 * database, it returns the size that it signed last. For a closed log, returns the size that was signed when it was
 * closed. Undefined for other exports, if no signer answers, and for a closed log without a configured size.
 */
export async function readSignedSize(
  cx: ReaderContext,
  query: ExportQuery,
  isFiltered: boolean,
): Promise<number | undefined> {
  if (query.format !== "bundle" || isFiltered) return undefined;
  const closed = closedLog(cx.instance, cx.instance.log);
  // A closed log does not grow. The portal's own configuration has its signed size.
  if (closed !== undefined) return closed.size;
  const { signerUrl, pinned } = cx.instance;
  if (signerUrl === undefined || pinned === undefined) return undefined;
  const word = await askSigner(signerUrl, pinned.log);
  if (word.is === "refused" && !COMPARED_NOTHING.includes(word.reason)) {
    const { reason, seq } = word;
    cx.logger.error({ alarm: "export.index", reason, seq }, "the signer refuses what would be exported");
    return refuse(`The checkpoint signer refuses the database's content: ${reason} at ${seq}.`);
  }
  // The database owner can stop the signer from reading the database, but not from reporting how much it has signed.
  const signed = word.is === "signed" ? word : await askSigned(signerUrl, pinned.log);
  if (signed.is !== "signed") {
    // A signer that has signed nothing, although the log has a checkpoint, has lost its store.
    if (signed.is === "absent" || (await anchoredSize(cx)) > 0)
      cx.logger.warn({ alarm: "export.signer" }, "a bundle is made that the signer does not vouch for");
    return undefined;
  }
  const { size } = signed.checkpoint;
  await waitForCheckpoint(cx, size);
  return size;
}

function anchoredSize(cx: ReaderContext): Promise<number> {
  return inRawSnapshot(cx, (tx) => readAnchoredSize(tx, cx.instance.log));
}

/** A signed checkpoint reaches the database a little later, because its witnesses are asked first. */
async function waitForCheckpoint(cx: ReaderContext, size: number): Promise<void> {
  for (let look = 0; look < LOOKS; look += 1) {
    if ((await anchoredSize(cx)) >= size) return;
    await pause(LOOK_MS);
  }
  cx.logger.error({ alarm: "export.index", size }, "a signed checkpoint is not in the database");
  refuse(`The signed checkpoint for ${size} entries is not in the database.`);
}
