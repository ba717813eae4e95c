import "server-only";
import { addressKey } from "@/lib/addresses";
import { toBase64url, utf8 } from "@/lib/crypto/bytes";
import { hmacSha256 } from "@/lib/crypto/primitives";
import { DomainError } from "@/lib/errors";
import type { SignInContext } from "@/lib/identity/sign-in/sign-in";
import { type Draw, takeOrSlow } from "@/lib/rate-limit/limits";

function refuseSpent(cx: SignInContext, draw: Draw): void {
  if (draw.success) return;
  const retryAfterSeconds = Math.max(1, Math.ceil((draw.reset - cx.clock.nowMs()) / 1000));
  throw new DomainError("rate.exceeded", {
    detail: `Too many sign-ins were tried. Try again in ${retryAfterSeconds} seconds.`,
    retryAfterSeconds,
  });
}

/** Whose attempt it is. */
export interface Attempt {
  readonly email: string;
  /** As `knownBrowser` returns it: its attempts are counted apart from those of all others. */
  readonly browser?: string | undefined;
}

/** Returns the counter's key of an account. It is a hash, so the table of counts stores no address. */
function accountKey(cx: SignInContext, { email, browser = "" }: Attempt): string {
  const counted = utf8(`sealport/sign-in-counter/1\n${email.toLowerCase()}\n${browser}`);
  return toBase64url(hmacSha256(cx.sessionSecret, counted));
}

/** A draw on an address's budget of wrong sign-ins. */
export interface AddressDraw {
  /** Gives the draw back: the sign-in was right. */
  giveBack(): Promise<void>;
  /** Throws `rate.exceeded` when the budget was spent: a wrong sign-in then gets no other answer and no entry. */
  refuseWrong(): void;
}

/**
 * Draws on the budget of the address. It counts wrong sign-ins alone, and a spent budget refuses only those: people
 * behind the same address who have the right factor still get in.
 */
export async function drawOnAddress(cx: SignInContext): Promise<AddressDraw> {
  const key = addressKey(cx.client.address);
  const draw = await cx.limits.take("sign_in_address", key);
  return {
    giveBack: async () => {
      if (draw.success) await cx.limits.giveBack("sign_in_address", key);
    },
    refuseWrong: () => refuseSpent(cx, draw),
  };
}

/**
 * Draws on address and account separately, even if the account does not exist. Beyond the account's budget, each address
 * may try once every 30 seconds. Throws `rate.exceeded` for a second attempt in that time.
 */
export async function throttleGuess(cx: SignInContext, attempt: Attempt): Promise<AddressDraw> {
  const account = accountKey(cx, attempt);
  refuseSpent(cx, await takeOrSlow(cx.limits, account, addressKey(cx.client.address)));
  return drawOnAddress(cx);
}

/** A code's draw, given back if the code was right. */
export interface CodeDraw {
  readonly mayBeChecked: boolean;
  giveBack(): Promise<void>;
}

/**
 * Draws on the codes checked for an account after the right password. It counts over all addresses, because a person
 * with the password may have many. After ten wrong codes, one code is checked every 30 seconds. A wrong password draws as
 * much on a separate counter, so it takes the same time and slows no other caller.
 */
export async function drawCode(cx: SignInContext, attempt: Attempt, isPassword: boolean): Promise<CodeDraw> {
  const key = `${accountKey(cx, attempt)} ${isPassword ? "codes" : "no codes"}`;
  const draw = await cx.limits.take("sign_in_code", key);
  if (draw.success) return { mayBeChecked: true, giveBack: () => cx.limits.giveBack("sign_in_code", key) };
  const { success } = await cx.limits.take("sign_in_slow", key);
  return { mayBeChecked: success, giveBack: async () => undefined };
}
