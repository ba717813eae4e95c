import "server-only";
import { equalConstantTime, toBase64url, utf8 } from "@/lib/crypto/bytes";
import { hmacSha256, randomBytes } from "@/lib/crypto/primitives";
import type { SessionSecret } from "@/lib/identity/sessions/session-token";

const SECRET_BYTES = 32;
const SHAPE = /^([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\.([A-Za-z0-9_-]{43})$/;

/** The values that a link is bound to. Its row must match them. */
export interface InvitationBinding {
  readonly id: string;
  readonly userId: string;
  readonly expiresAt: Date;
}

/**
 * Returns the stored hash of a link. It is keyed by the instance's secret and bound to row, person and end. So a row is
 * no help in guessing. A person who can write rows can neither create a link nor give one to another person.
 */
function hashInvitation(
  cx: SessionSecret,
  { id, userId, expiresAt }: InvitationBinding,
  secret: string,
): Uint8Array {
  const bound = ["sealport/invitation/1", id, userId, expiresAt.toISOString(), secret];
  return hmacSha256(cx.sessionSecret, utf8(bound.join("\n")));
}

/** Returns a new link's token, `<id>.<256 random bits>`, and its stored hash. */
export function newInvitationToken(
  cx: SessionSecret,
  binding: InvitationBinding,
): { readonly token: string; readonly hash: Uint8Array } {
  const secret = toBase64url(randomBytes(SECRET_BYTES));
  return { token: `${binding.id}.${secret}`, hash: hashInvitation(cx, binding, secret) };
}

/** Returns the parts of a token; undefined for any other text. */
export function readInvitationToken(
  token: string,
): { readonly id: string; readonly secret: string } | undefined {
  const match = SHAPE.exec(token);
  const [id, secret] = [match?.[1], match?.[2]];
  return id === undefined || secret === undefined ? undefined : { id, secret };
}

/** Returns whether this is the secret of that row, in constant time. */
export function isInvitationSecret(
  cx: SessionSecret,
  stored: InvitationBinding & { readonly hash: Uint8Array },
  secret: string,
): boolean {
  return equalConstantTime(hashInvitation(cx, stored, secret), stored.hash);
}
