import "server-only";
import { recordReadOnce } from "@/lib/audit/record/record-read";
import type { AuditKeys } from "@/lib/audit/schema";
import { readTrustedFile } from "@/lib/audit/timestamp/trusted-file";
import type { Context } from "@/lib/context/context";
import { vkey } from "@/lib/crypto/log/signed-note";
import { inSnapshot } from "@/lib/db/transaction";
import { DomainError, InvariantError } from "@/lib/errors";
import { closedLog, ofLog } from "../of-log";
import { findNewestCheckpoint } from "../store";

/**
 * Returns the public keys that this instance is configured to trust. They are pinned and never read from the
 * database. A closed log has its own keys, together with the present receipt key, which signs its exports.
 */
export function publicKeys(cx: Pick<Context, "audit" | "instance">): AuditKeys {
  const { pinned } = cx.instance;
  if (pinned === undefined) throw new InvariantError("this process was given no keys of a log");
  const { name, publicKey } = cx.audit.receiptSigner;
  const closed = closedLog(cx.instance, cx.instance.log);
  return {
    log: [...(closed?.log ?? [pinned.log])],
    receipts: [vkey(name, publicKey), ...(closed?.receipts ?? [])],
    witnesses: [...(closed?.witnesses ?? [...pinned.witnesses, ...(pinned.formerWitnesses ?? [])])],
    time_stamp: readTrustedFile(pinned.timeStampFile),
    custodian: pinned.custodian,
  };
}

/** Returns public keys for checking checkpoints, receipts and the custodian's answers. */
export async function getAuditKeys(cx: Context, log?: string): Promise<AuditKeys> {
  const closed = cx.instance.closedLogs?.map(({ origin }) => origin) ?? [];
  return { ...publicKeys(ofLog(cx, log)), ...(closed.length === 0 ? {} : { closed }) };
}

/** Returns the keys of the present log and of its closed ones together, for checking a bundle of any of them. */
export function publishedKeys(cx: Pick<Context, "audit" | "instance">): AuditKeys {
  const present = publicKeys(cx);
  const closed = (cx.instance.closedLogs ?? []).map(({ origin }) => publicKeys(ofLog(cx, origin)));
  const all = [present, ...closed];
  return {
    ...present,
    log: all.flatMap(({ log }) => log),
    receipts: [...new Set(all.flatMap(({ receipts }) => receipts))],
    witnesses: [...new Map(all.flatMap(({ witnesses }) => witnesses).map((one) => [one.vkey, one])).values()],
  };
}

/** Returns the newest checkpoint with its cosignatures, a C2SP signed note. */
export async function getCheckpoint(cx: Context, origin?: string): Promise<string> {
  const { log } = ofLog(cx, origin).instance;
  const checkpoint = await inSnapshot(cx, (tx) => findNewestCheckpoint(tx, log));
  if (checkpoint === undefined) throw new DomainError("audit.not-found");
  await recordReadOnce(cx, "audit.checkpoint");
  return checkpoint.note;
}
