import "server-only";
import { appendEntry } from "@/lib/audit/append-entry";
import type { AuditContext } from "@/lib/audit/audit-context";
import type { AppendedEntry } from "@/lib/audit/event";
import { issueReceipt } from "@/lib/audit/issue-receipt";
import type { Context } from "@/lib/context";
import { uuidv7 } from "@/lib/crypto/uuid";
import { inTransaction, type Tx } from "@/lib/db/transaction";
import { DomainError } from "@/lib/errors";
import { type DraftKey, draftManagedKey } from "@/lib/keys/draft-key";
import { requireKeyPermission } from "@/lib/keys/permissions";
import type { RotationMode, RotationView } from "@/lib/keys/rotation/schema";
import {
  countRetired,
  findRotation,
  findRunning,
  insertRotation,
  type RotationRow,
} from "@/lib/keys/rotation/store";
import { rotationView } from "@/lib/keys/rotation/view";
import {
  insertManagedKey,
  type KeyVersion,
  lockKey,
  lockParticipant,
  selectActiveKeys,
  selectKeys,
  updateState,
} from "@/lib/keys/store";

/** What rotating needs; the schedule has no principal. */
export type RotateContext = Pick<Context, "db" | "instance" | "keystore"> & AuditContext;

/** Which key: a version by its id, which must be the active one, or whichever is active. */
export type RotationTarget = { readonly keyId: string } | { readonly participantId: string };

async function participantOf(tx: Tx, target: RotationTarget): Promise<string> {
  if ("participantId" in target) return target.participantId;
  const [key] = await selectKeys(tx, { keyId: target.keyId, limit: 1 });
  if (key === undefined) throw new DomainError("key.not-found");
  return key.participantId;
}

/** The participant's active key, locked: sealing transactions that hold it have committed by then. */
async function lockActive(tx: Tx, participantId: string, target: RotationTarget): Promise<KeyVersion> {
  const [active] = await selectActiveKeys(tx, [participantId], false);
  if ("keyId" in target && active?.id !== target.keyId) {
    throw new DomainError("key.state", { detail: "Only the active key of a participant is rotated." });
  }
  if (active === undefined) {
    throw new DomainError("key.state", { detail: `Participant ${participantId} has no active key.` });
  }
  if (active.custody === "client") {
    throw new DomainError("key.state", {
      detail: "A key held by its participant is rotated by registering its successor.",
    });
  }
  await lockKey(tx, active.id);
  return active;
}

function rotateEntry(
  tx: Tx,
  cx: RotateContext,
  rotation: { readonly id: string; readonly mode: RotationMode },
  old: KeyVersion,
  next: DraftKey,
): Promise<AppendedEntry> {
  return appendEntry(tx, cx, {
    class: "key",
    outcome: "done",
    action: "key.rotate",
    subjects: [`rotation:${rotation.id}`, `key:${old.id}`, `key:${next.key.id}`],
    details: {
      rotation: rotation.id,
      mode: rotation.mode,
      kid: next.key.kid,
      old_kid: old.kid,
      public_key: next.key.publicKey,
      state: "running",
    },
    pub: { thumbprint: next.key.thumbprint },
    index: { participantId: old.participantId },
  });
}

/**
 * Stages the successor and makes it active in the place of the old key, which may from then on open and be re-wrapped
 * from, and is sealed to no more (NIST SP 800-57 part 1, 7.3: deactivated). All or nothing, in one transaction.
 */
async function succeed(
  tx: Tx,
  cx: RotateContext,
  old: KeyVersion,
  mode: RotationMode,
): Promise<AppendedEntry & { rotation: RotationRow }> {
  const at = cx.clock.now();
  const id = uuidv7(at.getTime());
  const draft = await draftManagedKey(tx, cx, old.participantId, "pre_active");
  const entry = await rotateEntry(tx, cx, { id, mode }, old, draft);
  await insertManagedKey(tx, { ...draft, registrationEntryId: entry.id });
  await updateState(tx, old.id, "deactivated", at);
  await updateState(tx, draft.key.id, "active", at);
  await insertRotation(tx, {
    id,
    tenantId: cx.instance.tenantId,
    participantId: old.participantId,
    mode,
    oldVersion: old.version,
    newVersion: draft.key.version,
    total: await countRetired(tx, old.participantId),
    startedAt: at,
  });
  const rotation = await findRotation(tx, id);
  if (rotation === undefined) throw new TypeError("the rotation was inserted and is not there");
  return { ...entry, rotation };
}

/**
 * Begins the rotation of a participant's managed key, or answers the one that runs. A running job moves the recipient
 * entries to the new key afterwards (`lib/transactions/rewrap`). Throws `key.not-found`, `key.state` when the key is
 * not the active one, `access.forbidden`.
 */
export async function rotateKey(
  cx: RotateContext,
  target: RotationTarget,
  mode: RotationMode,
): Promise<RotationView> {
  const begun = await inTransaction(cx, async (tx) => {
    const participantId = await participantOf(tx, target);
    if (cx.principal !== undefined) requireKeyPermission(cx.principal, participantId, "rotate");
    if (!(await lockParticipant(tx, participantId))) throw new DomainError("key.not-found");
    const running = await findRunning(tx, participantId);
    if (running !== undefined) return { rotation: running };
    const entry = await succeed(tx, cx, await lockActive(tx, participantId, target), mode);
    return { rotation: entry.rotation, entry };
  });
  const view = rotationView(begun.rotation);
  return begun.entry === undefined ? view : { ...view, receipt: await issueReceipt(cx, begun.entry) };
}
