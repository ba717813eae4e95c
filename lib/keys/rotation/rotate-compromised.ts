import "server-only";
import { appendEntry } from "@/lib/audit/record/append-entry";
import type { Principal } from "@/lib/context/principal";
import type { AppendedEntry } from "@/lib/context/recorder";
import { uuidv7 } from "@/lib/crypto/uuid";
import type { Tx } from "@/lib/db/transaction";
import { DomainError } from "@/lib/errors";
import { isSameHuman } from "@/lib/identity/people/one-human-store";
import { type DraftKey, draftManagedKey } from "@/lib/keys/register/draft-key";
import { refuseClientHeld, refuseSuspended } from "@/lib/keys/register/registering";
import type { RotateContext, RotationStep } from "@/lib/keys/rotation/finish-rotation";
import { agreeRotation, countToMove, insertRotation, type RotationRow } from "@/lib/keys/rotation/store";
import { insertManagedKey, type KeyVersion, lockKey, selectActiveKeys, updateState } from "@/lib/keys/store";

function writeEntry(
  tx: Tx,
  cx: RotateContext,
  step: {
    readonly id: string;
    readonly key: KeyVersion;
    readonly state: "asked" | "running";
    readonly kid: string;
  },
  made: DraftKey | undefined,
): Promise<AppendedEntry> {
  const { id, key, state, kid } = step;
  return appendEntry(tx, cx, {
    class: "key",
    outcome: "done",
    action: "key.rotate",
    subjects: [`rotation:${id}`, `key:${key.id}`, ...(made === undefined ? [] : [`key:${made.key.id}`])],
    details: { rotation: id, mode: "reseal", kid, old_kid: key.kid, state, compromised: true },
    ...(made === undefined ? {} : { pub: { thumbprint: made.key.thumbprint } }),
    index: { participantId: key.participantId },
  });
}

async function ask(tx: Tx, cx: RotateContext, asker: Principal, key: KeyVersion): Promise<RotationStep> {
  const at = cx.clock.now();
  const id = uuidv7(at.getTime());
  const of = { participantId: key.participantId, oldVersion: key.version };
  const entry = await writeEntry(tx, cx, { id, key, state: "asked", kid: key.kid }, undefined);
  await insertRotation(tx, {
    ...of,
    id,
    tenantId: cx.instance.tenantId,
    state: "asked",
    mode: "reseal",
    compromisedKeyId: key.id,
    newVersion: key.version,
    total: await countToMove(tx, of),
    startedAt: at,
    askedBy: asker.userId,
  });
  return { id, entry };
}

/** Returns the key to move to: the active one, locked, or a new one. */
async function successor(tx: Tx, cx: RotateContext, key: KeyVersion): Promise<KeyVersion | DraftKey> {
  const [active] = await selectActiveKeys(tx, [key.participantId], false);
  if (active === undefined) {
    await refuseClientHeld(tx, key.participantId);
    await refuseSuspended(tx, key.participantId);
    return draftManagedKey(tx, cx, key.participantId, "pre_active");
  }
  await lockKey(tx, active.id);
  return active;
}

async function agree(
  tx: Tx,
  cx: RotateContext,
  second: Principal,
  key: KeyVersion,
  asked: RotationRow,
): Promise<RotationStep> {
  const next = await successor(tx, cx, key);
  const made = "key" in next ? next : undefined;
  const { version, kid } = "key" in next ? next.key : next;
  const entry = await writeEntry(tx, cx, { id: asked.id, key, state: "running", kid }, made);
  if (made !== undefined) {
    await insertManagedKey(tx, { ...made, registrationEntryId: entry.id });
    await updateState(tx, made.key.id, "active", cx.clock.now());
  }
  const total = await countToMove(tx, asked);
  await agreeRotation(tx, { id: asked.id, by: second.userId, newVersion: version, total });
  return { id: asked.id, entry };
}

/**
 * Moves and reseals what is wrapped for a compromised key, with the approval of two people. The first asks; another
 * agrees and starts it. Two accounts of one human count as one. The caller has locked the participant. Throws
 * `key.state` for a client-held key, if no person calls, and while a rotation of another key is open.
 */
export async function rotateCompromised(
  tx: Tx,
  cx: RotateContext,
  key: KeyVersion,
  open: RotationRow | undefined,
): Promise<RotationStep> {
  const { principal } = cx;
  if (key.custody === "client") {
    throw new DomainError("key.state", {
      detail: "This key is client-held, so only its participant can open its data. Register its successor.",
    });
  }
  if (principal === undefined)
    throw new DomainError("key.state", { detail: "Two people must agree to rotate a compromised key." });
  if (open === undefined) return ask(tx, cx, principal, key);
  if (open.compromisedKeyId !== key.id) {
    throw new DomainError("key.state", {
      detail:
        "Another rotation of this participant is open. Ask again when it has ended. If no key is active, it waits for one.",
    });
  }
  const isMine = open.askedBy !== undefined && (await isSameHuman(tx, open.askedBy, principal.userId));
  return open.state === "asked" && !isMine ? agree(tx, cx, principal, key, open) : { id: open.id };
}
