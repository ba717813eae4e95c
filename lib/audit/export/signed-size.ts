import "server-only";
import { setTimeout as pause } from "node:timers/promises";
import { inRawSnapshot } from "@/lib/db/transaction";
import { portalEnv } from "@/lib/env";
import { DomainError } from "@/lib/errors";
import type { ReaderContext } from "../reading/filter";
import type { ExportQuery } from "../schema";
import { askSigner } from "../verification/ask-signer";
import { COMPARED_NOTHING } from "../verification/check-signer";
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
 * where its checkpoint does not come into the database. Undefined for other exports, and where no signer answers.
 */
export async function readSignedSize(
  cx: ReaderContext,
  query: ExportQuery,
  isFiltered: boolean,
): Promise<number | undefined> {
  if (query.format !== "bundle" || isFiltered) return undefined;
  const { SIGNER_URL, LOG_VKEY, LOG_ORIGIN } = portalEnv();
  if (SIGNER_URL === undefined || cx.instance.log !== LOG_ORIGIN) return undefined;
  const word = await askSigner(SIGNER_URL, LOG_VKEY);
  if (word.is === "absent") {
    cx.logger.warn({ alarm: "export.signer" }, "a bundle is made that the signer was not asked about");
    return undefined;
  }
  if (word.is === "refused") {
    if (COMPARED_NOTHING.includes(word.reason)) return undefined;
    const { reason, seq } = word;
    cx.logger.error({ alarm: "export.index", reason, seq }, "the signer refuses what would be exported");
    return refuse(`The checkpoint signer does not sign what the database holds: ${reason} at ${seq}.`);
  }
  const { size } = word.checkpoint;
  await waitForCheckpoint(cx, size);
  return size;
}

/** A checkpoint is in the database a moment after it was signed: its witnesses are asked first. */
async function waitForCheckpoint(cx: ReaderContext, size: number): Promise<void> {
  for (let look = 0; look < LOOKS; look += 1) {
    const anchored = await inRawSnapshot(cx, (tx) => readAnchoredSize(tx, cx.instance.log));
    if (anchored >= size) return;
    await pause(LOOK_MS);
  }
  cx.logger.error({ alarm: "export.index", size }, "a signed checkpoint is not in the database");
  refuse(`The checkpoint over ${size} entries, which is signed, is not in the database.`);
}
