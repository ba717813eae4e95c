import "server-only";
import { appendEntry } from "@/lib/audit/record/append-entry";
import type { AuditContext } from "@/lib/context/context";
import type { AppendedEntry } from "@/lib/context/recorder";
import { toBase64url } from "@/lib/crypto/bytes";
import { randomBytes } from "@/lib/crypto/primitives";
import { uuidv7 } from "@/lib/crypto/uuid";
import { inTransaction, type Tx } from "@/lib/db/transaction";
import type { IdentityContext } from "@/lib/identity/people/create-organisation";
import { requireNewMailbox } from "@/lib/identity/people/one-human-store";
import { insertCredential, insertDuties, insertMembership, insertUser } from "@/lib/identity/people/store";
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
 * Creates a person with duties in the caller's transaction. One mailbox is one account: another spelling of its address
 * throws `person.mailbox`. The pseudonym is random, because the public log may name it.
 */
export async function createUserIn(
  tx: Tx,
  cx: AuditContext,
  input: Omit<NewUser, "password" | "totp"> & { readonly id: string; readonly reason?: string },
): Promise<CreatedUser & { readonly entry: AppendedEntry }> {
  const { id } = input;
  const { tenantId } = cx.instance;
  const pseudonym = toBase64url(randomBytes(12));
  await requireNewMailbox(tx, tenantId, input.email);
  await insertUser(tx, {
    id,
    tenant_id: tenantId,
    organisation_id: input.organisationId,
    ...(input.participantId === undefined ? {} : { participant_id: input.participantId }),
    handle: input.handle,
    pseudonym,
    name: input.name,
    email: input.email,
    role: input.role,
  });
  await insertMembership(tx, { user_id: id, organisation_id: input.organisationId, tenant_id: tenantId });
  const granted = cx.principal === undefined ? {} : { granted_by: cx.principal.userId };
  await insertDuties(
    tx,
    input.duties.map((duty) => ({ user_id: id, duty, tenant_id: tenantId, ...granted })),
  );
  const entry = await appendEntry(tx, cx, {
    class: "identity",
    outcome: "done",
    action: "user.create",
    subjects: [`user:${id}`],
    details: {
      ...{ user: pseudonym, role: input.role, duties: [...input.duties] },
      ...(input.reason === undefined ? {} : { reason: input.reason }),
    },
  });
  return { id, pseudonym, entry };
}

/** Creates a person with duties and first credentials. Throws as `createUserIn`. */
export async function createUser(cx: IdentityContext, input: NewUser): Promise<CreatedUser> {
  const id = uuidv7(cx.clock.nowMs());
  const passwordHash = input.password === undefined ? undefined : await hashPassword(input.password);
  const { pseudonym } = await inTransaction(cx, async (tx) => {
    const created = await createUserIn(tx, cx, { ...input, id });
    await storeCredentials(tx, cx, id, input, passwordHash);
    return created;
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
