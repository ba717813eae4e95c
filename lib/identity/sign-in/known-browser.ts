import "server-only";
import { equalConstantTime, toBase64url, utf8 } from "@/lib/crypto/bytes";
import { hmacSha256, randomBytes } from "@/lib/crypto/primitives";
import { cookieValues, type SessionSecret } from "@/lib/identity/sessions/session-token";
import type { Site } from "@/lib/identity/sign-in/site";

// A browser in which a person signed in with their password before has a cookie that says so. Its attempts are counted
// by themselves, so attempts of others never slow it. The cookie gives no other right, and names no one (OWASP, "Slow
// down online guessing attacks with device cookies").

type KnownContext = SessionSecret & { readonly site: Site };

const SHAPE = /^([A-Za-z0-9_-]{24})\.([A-Za-z0-9_-]{43})$/;
const KEPT_SECONDS = 180 * 86_400;

function signatureOf({ sessionSecret }: SessionSecret, email: string, id: string): string {
  const signed = utf8(`sealport/known-browser/1\n${id}\n${email.trim().toLowerCase()}`);
  return toBase64url(hmacSha256(sessionSecret, signed));
}

/** Returns Set-Cookie that marks the browser as one in which the person with this e-mail address signed in. */
export function rememberBrowser(cx: KnownContext, email: string): string {
  const id = toBase64url(randomBytes(18));
  const value = `${id}.${signatureOf(cx, email, id)}`;
  const secure = cx.site.isSecure ? "; Secure" : "";
  return `${cx.site.cookies.known}=${value}; Path=/; Max-Age=${KEPT_SECONDS}; HttpOnly; SameSite=Strict${secure}`;
}

/** Returns the id of a browser in which the person signed in before; undefined for any other. */
export function knownBrowser(
  cx: KnownContext,
  email: string,
  headers: Pick<Headers, "get">,
): string | undefined {
  const [value, another] = cookieValues(headers, cx.site.cookies.known);
  const match = another === undefined ? SHAPE.exec(value ?? "") : null;
  const [id, signature] = [match?.[1], match?.[2]];
  if (id === undefined || signature === undefined) return undefined;
  return equalConstantTime(utf8(signature), utf8(signatureOf(cx, email, id))) ? id : undefined;
}
