import "server-only";
import { appendEntry } from "@/lib/audit/record/append-entry";
import { issueReceipt } from "@/lib/audit/record/issue-receipt";
import type { AppendedEntry } from "@/lib/context/recorder";
import { toBase64url } from "@/lib/crypto/bytes";
import { jwkThumbprint } from "@/lib/crypto/reply";
import { uuidv7 } from "@/lib/crypto/uuid";
import { isUniqueViolation } from "@/lib/db/errors";
import { inTransaction, type Tx } from "@/lib/db/transaction";
import { DomainError } from "@/lib/errors";
import { challengeKey } from "@/lib/keys/possession/challenge";
import { countWaiting, findHeld } from "@/lib/keys/possession/store";
import { parsePublicKey } from "@/lib/keys/register/public-key";
import {
  type RegisterContext,
  type RegisterResult,
  refuseSuspended,
  registeredKey,
} from "@/lib/keys/register/registering";
import type { KeyRegistration, RegisteredKey } from "@/lib/keys/schema";
import {
  findKeyByPublicKey,
  highestVersion,
  insertClientKey,
  isEscrowPublicKey,
  type KeyVersion,
  kidOf,
  lockParticipant,
} from "@/lib/keys/store";

/** Versions of one participant that may wait for a proof at the same time. */
const MAX_WAITING = 5;

function requirePublicKey(input: KeyRegistration): Uint8Array {
  if (input.public_key !== undefined) return parsePublicKey(input.public_key);
  throw new DomainError("key.invalid", {
    detail: "A client-held key needs its public key.",
    errors: [{ pointer: "/public_key", detail: "is required with custody client" }],
  });
}

/** Returns the participant's own version with this public key. Throws `key.taken` if it is another participant's. */
async function findOwn(tx: Tx, participantId: string, publicKey: string): Promise<KeyVersion | undefined> {
  const holder = await findKeyByPublicKey(tx, publicKey);
  const isForeign = holder !== undefined && holder.participantId !== participantId;
  if (isForeign || (await isEscrowPublicKey(tx, publicKey))) throw new DomainError("key.taken");
  return holder;
}

/** Accepts the same public key again only while its version waits or is active. Throws `key.state`. */
function requireUsable(key: KeyVersion): void {
  if (key.custody === "managed") {
    throw new DomainError("key.state", { detail: `${key.kid} is a managed key.` });
  }
  if (key.state === "pre_active" || key.state === "active") return;
  throw new DomainError("key.state", { detail: `${key.kid} is ${key.state}: register another key.` });
}

/** Creates a version that waits for a proof of possession. Throws `key.state`. */
async function stage(
  tx: Tx,
  cx: RegisterContext,
  participantId: string,
  bytes: Uint8Array,
): Promise<{ key: KeyVersion; entry: AppendedEntry }> {
  await refuseSuspended(tx, participantId);
  if ((await countWaiting(tx, participantId)) >= MAX_WAITING) {
    throw new DomainError("key.state", {
      detail: `${MAX_WAITING} keys wait for their proof. Prove or destroy one of them first.`,
    });
  }
  const version = (await highestVersion(tx, participantId)) + 1;
  const at = cx.clock.now();
  const key: KeyVersion = {
    id: uuidv7(at.getTime()),
    participantId,
    version,
    kid: kidOf(participantId, version),
    custody: "client",
    state: "pre_active",
    publicKey: toBase64url(bytes),
    thumbprint: jwkThumbprint(bytes),
    createdAt: at,
  };
  const entry = await appendEntry(tx, cx, {
    class: "key",
    outcome: "done",
    action: "key.register",
    subjects: [`key:${key.id}`],
    details: { kid: key.kid, custody: "client", public_key: key.publicKey, state: key.state },
    pub: { thumbprint: key.thumbprint },
    index: { participantId },
  });
  await insertClientKey(tx, { key, tenantId: cx.instance.tenantId, registrationEntryId: entry.id });
  return { key, entry };
}

/**
 * Returns the participant's own waiting or active version with this public key, or a new one that waits. The caller has
 * locked the participant. Throws `key.taken`, `key.state`.
 */
export async function findOrStageKey(
  tx: Tx,
  cx: RegisterContext,
  participantId: string,
  bytes: Uint8Array,
): Promise<{ key: KeyVersion; entry?: AppendedEntry }> {
  const own = await findOwn(tx, participantId, toBase64url(bytes));
  if (own === undefined) return stage(tx, cx, participantId, bytes);
  requireUsable(own);
  return { key: own };
}

type Staged = { readonly body: RegisteredKey; readonly entry?: AppendedEntry };

/** Returns the challenges to answer: for the key itself, and for the client-held key that it replaces. */
async function ask(tx: Tx, cx: RegisterContext, key: KeyVersion): Promise<RegisteredKey> {
  const body = registeredKey(key);
  if (key.state !== "pre_active") return body;
  const challenge = await challengeKey(tx, cx, key);
  const held = await findHeld(tx, key.participantId);
  if (held === undefined) return { ...body, challenge };
  const replaces = { key_id: held.id, kid: held.kid, challenge: await challengeKey(tx, cx, held) };
  return { ...body, challenge, replaces };
}

async function findOrStage(
  tx: Tx,
  cx: RegisterContext,
  participantId: string,
  bytes: Uint8Array,
): Promise<Staged> {
  if (!(await lockParticipant(tx, participantId))) {
    throw new DomainError("participant.unknown", { detail: `Unknown participant: ${participantId}.` });
  }
  const { key, entry } = await findOrStageKey(tx, cx, participantId, bytes);
  const body = await ask(tx, cx, key);
  return entry === undefined ? { body } : { body, entry };
}

/**
 * Registers a client-held key. It waits (`pre_active`) for the proof of its possession, and the answer contains the
 * challenge. The same public key again gets a new challenge while it waits, and its own view while it is active. Throws
 * `key.invalid`, `key.taken`, `key.state`.
 */
export async function registerClientKey(
  cx: RegisterContext,
  input: KeyRegistration,
): Promise<RegisterResult> {
  const bytes = requirePublicKey(input);
  try {
    const { body, entry } = await inTransaction(cx, (tx) => findOrStage(tx, cx, input.participant_id, bytes));
    if (entry === undefined) return { isNew: false, key: body };
    return { isNew: true, key: { ...body, receipt: await issueReceipt(cx, entry) } };
  } catch (error) {
    // Another participant registered the same public key at the same moment.
    if (isUniqueViolation(error)) throw new DomainError("key.taken");
    throw error;
  }
}
