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
/** An entry states when it was made. It must be written within one minute of that time. */
const STALE_MS = 20_000;

/** Returns SHA-256(0x65 ‖ compartment key), base64url: identifies a destroyed key without revealing it. */
export function keyDigest(key: Uint8Array): string {
  return toBase64url(sha256(DIGEST_PREFIX, key));
}

/**
 * Prepares the entry for the destruction of this key. Only a portal can seal this entry, and only the retention role
 * can destroy the key. Returns false, and defers the erasure for a quarter of an hour, if the key is already
 * destroyed or is not the key that two people agreed to destroy in their own entries.
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
      // This is public too. After a restore the sealed part may be lost, and the key must be destroyed again.
      pub: { thumbprint: key_digest },
    },
  );
  await keepPrepared(tx, id, rows);
  return true;
}

type Preparing = AuditContext & DbContext & { readonly logger?: Logger };

/**
 * Defers an erasure that fails because of its row or its entries and raises an alarm, so that it does not delay
 * others.
 */
async function prepareOne(cx: Preparing, erasure: DueErasure): Promise<boolean> {
  try {
    return await inTransaction(cx, (tx) => prepareErasure(tx, cx, erasure, cx.logger));
  } catch (error) {
    cx.logger?.error(
      { alarm: "log.erasure", erasure: erasure.id, err: error },
      "an erasure was not prepared, will retry",
    );
    await inTransaction(cx, (tx) => putOff(tx, erasure.id));
    return false;
  }
}

/**
 * Prepares due erasures, including those whose date has passed or whose hold has ended. Several portals may do it at
 * once. Returns how many.
 */
export async function prepareDueErasures(cx: Preparing): Promise<number> {
  const due = await inSnapshot(cx, (tx) => listDue(tx, cx.instance.tenantId, STALE_MS));
  let prepared = 0;
  for (const one of due) if (await prepareOne(cx, one)) prepared += 1;
  return prepared;
}
