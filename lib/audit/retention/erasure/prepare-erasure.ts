import "server-only";
import { composeEntry } from "@/lib/audit/entry/compose-entry";
import type { AuditContext } from "@/lib/context/context";
import { toBase64url } from "@/lib/crypto/bytes";
import { keyMark, keyProof } from "@/lib/crypto/log/audit-part";
import { sha256 } from "@/lib/crypto/primitives";
import { type DbContext, inSnapshot, inTransaction, type Tx } from "@/lib/db/transaction";
import type { Logger } from "@/lib/telemetry/logger";
import { isKeyAgreedTo } from "./agreed-key";
import { type DueErasure, keepPrepared, listDue, putOff } from "./store";

const DIGEST_PREFIX = Uint8Array.of(0x65);
/** An entry says when it was made, and is written within a minute of that or not at all. */
const STALE_MS = 20_000;

/** SHA-256(0x65 ‖ compartment key), base64url: names a destroyed key without telling it. */
export function keyDigest(key: Uint8Array): string {
  return toBase64url(sha256(DIGEST_PREFIX, key));
}

/**
 * Lays ready the entry that the destruction of this key will write, since only a portal can seal it and only the
 * retention role can destroy the key. False, and put off for a quarter of an hour, where the key is gone already, and where
 * it is not the one that two persons' own entries say they agreed to destroy, whatever the row says now.
 */
export async function prepareErasure(
  tx: Tx,
  cx: AuditContext,
  erasure: DueErasure,
  logger?: Logger,
): Promise<boolean> {
  const { id, compartment_id } = erasure;
  const key = (await cx.audit.compartments.openById([compartment_id])).get(compartment_id);
  if (key === undefined) {
    await putOff(tx, id);
    return false;
  }
  if (!(await isKeyAgreedTo(tx, cx, erasure, key))) {
    logger?.error({ alarm: "log.erasure", erasure: id }, "the log has no agreement to destroy this key");
    await putOff(tx, id);
    return false;
  }
  const { principal: _person, ...rest } = cx;
  const key_digest = keyDigest(key);
  const marks = { key_mark: keyMark(key), key_proof: keyProof(key) };
  const { rows } = await composeEntry(
    { ...rest, client: {}, system: "retention" },
    {
      class: "retention",
      outcome: "done",
      action: "compartment.erase",
      subjects: [`compartment:${compartment_id}`, `erasure:${id}`],
      details: { compartment: compartment_id, key_digest, ...marks, erasure: id },
      // Also where everybody reads it: after a restore the sealed part may be gone, and the key must go again.
      pub: { thumbprint: key_digest },
    },
  );
  await keepPrepared(tx, id, rows);
  return true;
}

type Preparing = AuditContext & DbContext & { readonly logger?: Logger };

/** One whose row or entries make it fail is put off with an alarm, so that it keeps no other waiting. */
async function prepareOne(cx: Preparing, erasure: DueErasure): Promise<boolean> {
  try {
    return await inTransaction(cx, (tx) => prepareErasure(tx, cx, erasure, cx.logger));
  } catch (error) {
    cx.logger?.error(
      { alarm: "log.erasure", erasure: erasure.id, err: error },
      "an erasure is not laid ready",
    );
    await inTransaction(cx, (tx) => putOff(tx, erasure.id));
    return false;
  }
}

/** Prepares what has become due, also after a date has passed or a hold has ended. Portals may do it at once. Gives how many. */
export async function prepareDueErasures(cx: Preparing): Promise<number> {
  const due = await inSnapshot(cx, (tx) => listDue(tx, cx.instance.tenantId, STALE_MS));
  let prepared = 0;
  for (const one of due) if (await prepareOne(cx, one)) prepared += 1;
  return prepared;
}
