import "server-only";
import { appendEntry } from "@/lib/audit/record/append-entry";
import { issueReceipt } from "@/lib/audit/record/issue-receipt";
import type { Principal } from "@/lib/context/principal";
import type { AppendedEntry } from "@/lib/context/recorder";
import { inTransaction, type Tx } from "@/lib/db/transaction";
import { DomainError } from "@/lib/errors";
import { draftManagedKey } from "@/lib/keys/register/draft-key";
import { registerClientKey } from "@/lib/keys/register/register-client-key";
import {
  type RegisterContext,
  type RegisterResult,
  refuseClientHeld,
  refuseSuspended,
  registeredKey,
} from "@/lib/keys/register/registering";
import type { KeyRegistration } from "@/lib/keys/schema";
import { insertManagedKey, type KeyVersion, lockParticipant, selectActiveKeys } from "@/lib/keys/store";
import type { Role } from "@/lib/vocabulary";

/**
 * Roles that can be a party to a transaction. Only they have keys: a key would let another organisation become a party.
 */
const PARTIES: readonly Role[] = ["client", "miner"];

/** Allows only a participant's own people and programs, with any role or duties. */
function authorize(principal: Principal, input: KeyRegistration): void {
  if (!PARTIES.includes(principal.role)) {
    throw new DomainError("access.forbidden", { detail: "Only clients and miners have keys." });
  }
  if (principal.participantId === input.participant_id) return;
  throw new DomainError("access.forbidden", {
    detail: "Only users of the participant can register its keys.",
  });
}

interface MadeKey {
  readonly key: KeyVersion;
  readonly entry: AppendedEntry;
}

/** Creates a managed key as the participant's next version. The entry comes first, because the row names it. */
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
      detail: `Unknown participant: ${input.participant_id}.`,
    });
  }
  const [active] = await selectActiveKeys(tx, [input.participant_id], false);
  if (active !== undefined) return { key: active };
  await refuseSuspended(tx, input.participant_id);
  await refuseClientHeld(tx, input.participant_id);
  return makeKey(tx, cx, input.participant_id);
}

/**
 * Registers a key. Managed: returns the participant's active key, made now if it has none; two callers at once get the
 * same one. Client-held: see `registerClientKey`.
 */
export async function registerKey(cx: RegisterContext, input: KeyRegistration): Promise<RegisterResult> {
  authorize(cx.principal, input);
  if (input.custody === "client") return registerClientKey(cx, input);
  if (input.public_key !== undefined) {
    throw new DomainError("key.invalid", {
      detail: "The service makes the public key of a managed key. Leave out public_key.",
      errors: [{ pointer: "/public_key", detail: "is only allowed with custody client" }],
    });
  }
  const result = await inTransaction(cx, (tx) => findOrMake(tx, cx, input));
  if (!("entry" in result)) return { isNew: false, key: registeredKey(result.key) };
  return {
    isNew: true,
    key: { ...registeredKey(result.key), receipt: await issueReceipt(cx, result.entry) },
  };
}
