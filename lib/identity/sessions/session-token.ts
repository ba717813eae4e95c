import "server-only";
import { equalConstantTime, fromBase64url, isBase64url, toBase64url, utf8 } from "@/lib/crypto/bytes";
import { hmacSha256, randomBytes } from "@/lib/crypto/primitives";

const SID_BYTES = 18;
const SHAPE = /^([A-Za-z0-9_-]{24})\.([A-Za-z0-9_-]{43})$/;

/** The secrets needed to make and read session cookies. */
export interface SessionSecret {
  /** Key of the cookies' signatures: derived, never the instance secret itself. */
  readonly sessionSecret: Uint8Array;
}

export function newSid(): string {
  return toBase64url(randomBytes(SID_BYTES));
}

function signatureOf(secret: Uint8Array, sid: string): Uint8Array {
  return hmacSha256(secret, utf8(`sealport/session-cookie/1\n${sid}`));
}

/** Returns the cookie's whole value: a session's id, signed. So a person who can write rows cannot make a cookie. */
export function encodeSessionToken({ sessionSecret }: SessionSecret, sid: string): string {
  return `${sid}.${toBase64url(signatureOf(sessionSecret, sid))}`;
}

/** Returns the id in a cookie that the portal signed; undefined for any other text. The session itself may be dead. */
export function decodeSessionToken({ sessionSecret }: SessionSecret, token: string): string | undefined {
  const match = SHAPE.exec(token);
  const [sid, signature] = [match?.[1], match?.[2]];
  if (sid === undefined || signature === undefined || !isBase64url(signature)) return undefined;
  return equalConstantTime(fromBase64url(signature), signatureOf(sessionSecret, sid)) ? sid : undefined;
}

/** Returns the values of one cookie in a Cookie header (RFC 6265 section 5.4). */
export function cookieValues(headers: Pick<Headers, "get">, name: string): string[] {
  const header = headers.get("cookie") ?? "";
  return header.split(";").flatMap((pair) => {
    const at = pair.indexOf("=");
    return at > 0 && pair.slice(0, at).trim() === name ? [pair.slice(at + 1).trim()] : [];
  });
}
