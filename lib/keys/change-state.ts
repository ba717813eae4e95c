import "server-only";
import { appendEntry } from "@/lib/audit/record/append-entry";
import { issueReceipt } from "@/lib/audit/record/issue-receipt";
import type { AuditContext, Context } from "@/lib/context/context";
import type { Principal } from "@/lib/context/principal";
import { inTransaction, type Tx } from "@/lib/db/transaction";
import { DomainError } from "@/lib/errors";
import { destroyManaged } from "@/lib/keys/managed-deriver";
import { requireKeyPermission } from "@/lib/keys/permissions";
import { findOpen } from "@/lib/keys/rotation/store";
import type { ChangedKey, KeyStateOrder } from "@/lib/keys/schema";
import { lockSealedKeys } from "@/lib/keys/sealed-store";
import { KEY_USES, mayBecome } from "@/lib/keys/states";
import {
  countWraps,
  type KeyVersion,
  lockKey,
  lockParticipant,
  selectActiveKeys,
  selectKeys,
  updateState,
} from "@/lib/keys/store";

/** The context needed to change a key's state. */
export type ChangeStateContext = Pick<Context, "db" | "instance" | "keystore"> &
  AuditContext & { readonly principal: Principal };

/**
 * Returns the key by its id, with participant and key locked in this order. Every other change locks them in the same
 * order.
 */
async function lockedKey(
  tx: Tx,
  principal: Principal,
  id: string,
  order: KeyStateOrder,
): Promise<KeyVersion> {
  const [known] = await selectKeys(tx, { keyId: id, limit: 1 });
  if (known === undefined) throw new DomainError("key.not-found");
  requireKeyPermission(principal, known.participantId, order.state);
  if (!(await lockParticipant(tx, known.participantId))) throw new DomainError("key.not-found");
  const key = await lockKey(tx, id);
  if (key === undefined) throw new DomainError("key.not-found");
  return key;
}

/** Returns whether this state would lock data away: entries that no other key of the participant opens. */
async function requireNoWraps(tx: Tx, key: KeyVersion, order: KeyStateOrder): Promise<void> {
  if (order.state !== "deactivated" && order.state !== "destroyed") return;
  const remaining = await countWraps(tx, key.id);
  if (remaining === 0) return;
  throw new DomainError("key.state", {
    detail: `${remaining} field groups are still sealed for ${key.kid}. Rotate it first, or wait until its rotation has ended.`,
    extra: { remaining_wraps: remaining },
  });
}

/** An asked rotation of a destroyed key could never get its second person. */
async function requireNoRotation(tx: Tx, key: KeyVersion, order: KeyStateOrder): Promise<void> {
  if (order.state !== "destroyed") return;
  const open = await findOpen(tx, key.participantId);
  if (open?.compromisedKeyId !== key.id) return;
  throw new DomainError("key.state", {
    detail: `A rotation of ${key.kid} is open. Destroy the key when it has ended.`,
  });
}

async function requireNoOtherActive(tx: Tx, key: KeyVersion, order: KeyStateOrder): Promise<void> {
  if (order.state !== "active") return;
  const [active] = await selectActiveKeys(tx, [key.participantId], false);
  if (active === undefined) return;
  throw new DomainError("key.state", { detail: `${active.kid} is the participant's active key.` });
}

/**
 * Destroys a token-held key in its token first, before any row or entry records it. If the rest fails, the key keeps
 * its former state and no entry is wrapped for it. The same call again ends in destroyed.
 */
async function destroyInToken(
  tx: Tx,
  cx: ChangeStateContext,
  key: KeyVersion,
  order: KeyStateOrder,
): Promise<void> {
  if (order.state !== "destroyed" || key.custody !== "managed") return;
  for (const sealed of await lockSealedKeys(tx.run, {
    participantId: key.participantId,
    versions: [key.version],
  }))
    await destroyManaged(cx, sealed);
}

/**
 * Moves a key version to another state (NIST SP 800-57 part 1, section 7; crypto.md lists the pairs). Deactivating by
 * hand and destroying are refused while an entry is wrapped for the key, destroying also while a compromised key's own
 * rotation is open. Destroying erases the sealed private key, or has its token destroy it; the row remains. Throws `key.not-found`, `key.state`, `access.forbidden`, and
 * `service.keystore-unavailable` if the token cannot do it now.
 */
export async function changeKeyState(
  cx: ChangeStateContext,
  id: string,
  order: KeyStateOrder,
): Promise<ChangedKey> {
  const { key, entry } = await inTransaction(cx, async (tx) => {
    const found = await lockedKey(tx, cx.principal, id, order);
    if (found.state === "pre_active" && order.state === "active") {
      throw new DomainError("key.state", { detail: "A key becomes active when its possession is proven." });
    }
    if (!mayBecome(found.state, order.state)) {
      throw new DomainError("key.state", {
        detail: `A key cannot change from ${found.state} to ${order.state}.`,
      });
    }
    await requireNoWraps(tx, found, order);
    await requireNoRotation(tx, found, order);
    await requireNoOtherActive(tx, found, order);
    await destroyInToken(tx, cx, found, order);
    const written = await appendEntry(tx, cx, {
      class: "key",
      outcome: "done",
      action: "key.state",
      subjects: [`key:${found.id}`],
      details: { kid: found.kid, from: found.state, to: order.state, reason: order.reason },
      index: { participantId: found.participantId },
    });
    await updateState(tx, found.id, order.state, cx.clock.now());
    return { key: found, entry: written };
  });
  cx.keystore.forget({ participant: key.participantId, version: key.version });
  return {
    success: true,
    key_id: key.id,
    kid: key.kid,
    participant_id: key.participantId,
    state: order.state,
    was: key.state,
    opens: KEY_USES[order.state].open,
    receipt: await issueReceipt(cx, entry),
  };
}
