import "server-only";
import { uuidv7 } from "@/lib/crypto/uuid";
import { type AccountContext, changeOwnAccount } from "@/lib/identity/account/account-context";
import { recordFactorChange } from "@/lib/identity/account/change-factors";
import { insertCredential } from "@/lib/identity/people/store";
import { revokeCredentials } from "@/lib/identity/sign-in/credential-store";
import { hashRecoveryCode, newRecoveryCode, RECOVERY_CODES } from "@/lib/identity/sign-in/recovery-code";

/** Returns ten new recovery codes, shown this once. Older codes are no longer valid. */
export async function renewRecoveryCodes(cx: AccountContext): Promise<{ codes: string[] }> {
  const { userId } = cx.principal;
  const now = cx.clock.now();
  const codes = Array.from({ length: RECOVERY_CODES }, newRecoveryCode);
  await changeOwnAccount(cx, async (tx) => {
    await revokeCredentials(tx, { userId, kind: "recovery", at: now });
    for (const code of codes) {
      await insertCredential(tx, {
        id: uuidv7(now.getTime()),
        tenant_id: cx.instance.tenantId,
        user_id: userId,
        kind: "recovery",
        secret_hash: hashRecoveryCode(cx, userId, code),
        created_at: now,
      });
    }
    await recordFactorChange(tx, cx, "credential.renew", { factor: "recovery" });
  });
  return { codes };
}
