import type { Context } from "@/lib/context/context";
import { fromBase64url, toBase64url, utf8 } from "@/lib/crypto/bytes";
import { checkEd25519PublicKey } from "@/lib/crypto/ed25519-check";
import { FormatError } from "@/lib/crypto/format-error";
import { canonicalJson } from "@/lib/crypto/json/canonical-json";
import { sha256 } from "@/lib/crypto/primitives";
import { DomainError } from "@/lib/errors";
import type { Duty } from "@/lib/vocabulary";

const DAY_MS = 86_400_000;
/** The people who register, confirm and end authorities. */
export const REGISTRAR_DUTIES: readonly Duty[] = ["admin", "compliance"];

/** Throws `auth.role` unless the caller may keep the registry. */
export function requireRegistrar(cx: Pick<Context, "principal">): void {
  const { role, duties } = cx.principal;
  const isStaff = role === "coordinator" || role === "admin";
  if (isStaff && REGISTRAR_DUTIES.some((duty) => duties.includes(duty))) return;
  throw new DomainError("auth.role", {
    detail: `This call needs the duty ${REGISTRAR_DUTIES.join(" or ")}.`,
    extra: { duties: REGISTRAR_DUTIES },
  });
}

/**
 * Returns when a registration confirmed now is in force: a day later, so others can object; in an evaluation at once.
 */
export function inForceFrom(cx: Pick<Context, "instance">, confirmedAt: Date): Date {
  return cx.instance.evaluation ? confirmedAt : new Date(confirmedAt.getTime() + DAY_MS);
}

/** Returns the 422 for one member of a registration. */
export function invalidMember(pointer: string, detail: string): DomainError {
  return new DomainError("request.invalid", {
    detail: "The request does not match its schema.",
    errors: [{ pointer, detail }],
  });
}

/** Returns the RFC 7638 thumbprint of an Ed25519 key. Throws `request.invalid` for bytes that are not such a key. */
export function keyThumbprint(publicKey: string): string {
  try {
    checkEd25519PublicKey(fromBase64url(publicKey));
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    throw invalidMember("/public_key", `is not an Ed25519 public key in base64url: ${error.message}`);
  }
  return toBase64url(sha256(utf8(canonicalJson({ crv: "Ed25519", kty: "OKP", x: publicKey }))));
}
