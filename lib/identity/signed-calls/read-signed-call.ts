import "server-only";
import { fromBase64url } from "@/lib/crypto/bytes";
import { FormatError } from "@/lib/crypto/format-error";
import { readContentDigest } from "@/lib/crypto/http-signature/content-digest";
import {
  type MessageSignature,
  readSignature,
  signatureBase,
} from "@/lib/crypto/http-signature/signature-base";
import { ed25519Verify } from "@/lib/crypto/primitives";
import { DomainError } from "@/lib/errors";
import type { Site } from "@/lib/identity/sign-in/site";

/** How old a signature may be, and how far ahead the caller's clock (seconds). */
const MAX_AGE = 300;
const MAX_AHEAD = 60;
const NONCE = /^[\x21-\x7e]{16,128}$/;
const REQUIRED = ["@method", "@target-uri"] as const;

/** A call's signature, read and within its time, not verified yet. */
export interface SignedCall {
  readonly read: MessageSignature;
  /** The API key's prefix. */
  readonly keyId: string;
  readonly nonce: string;
  /** After this no portal takes it any more: so long its nonce is kept. */
  readonly until: Date;
  /** SHA-256 that the signature names for the body; without one the call has none. */
  readonly bodyDigest: Uint8Array | undefined;
}

function refuse(detail: string): never {
  throw new DomainError("auth.signature", { detail });
}

/** What lib/crypto refuses of bytes it was handed is the caller's fault here. */
function orRefuse<T>(run: () => T): T {
  try {
    return run();
  } catch (error) {
    if (error instanceof FormatError) return refuse(`${error.message}.`);
    throw error;
  }
}

/** Whether a call claims to be signed; half a signature is one that does not hold. */
export function isSigned(headers: Headers): boolean {
  return headers.has("signature") || headers.has("signature-input");
}

/** The address that a signature has to name: one of the portal's own origins, as the call's Host says. */
export function targetUri(site: Site, request: Request): string {
  const host = request.headers.get("host")?.toLowerCase();
  const origin = site.origins.find((known) => new URL(known).host === host);
  if (origin === undefined) refuse(`A signed call goes to ${site.origin}.`);
  const { pathname, search } = new URL(request.url);
  return `${origin}${pathname}${search}`;
}

function timesOf({ parameters }: MessageSignature, now: Date): Date {
  const { created, expires } = parameters;
  const seconds = now.getTime() / 1000;
  if (created === undefined) refuse("The signature does not say when it was created.");
  if (created > seconds + MAX_AHEAD) refuse("The signature was created in the future: set the clock.");
  if (created <= seconds - MAX_AGE) refuse(`The signature is older than ${MAX_AGE} seconds.`);
  if (expires !== undefined && expires <= seconds) refuse("The signature has expired.");
  return new Date((created + MAX_AGE) * 1000);
}

/**
 * Reads what a signed call claims (RFC 9421 section 3.2; identity.md "Programmatic clients"): Ed25519 over method,
 * target, and the body's digest where there is a body; created, nonce and keyid. Throws auth.signature.
 */
export function readSignedCall(headers: Headers, now: Date): SignedCall {
  const read = orRefuse(() => readSignature(headers));
  const { keyid, nonce, alg } = read.parameters;
  if (alg !== undefined && alg !== "ed25519") refuse("Calls are signed with ed25519.");
  if (keyid === undefined) refuse("The signature names no keyid: it is the API key's prefix.");
  if (nonce === undefined || !NONCE.test(nonce))
    refuse("The signature has no nonce of 16 to 128 visible characters.");
  const covered = new Set(read.components.map(({ id }) => id));
  for (const id of REQUIRED) if (!covered.has(id)) refuse(`The signature does not cover ${id}.`);
  const until = timesOf(read, now);
  const header = covered.has("content-digest") ? headers.get("content-digest") : null;
  const bodyDigest = header === null ? undefined : orRefuse(() => readContentDigest(header));
  return { read, keyId: keyid, nonce, until, bodyDigest };
}

/** Whether the signature is that key's over this call. Throws auth.signature where a covered part is missing. */
export function holdsFor(call: SignedCall, signingKey: string, request: Request, target: string): boolean {
  const message = { method: request.method, url: target, headers: request.headers };
  const base = orRefuse(() => signatureBase(message, call.read));
  return ed25519Verify(fromBase64url(signingKey), base, call.read.signature);
}
