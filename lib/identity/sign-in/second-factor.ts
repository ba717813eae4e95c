import "server-only";
import type { SignInMethod } from "@/lib/context/principal";
import type { Tx } from "@/lib/db/transaction";
import { isPrivileged } from "@/lib/identity/sessions/privileged";
import { type Account, takeRecoveryCode, takeTotpSteps } from "@/lib/identity/sign-in/credential-store";
import { hashRecoveryCode } from "@/lib/identity/sign-in/recovery-code";
import type { SignInContext, SignInFault } from "@/lib/identity/sign-in/sign-in";
import { matchTotp } from "@/lib/identity/sign-in/totp";

/** The code typed with, or after, the password. */
export interface GivenCode {
  readonly code?: string | undefined;
  readonly recoveryCode?: string | undefined;
}

export type SecondFactor =
  | { readonly fault: SignInFault }
  | { readonly method: SignInMethod; take(tx: Tx, at: Date): Promise<boolean> };

type FactorContext = Pick<SignInContext, "clock" | "keystore" | "sessionSecret">;

/** Returns whether the account has a second factor, or its role needs one. */
export function needsSecondFactor(account: Account): boolean {
  return isPrivileged(account.holder) || hasSecondFactor(account);
}

export function hasSecondFactor(account: Account): boolean {
  return account.totp !== undefined || account.passkeys.length > 0;
}

function checkRecovery(cx: FactorContext, account: Account, given: string): SecondFactor {
  const hash = hashRecoveryCode(cx, account.holder.userId, given);
  const stored = account.recovery.find((one) => one.hash === hash);
  if (stored === undefined) return { fault: "recovery" };
  return { method: "recovery", take: (tx, at) => takeRecoveryCode(tx, stored.id, at) };
}

function checkTotp(cx: FactorContext, account: Account, given: string): SecondFactor {
  const { totp, holder } = account;
  if (totp === undefined) return { fault: "code" };
  const secret = cx.keystore.openSecret(`totp:${holder.userId}`, totp.sealed);
  const steps = matchTotp(secret, given, cx.clock.now());
  if (steps === undefined) return { fault: "code" };
  if (totp.lastStep !== null && steps.first <= totp.lastStep) return { fault: "replayed" };
  return { method: "totp", take: (tx, at) => takeTotpSteps(tx, totp.id, steps, at) };
}

/**
 * Checks a code against the account's second factors. It takes nothing yet: `take` does, and may still lose a race.
 */
export function checkSecondFactor(cx: FactorContext, account: Account, given: GivenCode): SecondFactor {
  if (given.recoveryCode !== undefined) return checkRecovery(cx, account, given.recoveryCode);
  if (given.code !== undefined) return checkTotp(cx, account, given.code);
  return { fault: "factor-missing" };
}
