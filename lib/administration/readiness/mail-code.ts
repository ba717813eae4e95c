import "server-only";
import { equalConstantTime, fromBase64url, toBase64url, utf8 } from "@/lib/crypto/bytes";
import { hmacSha256 } from "@/lib/crypto/primitives";
import type { SessionSecret } from "@/lib/identity/sessions/session-token";

/** Returns the mark of a code, which is stored in its place: a row does not tell the code. */
export function codeMark(cx: SessionSecret, code: string): string {
  return toBase64url(hmacSha256(cx.sessionSecret, utf8(`sealport/mail-code/1\n${code}`)));
}

/** Returns whether this is the code of a mark, in constant time. */
export function isCodeOf(cx: SessionSecret, mark: string | undefined, code: string): boolean {
  if (mark === undefined) return false;
  return equalConstantTime(fromBase64url(mark), fromBase64url(codeMark(cx, code.replace(/\s/g, ""))));
}
