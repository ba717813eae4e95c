import "server-only";
import { Secret, TOTP } from "otpauth";

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

/** Returns the step of this code, among the present one and its neighbours; undefined for any other text. */
export function matchTotp(secret: Uint8Array, code: string, now: Date): number | undefined {
  const token = code.replaceAll(/\s/g, "");
  if (!/^[0-9]{6}$/.test(token)) return undefined;
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
