import "server-only";
import { appendEntry } from "@/lib/audit/record/append-entry";
import { toBase64url } from "@/lib/crypto/bytes";
import { randomBytes } from "@/lib/crypto/primitives";
import { uuidv7 } from "@/lib/crypto/uuid";
import { inTransaction, type Tx } from "@/lib/db/transaction";
import { DomainError } from "@/lib/errors";
import type { IdentityContext } from "@/lib/identity/people/create-organisation";
import { requireNewMailbox } from "@/lib/identity/people/one-human-store";
import {
  deactivateUserRow,
  insertCredential,
  insertDuties,
  insertMembership,
  insertUser,
} from "@/lib/identity/people/store";
import { endSessionsIn } from "@/lib/identity/sessions/end-session";
import { hashPassword } from "@/lib/identity/sign-in/password";
import type { Duty, Role } from "@/lib/vocabulary";

export interface NewUser {
  /** Names the person in statements and the custodian's roster, e.g. `regulator-001` or `coordinator-001:legal`. */
  readonly handle: string;
  readonly name: string;
  readonly email: string;
  readonly role: Role;
  readonly organisationId: string;
  readonly participantId?: string;
  readonly duties: readonly Duty[];
  readonly password?: string;
  /** Seals the TOTP secret at rest; needed when `totpSecret` is given. */
  readonly totp?: {
    readonly secret: Uint8Array;
    readonly seal: (context: string, secret: Uint8Array) => Uint8Array;
  };
}

export interface CreatedUser {
  readonly id: string;
  readonly pseudonym: string;
}

/**
 * Creates a person with duties and first credentials. One mailbox is one account: another spelling of its address
 * throws `request.conflict`. The pseudonym is random, because the public log may name it.
 */
export async function createUser(cx: IdentityContext, input: NewUser): Promise<CreatedUser> {
  const id = uuidv7(cx.clock.nowMs());
  const pseudonym = toBase64url(randomBytes(12));
  const passwordHash = input.password === undefined ? undefined : await hashPassword(input.password);
  await inTransaction(cx, async (tx) => {
    await requireNewMailbox(tx, cx.instance.tenantId, input.email);
    await insertUser(tx, {
      id,
      tenant_id: cx.instance.tenantId,
      organisation_id: input.organisationId,
      ...(input.participantId === undefined ? {} : { participant_id: input.participantId }),
      handle: input.handle,
      pseudonym,
      name: input.name,
      email: input.email,
      role: input.role,
    });
    await insertMembership(tx, {
      user_id: id,
      organisation_id: input.organisationId,
      tenant_id: cx.instance.tenantId,
    });
    await insertDuties(
      tx,
      input.duties.map((duty) => ({ user_id: id, duty, tenant_id: cx.instance.tenantId })),
    );
    await storeCredentials(tx, cx, id, input, passwordHash);
    await appendEntry(tx, cx, {
      class: "identity",
      outcome: "done",
      action: "user.create",
      subjects: [`user:${id}`],
      details: { user: pseudonym, role: input.role, duties: [...input.duties] },
    });
  });
  return { id, pseudonym };
}

async function storeCredentials(
  tx: Tx,
  cx: IdentityContext,
  userId: string,
  input: NewUser,
  passwordHash: string | undefined,
) {
  const base = { tenant_id: cx.instance.tenantId, user_id: userId };
  if (passwordHash !== undefined) {
    await insertCredential(tx, {
      ...base,
      id: uuidv7(cx.clock.nowMs()),
      kind: "password",
      secret_hash: passwordHash,
    });
  }
  if (input.totp !== undefined) {
    const sealed = Uint8Array.from(input.totp.seal(`totp:${userId}`, input.totp.secret));
    await insertCredential(tx, { ...base, id: uuidv7(cx.clock.nowMs()), kind: "totp", sealed });
  }
}

/** Deactivates a person: their keys and sessions stop working at once. */
export async function deactivateUser(cx: IdentityContext, userId: string): Promise<void> {
  await inTransaction(cx, async (tx) => {
    if (!(await deactivateUserRow(tx, userId, cx.clock.now())))
      throw new DomainError("request.conflict", { detail: "No active person has this id." });
    await endSessionsIn(tx, cx, { userId, reason: "inactive" });
    await appendEntry(tx, cx, {
      class: "identity",
      outcome: "done",
      action: "user.deactivate",
      subjects: [`user:${userId}`],
    });
  });
}
