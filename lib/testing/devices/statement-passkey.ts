import "server-only";
import { appendEntry } from "@/lib/audit/record/append-entry";
import type { Context } from "@/lib/context/context";
import { toBase64url } from "@/lib/crypto/bytes";
import { sha256 } from "@/lib/crypto/primitives";
import { statementBytes } from "@/lib/crypto/statement-bytes";
import { uuidv7 } from "@/lib/crypto/uuid";
import { inTransaction } from "@/lib/db/transaction";
import type { StatementSignature } from "@/lib/escrow/protocol/statements";
import { insertCredential } from "@/lib/identity/people/store";
import { revokeCredentials } from "@/lib/identity/sign-in/credential-store";
import { SoftwareAuthenticator } from "@/lib/testing/devices/authenticator";

export interface TestPasskey {
  readonly id: string;
  readonly device: SoftwareAuthenticator;
}

/** Stores a passkey the person signs in with, as registration does. */
export async function storePasskey(cx: Context, origin: string, label = "Laptop"): Promise<TestPasskey> {
  const device = new SoftwareAuthenticator({ origin });
  const id = uuidv7(cx.clock.nowMs());
  await inTransaction(cx, async (tx) => {
    await insertCredential(tx, {
      id,
      tenant_id: cx.instance.tenantId,
      user_id: cx.principal.userId,
      kind: "passkey",
      external_id: device.credentialId,
      public_key: Uint8Array.from(device.publicKey),
      label,
    });
    await appendEntry(tx, cx, {
      class: "identity",
      outcome: "done",
      action: "credential.create",
      subjects: [`credential:${id}`],
    });
  });
  return { id, device };
}

/** Removes it from the account, as its owner does after a theft. */
export async function dropPasskey(cx: Context, { id }: TestPasskey): Promise<void> {
  const { userId } = cx.principal;
  await inTransaction(cx, async (tx) => {
    await revokeCredentials(tx, { userId, kind: "passkey", id, at: cx.clock.now() });
    await appendEntry(tx, cx, {
      class: "identity",
      outcome: "done",
      action: "credential.revoke",
      subjects: [`credential:${id}`, `user:${userId}`],
    });
  });
}

export function signWithPasskey(
  device: SoftwareAuthenticator,
  kind: Parameters<typeof statementBytes>[0],
  statement: unknown,
): StatementSignature {
  const { response } = device.assert(toBase64url(sha256(statementBytes(kind, statement))));
  return {
    kind: "passkey",
    credential_id: device.credentialId,
    authenticator_data: response.authenticatorData,
    client_data_json: response.clientDataJSON,
    signature: response.signature,
  };
}
