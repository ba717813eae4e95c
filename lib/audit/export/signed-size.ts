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

/** How often and how many times it is looked whether a checkpoint that was signed is in the database. */
const LOOK_MS = 250;
const LOOKS = 20;

function refuse(detail: string): never {
  throw new DomainError("export.index", { detail });
}

/**
 * How many entries the checkpoint signer has signed, for a whole bundle of the present log: it ends at no smaller tree.
 * The signer has a copy of its own, so that whoever owns the database can not roll the log back to an older checkpoint
 * and have a bundle of what is left. Throws `export.index` where the signer finds the database other than its copy, or
 * where its checkpoint does not come into the database. One that compares nothing, or that the owner keeps from reading,
 * says what it signed last. Of a closed log it is what was signed when it was closed. Undefined for other exports, where
 * no signer answers, and of a closed log where nobody wrote that down.
 */
export async function readSignedSize(
  cx: ReaderContext,
  query: ExportQuery,
  isFiltered: boolean,
): Promise<number | undefined> {
  if (query.format !== "bundle" || isFiltered) return undefined;
  const closed = closedLog(cx.instance, cx.instance.log);
  // It grows no more: how far it was signed stands in the portal's own variables.
  if (closed !== undefined) return closed.size;
  const { signerUrl, pinned } = cx.instance;
  if (signerUrl === undefined || pinned === undefined) return undefined;
  const word = await askSigner(signerUrl, pinned.log);
  if (word.is === "refused" && !COMPARED_NOTHING.includes(word.reason)) {
    const { reason, seq } = word;
    cx.logger.error({ alarm: "export.index", reason, seq }, "the signer refuses what would be exported");
    return refuse(`The checkpoint signer does not sign what the database holds: ${reason} at ${seq}.`);
  }
  // Whoever owns the database can keep the signer from reading it, and not from saying how far it has signed.
  const signed = word.is === "signed" ? word : await askSigned(signerUrl, pinned.log);
  if (signed.is !== "signed") {
    // A signer that has signed nothing, of a log with a checkpoint, has lost its store.
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

/** A checkpoint is in the database a moment after it was signed: its witnesses are asked first. */
async function waitForCheckpoint(cx: ReaderContext, size: number): Promise<void> {
  for (let look = 0; look < LOOKS; look += 1) {
    if ((await anchoredSize(cx)) >= size) return;
    await pause(LOOK_MS);
  }
  cx.logger.error({ alarm: "export.index", size }, "a signed checkpoint is not in the database");
  refuse(`The checkpoint over ${size} entries, which is signed, is not in the database.`);
}
