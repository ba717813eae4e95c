import "server-only";
import { appendEntry } from "@/lib/audit/record/append-entry";
import type { Context } from "@/lib/context/context";
import type { AppendedEntry } from "@/lib/context/recorder";
import { uuidv7 } from "@/lib/crypto/uuid";
import type { Tx } from "@/lib/db/transaction";
import { DomainError } from "@/lib/errors";
import { findHeld, storeSeal } from "@/lib/keys/possession/store";
import { findOpenRecovery } from "@/lib/keys/recovery/store";
import { refuseSuspended, registeredKey } from "@/lib/keys/register/registering";
import { countToMove, findOpen, insertRotation } from "@/lib/keys/rotation/store";
import type { ProvenKey } from "@/lib/keys/schema";
import {
  countWraps,
  type KeyVersion,
  lockKey,
  lockParticipant,
  selectActiveKeys,
  updateState,
} from "@/lib/keys/store";
import { sealOf } from "@/lib/keys/vouch";

type ActivateContext = Omit<Context, "escrow" | "logger">;

function changed(detail: string): never {
  throw new DomainError("key.state", { detail });
}

/** Returns the participant's former key, locked. The key that was proven must still be the key to replace. */
async function lockFormer(
  tx: Tx,
  key: KeyVersion,
  held: KeyVersion | undefined,
): Promise<KeyVersion | undefined> {
  const { participantId } = key;
  if (!(await lockParticipant(tx, participantId))) throw new DomainError("key.not-found");
  if ((await lockKey(tx, key.id))?.state !== "pre_active") changed(`${key.kid} does not wait for a proof.`);
  if ((await findHeld(tx, participantId))?.id !== held?.id)
    changed("The participant's key changed in the meantime.");
  await refuseSuspended(tx, participantId);
  if ((await findOpenRecovery(tx, participantId))?.state === "running") {
    changed("A recovery to the participant's current key has not ended: prove the next key when it has.");
  }
  const [active] = await selectActiveKeys(tx, [participantId], false);
  // Another open rotation moves to the new key itself. It would only collide with one that this proof starts.
  if (active?.custody === "managed" && (await findOpen(tx, participantId)) !== undefined) {
    changed("A rotation of the participant's key has not ended: register the key again when it has.");
  }
  return active && (await lockKey(tx, active.id));
}

/**
 * Starts a rotation that re-wraps what is wrapped for a managed key. The portal cannot open what is wrapped for a
 * client-held key.
 */
async function moveFrom(
  tx: Tx,
  cx: ActivateContext,
  id: string,
  old: KeyVersion,
  next: KeyVersion,
): Promise<void> {
  const of = { participantId: old.participantId, oldVersion: old.version };
  await insertRotation(tx, {
    ...of,
    id,
    tenantId: cx.instance.tenantId,
    state: "running",
    mode: "rewrap",
    compromisedKeyId: undefined,
    askedBy: cx.principal.userId,
    newVersion: next.version,
    total: await countToMove(tx, of),
    startedAt: cx.clock.now(),
  });
}

function proofEntry(
  tx: Tx,
  cx: ActivateContext,
  key: KeyVersion,
  former: KeyVersion | undefined,
  rotation: string | undefined,
): Promise<AppendedEntry> {
  return appendEntry(tx, cx, {
    class: "key",
    outcome: "done",
    action: "key.prove",
    subjects: [
      `key:${key.id}`,
      ...(former === undefined ? [] : [`key:${former.id}`]),
      ...(rotation === undefined ? [] : [`rotation:${rotation}`]),
    ],
    details: {
      kid: key.kid,
      public_key: key.publicKey,
      ...(former === undefined ? {} : { old_kid: former.kid, old_custody: former.custody }),
      ...(rotation === undefined ? {} : { rotation }),
    },
    pub: { thumbprint: key.thumbprint },
    index: { participantId: key.participantId },
  });
}

/** Makes a proven key the participant's active one and deactivates the former, in the caller's transaction. */
export async function activateProven(
  tx: Tx,
  cx: ActivateContext,
  key: KeyVersion,
  held: KeyVersion | undefined,
): Promise<{ body: Omit<ProvenKey, "receipt">; entry: AppendedEntry }> {
  const former = await lockFormer(tx, key, held);
  const at = cx.clock.now();
  const rotation = former?.custody === "managed" ? uuidv7(at.getTime()) : undefined;
  const entry = await proofEntry(tx, cx, key, former, rotation);
  if (former !== undefined) await updateState(tx, former.id, "deactivated", at);
  await storeSeal(tx, key.id, sealOf(cx, key));
  await updateState(tx, key.id, "active", at);
  if (former !== undefined && rotation !== undefined) await moveFrom(tx, cx, rotation, former, key);
  const replaced =
    former === undefined
      ? {}
      : {
          replaced: { key_id: former.id, kid: former.kid, remaining_wraps: await countWraps(tx, former.id) },
        };
  const moving = rotation === undefined ? {} : { rotation_id: rotation };
  return { body: { ...registeredKey({ ...key, state: "active" }), ...replaced, ...moving }, entry };
}
