import "server-only";
import { closedOrigin } from "@/lib/audit/reading/of-log";
import type { Context } from "@/lib/context/context";
import type { Principal } from "@/lib/context/principal";
import { isUuid } from "@/lib/crypto/uuid";
import { viewRows } from "@/lib/db/read-rows";
import { inSnapshot } from "@/lib/db/transaction";
import { DomainError } from "@/lib/errors";
import type { KeyPage, KeyQuery, KeyView } from "@/lib/keys/schema";
import { type CountedKey, selectKeys } from "@/lib/keys/store";

export type KeyReadContext = Pick<Context, "db" | "instance" | "principal" | "logger">;

/** Only a key's participant and the operators may see how much it still opens. All callers may see public keys. */
function seesWraps(principal: Principal, key: CountedKey): boolean {
  return (
    principal.participantId === key.participantId ||
    principal.role === "coordinator" ||
    principal.role === "admin"
  );
}

const DAY_MS = 24 * 60 * 60_000;

/** When the portal rotates it automatically, by the same rule as `rotateDueKeys`. */
function dueAt(key: CountedKey, days: number | undefined): { due_at?: string } {
  if (days === undefined || key.state !== "active" || key.custody !== "managed") return {};
  return { due_at: new Date(key.createdAt.getTime() + days * DAY_MS).toISOString() };
}

/** Returns a key as this caller may see it. */
export function keyView(
  { principal, instance }: Pick<KeyReadContext, "instance" | "principal">,
  key: CountedKey,
): KeyView {
  return {
    key_id: key.id,
    kid: key.kid,
    participant_id: key.participantId,
    public_key: key.publicKey,
    key_version: key.version,
    state: key.state,
    custody: key.custody,
    fingerprint: key.thumbprint,
    registered_at: key.createdAt.toISOString(),
    id: key.id,
    created_at: key.createdAt.toISOString(),
    registration: {
      entry_id: key.registrationEntryId,
      seq: key.registrationSeq ?? null,
      closed_log: closedOrigin(instance, key.registrationLog),
    },
    ...(seesWraps(principal, key)
      ? { remaining_wraps: key.remainingWraps, ...dueAt(key, instance.keyRotationDays) }
      : {}),
  };
}

/** Returns key versions of all participants, or of one, in the given order; oldest first by default. */
export async function listKeys(cx: KeyReadContext, query: KeyQuery): Promise<KeyPage> {
  if (query.cursor !== undefined && !isUuid(query.cursor)) {
    throw new DomainError("request.invalid", {
      errors: [{ pointer: "/cursor", detail: "is not a cursor of this list" }],
    });
  }
  const keys = await inSnapshot(cx, (tx) =>
    selectKeys(tx, {
      participantId: query.participant_id,
      after: query.cursor,
      order: query.order,
      limit: query.limit + 1,
    }),
  );
  const page = keys.slice(0, query.limit);
  const last = page.at(-1);
  return {
    ...viewRows(cx, "keys", page, (key: CountedKey) => keyView(cx, key)),
    next_cursor: keys.length > query.limit && last !== undefined ? last.id : null,
  };
}

/** Returns one key version by its id. */
export async function getKey(cx: KeyReadContext, id: string): Promise<KeyView> {
  const [key] = await inSnapshot(cx, (tx) => selectKeys(tx, { keyId: id, limit: 1 }));
  if (key === undefined) throw new DomainError("key.not-found");
  return keyView(cx, key);
}

/** A participant that a transaction can be sealed for, with its active key. */
export interface Recipient {
  readonly participantId: string;
  readonly kid: string;
  readonly fingerprint: string;
}

const PAGE = 500;

/**
 * Returns participants with an active key, by id. If there are very many, returns only those with the oldest keys;
 * callers look up others by name.
 */
export async function listRecipients(cx: KeyReadContext): Promise<Recipient[]> {
  const keys = await inSnapshot(cx, (tx) => selectKeys(tx, { state: "active", limit: PAGE }));
  return keys
    .map(({ participantId, kid, thumbprint }) => ({ participantId, kid, fingerprint: thumbprint }))
    .sort((a, b) => (a.participantId < b.participantId ? -1 : 1));
}
