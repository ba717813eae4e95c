import "server-only";
import { toBase64url, utf8 } from "@/lib/crypto/bytes";
import { hmacSha256 } from "@/lib/crypto/primitives";
import { DomainError } from "@/lib/errors";
import type { SignInContext } from "@/lib/identity/sign-in/sign-in";
import { addressKey } from "@/lib/rate-limit/address-key";
import { type Draw, takeOrSlow } from "@/lib/rate-limit/limits";

function refuseSpent(cx: SignInContext, draw: Draw): void {
  if (draw.success) return;
  const retryAfterSeconds = Math.max(1, Math.ceil((draw.reset - cx.clock.nowMs()) / 1000));
  throw new DomainError("rate.exceeded", {
    detail: `Too many sign-ins were tried. Try again in ${retryAfterSeconds} seconds.`,
    retryAfterSeconds,
  });
}

/** Returns the counter's key of an account. It is a hash, so the table of counts stores no address. */
function accountKey(cx: SignInContext, email: string): string {
  return toBase64url(
    hmacSha256(cx.sessionSecret, utf8(`sealport/sign-in-counter/1\n${email.toLowerCase()}`)),
  );
}

/** Draws on the budget of the address that the sign-in comes from. */
export async function throttleAddress(cx: SignInContext): Promise<void> {
  refuseSpent(cx, await cx.limits.take("sign_in_address", addressKey(cx.client.address)));
}

/** Draws on address and account separately, even if the account does not exist. */
export async function throttleSignIn(cx: SignInContext, email: string): Promise<void> {
  await throttleAddress(cx);
  const account = accountKey(cx, email);
  refuseSpent(cx, await takeOrSlow(cx.limits, account, addressKey(cx.client.address)));
}

/** A code's draw, given back if the code was right. */
export interface CodeDraw {
  readonly mayBeWeighed: boolean;
  giveBack(): Promise<void>;
}

/**
 * Draws on the codes checked for an account after the right password. It counts over all addresses, because a person
 * with the password may have many. After ten wrong codes, one is checked in half a minute. A wrong password draws as
 * much on a separate counter, so it takes the same time and slows no other caller.
 */
export async function drawCode(cx: SignInContext, email: string, isPassword: boolean): Promise<CodeDraw> {
  const key = `${accountKey(cx, email)} ${isPassword ? "codes" : "no codes"}`;
  const draw = await cx.limits.take("sign_in_code", key);
  if (draw.success) return { mayBeWeighed: true, giveBack: () => cx.limits.giveBack("sign_in_code", key) };
  const { success } = await cx.limits.take("sign_in_slow", key);
  return { mayBeWeighed: success, giveBack: async () => undefined };
}
