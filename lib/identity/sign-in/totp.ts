import "server-only";
import { Secret, TOTP } from "otpauth";
import { equalConstantTime, utf8 } from "@/lib/crypto/bytes";

export const TOTP_PERIOD_SECONDS = 30;
const DIGITS = 6;
/** Accepted steps before and after the present one, because clocks differ. */
export const TOTP_WINDOW = 1;

function secretOf(bytes: Uint8Array): Secret {
  return new Secret({ buffer: Uint8Array.from(bytes).buffer });
}

/** Returns the step of an instant (RFC 6238 section 4.2). */
export function totpStepAt(now: Date): number {
  return TOTP.counter({ period: TOTP_PERIOD_SECONDS, timestamp: now.getTime() });
}

/** Returns the code of one step. */
export function totpCode(secret: Uint8Array, step: number): string {
  const timestamp = step * TOTP_PERIOD_SECONDS * 1000;
  return TOTP.generate({ secret: secretOf(secret), digits: DIGITS, period: TOTP_PERIOD_SECONDS, timestamp });
}

function digitsOf(code: string): string {
  return code.replaceAll(/\s/g, "");
}

/**
 * Returns whether these are two codes, one after the other. A guess is right 3 times in 10^12, so attempts with two
 * codes need no limit.
 */
export function isCodePair(code: string): boolean {
  return /^[0-9]{12}$/.test(digitsOf(code));
}

function matchOne(secret: Uint8Array, token: string, now: Date): number | undefined {
  const delta = TOTP.validate({
    token,
    secret: secretOf(secret),
    digits: DIGITS,
    period: TOTP_PERIOD_SECONDS,
    timestamp: now.getTime(),
    window: TOTP_WINDOW,
  });
  return delta === null ? undefined : totpStepAt(now) + delta;
}

/** The steps that a text proves: the same one twice for one code. */
export interface TotpSteps {
  readonly first: number;
  readonly last: number;
}

/**
 * Returns the step of this code, among the present one and its neighbours, or the steps of two codes in a row, of which
 * the second is there; undefined for any other text.
 */
export function matchTotp(secret: Uint8Array, code: string, now: Date): TotpSteps | undefined {
  const digits = digitsOf(code);
  if (!/^([0-9]{6}){1,2}$/.test(digits)) return undefined;
  const last = matchOne(secret, digits.slice(-DIGITS), now);
  if (last === undefined) return undefined;
  if (!isCodePair(code)) return { first: last, last };
  const isInRow = equalConstantTime(utf8(totpCode(secret, last - 1)), utf8(digits.slice(0, DIGITS)));
  return isInRow ? { first: last - 1, last } : undefined;
}

/** Returns the QR code's content for an authenticator app, and the same secret to type. */
export function totpSetUp(
  secret: Uint8Array,
  account: string,
): { readonly uri: string; readonly text: string } {
  const totp = new TOTP({
    issuer: "Sealport",
    label: account,
    secret: secretOf(secret),
    digits: DIGITS,
    period: TOTP_PERIOD_SECONDS,
  });
  return { uri: totp.toString(), text: secretOf(secret).base32 };
}
