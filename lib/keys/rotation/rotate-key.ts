import "server-only";
import { appendEntry } from "@/lib/audit/record/append-entry";
import { issueReceipt } from "@/lib/audit/record/issue-receipt";
import type { AppendedEntry } from "@/lib/context/recorder";
import { uuidv7 } from "@/lib/crypto/uuid";
import { inTransaction, type Tx } from "@/lib/db/transaction";
import { DomainError } from "@/lib/errors";
import { requireKeyPermission } from "@/lib/keys/permissions";
import { type DraftKey, draftManagedKey } from "@/lib/keys/register/draft-key";
import type { RotateContext, RotationStep } from "@/lib/keys/rotation/finish-rotation";
import { rotateCompromised } from "@/lib/keys/rotation/rotate-compromised";
import type { RotationMode, RotationView } from "@/lib/keys/rotation/schema";
import { countToMove, findOpen, findRotation, insertRotation } from "@/lib/keys/rotation/store";
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

/** The key to rotate: a version by its id, which must be active, or the active one. */
export type RotationTarget = { readonly keyId: string } | { readonly participantId: string };

interface Target {
  readonly participantId: string;
  /** Returns the named version. */
  readonly named?: KeyVersion;
}

async function findTarget(tx: Tx, target: RotationTarget): Promise<Target> {
  if ("participantId" in target) return target;
  const [named] = await selectKeys(tx, { keyId: target.keyId, limit: 1 });
  if (named === undefined) throw new DomainError("key.not-found");
  return { participantId: named.participantId, named };
}

/** Returns the participant's active key, locked. Sealing transactions that held it have committed by then. */
async function lockActive(tx: Tx, { participantId, named }: Target): Promise<KeyVersion> {
  const [active] = await selectActiveKeys(tx, [participantId], false);
  if (named !== undefined && active?.id !== named.id) {
    throw new DomainError("key.state", { detail: "Only a participant's active key can be rotated." });
  }
  if (active === undefined) {
    throw new DomainError("key.state", { detail: `Participant ${participantId} has no active key.` });
  }
  if (active.custody === "client") {
    throw new DomainError("key.state", {
      detail: "A client-held key cannot be rotated here. Register its successor.",
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
 * Stages the successor and makes it replace the old key as the active one. The old key may then open and be re-wrapped
 * from, but not be sealed to (NIST SP 800-57 part 1, 7.3: deactivated). All or nothing, in one transaction.
 */
async function succeed(
  tx: Tx,
  cx: RotateContext,
  old: KeyVersion,
  mode: RotationMode,
): Promise<RotationStep> {
  const at = cx.clock.now();
  const id = uuidv7(at.getTime());
  const draft = await draftManagedKey(tx, cx, old.participantId, "pre_active");
  const entry = await rotateEntry(tx, cx, { id, mode }, old, draft);
  await insertManagedKey(tx, { ...draft, registrationEntryId: entry.id });
  await updateState(tx, old.id, "deactivated", at);
  await updateState(tx, draft.key.id, "active", at);
  const of = { participantId: old.participantId, oldVersion: old.version };
  await insertRotation(tx, {
    ...of,
    id,
    tenantId: cx.instance.tenantId,
    state: "running",
    compromisedKeyId: undefined,
    askedBy: cx.principal?.userId,
    mode,
    newVersion: draft.key.version,
    total: await countToMove(tx, of),
    startedAt: at,
  });
  return { id, entry };
}

/** Runs one call's step, with participant and keys locked. */
async function step(
  tx: Tx,
  cx: RotateContext,
  target: RotationTarget,
  mode: RotationMode,
): Promise<RotationStep> {
  const found = await findTarget(tx, target);
  const { participantId } = found;
  if (cx.principal !== undefined) requireKeyPermission(cx.principal, participantId, "rotate");
  if (!(await lockParticipant(tx, participantId))) throw new DomainError("key.not-found");
  const open = await findOpen(tx, participantId);
  const named = found.named && (await lockKey(tx, found.named.id));
  if (named?.state === "compromised") return rotateCompromised(tx, cx, named, open);
  return open === undefined ? succeed(tx, cx, await lockActive(tx, found), mode) : { id: open.id };
}

/**
 * Starts the rotation of a participant's managed key, or returns the running one. A compromised key needs two people. A
 * job moves the recipient entries to the new key afterwards (`lib/transactions/rewrap`). Throws `key.not-found`,
 * `key.state` if the key is not the active one, `access.forbidden`.
 */
export async function rotateKey(
  cx: RotateContext,
  target: RotationTarget,
  mode: RotationMode,
): Promise<RotationView> {
  const { rotation, entry } = await inTransaction(cx, async (tx) => {
    const taken = await step(tx, cx, target, mode);
    const row = await findRotation(tx, taken.id);
    if (row === undefined) throw new TypeError("a rotation was begun and does not exist");
    return { rotation: row, entry: taken.entry };
  });
  const view = rotationView(rotation);
  return entry === undefined ? view : { ...view, receipt: await issueReceipt(cx, entry) };
}
