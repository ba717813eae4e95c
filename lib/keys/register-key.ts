import "server-only";
import { appendEntry } from "@/lib/audit/append-entry";
import type { AppendedEntry } from "@/lib/audit/event";
import { issueReceipt } from "@/lib/audit/issue-receipt";
import type { Context, Principal, Role } from "@/lib/context";
import { toBase64url } from "@/lib/crypto/bytes";
import { inTransaction, type Tx } from "@/lib/db/transaction";
import { DomainError } from "@/lib/errors";
import { draftManagedKey } from "@/lib/keys/draft-key";
import { parsePublicKey } from "@/lib/keys/public-key";
import type { KeyRegistration, RegisteredKey } from "@/lib/keys/schema";
import {
  findKeyByPublicKey,
  findSuspended,
  insertManagedKey,
  isEscrowPublicKey,
  type KeyVersion,
  lockParticipant,
  selectActiveKeys,
} from "@/lib/keys/store";

/** What registering needs; the seed and the supervisor have no HTTP request. */
export type RegisterContext = Pick<
  Context,
  "db" | "instance" | "clock" | "keystore" | "audit" | "client" | "requestId"
> & { readonly principal: Principal };

export interface RegisterResult {
  readonly isNew: boolean;
  readonly key: RegisteredKey;
}

/** Those who can be a party to a transaction. Nobody else has a key, or his organisation could be made one. */
const PARTIES: readonly Role[] = ["client", "miner"];

/** A participant's own people and programs only, whatever anybody else's role or duties are. */
function authorize(principal: Principal, input: KeyRegistration): void {
  if (!PARTIES.includes(principal.role)) {
    throw new DomainError("access.forbidden", { detail: "Only clients and miners have keys." });
  }
  if (principal.participantId === input.participant_id) return;
  throw new DomainError("access.forbidden", { detail: "Only users of the participant register its keys." });
}

function toBody(key: KeyVersion): RegisteredKey {
  return {
    success: true,
    key_id: key.id,
    kid: key.kid,
    participant_id: key.participantId,
    key_version: key.version,
    state: key.state,
    public_key: key.publicKey,
    registered_at: key.createdAt.toISOString(),
  };
}

/** A key held by its participant: every check of the public key, and then the part that issue 5 brings. */
async function refuseClientHeld(cx: RegisterContext, input: KeyRegistration): Promise<never> {
  if (input.public_key === undefined) {
    throw new DomainError("key.invalid", {
      detail: "A key held by its participant comes with its public key.",
      errors: [{ pointer: "/public_key", detail: "required with custody client" }],
    });
  }
  const publicKey = toBase64url(parsePublicKey(input.public_key));
  await inTransaction(cx, (tx) => refuseTaken(tx, input.participant_id, publicKey));
  throw new DomainError("key.invalid", {
    detail:
      "Keys held by their participant need a proof of possession, which this version does not take yet.",
    errors: [{ pointer: "/custody", detail: "only managed in this version" }],
  });
}

async function refuseTaken(tx: Tx, participantId: string, publicKey: string): Promise<void> {
  const holder = await findKeyByPublicKey(tx, publicKey);
  const isForeign = holder !== undefined && holder.participantId !== participantId;
  if (isForeign || (await isEscrowPublicKey(tx, publicKey))) throw new DomainError("key.taken");
}

interface MadeKey {
  readonly key: KeyVersion;
  readonly entry: AppendedEntry;
}

/** A fresh managed key as the participant's next version: entry first, since the row names it. */
async function makeKey(tx: Tx, cx: RegisterContext, participantId: string): Promise<MadeKey> {
  const draft = await draftManagedKey(tx, cx, participantId, "active");
  const { key } = draft;
  const entry = await appendEntry(tx, cx, {
    class: "key",
    outcome: "done",
    action: "key.register",
    subjects: [`key:${key.id}`],
    details: { kid: key.kid, custody: "managed", public_key: key.publicKey },
    pub: { thumbprint: key.thumbprint },
    index: { participantId },
  });
  await insertManagedKey(tx, { ...draft, registrationEntryId: entry.id });
  return { key, entry };
}

async function findOrMake(
  tx: Tx,
  cx: RegisterContext,
  input: KeyRegistration,
): Promise<MadeKey | { key: KeyVersion }> {
  if (!(await lockParticipant(tx, input.participant_id))) {
    throw new DomainError("participant.unknown", {
      detail: `There is no participant ${input.participant_id}.`,
    });
  }
  const [active] = await selectActiveKeys(tx, [input.participant_id], false);
  const suspended = active === undefined ? await findSuspended(tx, input.participant_id) : undefined;
  if (suspended !== undefined) {
    throw new DomainError("key.state", {
      detail: `${suspended.kid} is suspended: resume it and rotate it, or report it compromised. Beside it a new key would leave what is sealed for it shut.`,
    });
  }
  return active === undefined ? makeKey(tx, cx, input.participant_id) : { key: active };
}

/**
 * Registers a key. Managed: the participant's active key, made now when there is none; two callers at once
 * get the same one. A key held by its participant is refused until proofs of possession exist.
 */
export async function registerKey(cx: RegisterContext, input: KeyRegistration): Promise<RegisterResult> {
  authorize(cx.principal, input);
  if (input.custody === "client") return refuseClientHeld(cx, input);
  if (input.public_key !== undefined) {
    throw new DomainError("key.invalid", {
      detail: "The public key of a managed key is made here and cannot be given.",
      errors: [{ pointer: "/public_key", detail: "only with custody client" }],
    });
  }
  const result = await inTransaction(cx, (tx) => findOrMake(tx, cx, input));
  if (!("entry" in result)) return { isNew: false, key: toBody(result.key) };
  return { isNew: true, key: { ...toBody(result.key), receipt: await issueReceipt(cx, result.entry) } };
}
