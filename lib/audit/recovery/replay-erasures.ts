import "server-only";
import type { Pool, PoolClient } from "pg";
import { systemClock } from "@/lib/clock";
import type { AuditContext } from "@/lib/context/context";
import { OpenError } from "@/lib/crypto/format-error";
import { keyMark, keyProof } from "@/lib/crypto/log/audit-part";
import { uuidv7 } from "@/lib/crypto/uuid";
import { InvariantError } from "@/lib/errors";
import type { Keystore } from "@/lib/keystore/keystore";
import { composeEntry } from "../entry/compose-entry";
import { sealingContext } from "../record/compartments";
import { createAuditRecorder } from "../record/recorder";
import { insertEntries } from "../record/store";
import { keyDigest } from "../retention/erasure/prepare-erasure";
import type { LogPlace } from "../sequencer/store";
import { deferConstraints, destroyKey, listLivePersons, openDoor, readPseudonym } from "./store";

/** Entries of a recovery are sealed like all others. The tenant's key is read outside the recovery's transaction. */
async function recoveryContext(
  owner: Pool,
  client: PoolClient,
  place: LogPlace,
  keystore: Keystore,
): Promise<AuditContext> {
  const receiptKey = keystore.readNamedKey("receipt");
  if (receiptKey === undefined) throw new InvariantError("the portal's keystore has no receipt key");
  const tenantPseudonym = await readPseudonym(client, place.tenantId);
  const instance = { ...place, tenantPseudonym, evaluation: false };
  return {
    instance,
    audit: createAuditRecorder({ pool: owner, keystore, instance, receiptKey }),
    clock: systemClock,
    client: {},
    requestId: uuidv7(systemClock.nowMs()),
    system: "recovery",
  };
}

async function eraseAgain(
  client: PoolClient,
  cx: AuditContext,
  compartment: string,
  key: Uint8Array,
): Promise<void> {
  const digest = keyDigest(key);
  const { rows } = await composeEntry(cx, {
    class: "retention",
    outcome: "done",
    action: "compartment.erase",
    subjects: [`compartment:${compartment}`],
    details: { compartment, key_digest: digest, key_mark: keyMark(key), key_proof: keyProof(key) },
    pub: { thumbprint: digest },
  });
  await openDoor(client, "erase");
  await deferConstraints(client);
  await insertEntries(client, [rows]);
  await destroyKey(client, compartment);
}

function opened(keystore: Keystore, context: string, sealed: Uint8Array): Uint8Array | undefined {
  try {
    return keystore.openSecret(context, sealed);
  } catch (error) {
    if (error instanceof OpenError) return undefined;
    throw error;
  }
}

/**
 * Destroys again the keys that a restore brought back, so that erased data stay erased. The erasing entries name keys
 * by public digests, so each person's key is opened once for comparison. Returns how many were found, and how many do
 * not open: these are not erased, and do not keep the others from it.
 */
export async function replayErasures(
  owner: Pool,
  client: PoolClient,
  place: LogPlace,
  keystore: Keystore,
  digests: readonly string[],
): Promise<{ readonly erasedAgain: number; readonly unopened: number }> {
  const count = { erasedAgain: 0, unopened: 0 };
  if (digests.length === 0) return count;
  const wanted = new Set(digests);
  const { tenantId } = place;
  const cx = await recoveryContext(owner, client, place, keystore);
  for (const row of await listLivePersons(client, tenantId)) {
    const name = { tenantId, kind: "subject" as const, subject: row.subject };
    const key = opened(keystore, sealingContext(name), row.sealed_key);
    if (key === undefined) count.unopened += 1;
    if (key === undefined || !wanted.has(keyDigest(key))) continue;
    await eraseAgain(client, cx, row.id, key);
    count.erasedAgain += 1;
  }
  return count;
}
