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

/** Maximum age of a signature, and how far ahead the caller's clock may be (seconds). */
const MAX_AGE = 300;
const MAX_AHEAD = 60;
const NONCE = /^[\x21-\x7e]{16,128}$/;
const REQUIRED = ["@method", "@target-uri"] as const;

/** The parts of a call that a signature may cover; its body is covered by its digest. */
export interface SignableRequest {
  readonly method: string;
  readonly url: string | URL;
  readonly headers: Pick<Headers, "get" | "has">;
}

/** A call's signature, parsed and within its time, not yet verified. */
export interface SignedCall {
  readonly read: MessageSignature;
  /** Prefix of the API key. */
  readonly keyId: string;
  readonly nonce: string;
  /** End of the signature's time at every portal; its nonce is kept until then. */
  readonly until: Date;
  /** SHA-256 in the signature for the body; absent if the call has no body. */
  readonly bodyDigest: Uint8Array | undefined;
}

function refuse(detail: string): never {
  throw new DomainError("auth.signature", { detail });
}

/**
 * Runs an act on bytes from the caller. If lib/crypto refuses them, the fault is the caller's: throws auth.signature.
 */
function orRefuse<T>(run: () => T): T {
  try {
    return run();
  } catch (error) {
    if (error instanceof FormatError) return refuse(`${error.message}.`);
    throw error;
  }
}

/**
 * Returns whether a call claims to be signed. A call with only one of the two headers counts as signed, and is then
 * refused.
 */
export function isSigned(headers: Pick<Headers, "has">): boolean {
  return headers.has("signature") || headers.has("signature-input");
}

/** Returns the address that a signature must name: one of the portal's own origins, per the call's Host. */
export function targetUri(site: Site, request: SignableRequest): string {
  const host = request.headers.get("host")?.toLowerCase();
  const origin = site.origins.find((known) => new URL(known).host === host);
  if (origin === undefined) refuse(`A signed call must go to ${site.origin}.`);
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
 * Returns the claims of a signed call (RFC 9421 section 3.2; identity.md "Programmatic clients"). The Ed25519 signature
 * covers method, target, created, nonce and keyid. It also covers the body's digest if the call has a body. Throws
 * auth.signature.
 */
export function readSignedCall(headers: Pick<Headers, "get">, now: Date): SignedCall {
  const read = orRefuse(() => readSignature(headers));
  const { keyid, nonce, alg } = read.parameters;
  if (alg !== undefined && alg !== "ed25519") refuse("Calls must be signed with ed25519.");
  if (keyid === undefined) refuse("The signature has no keyid. Use the API key's prefix.");
  if (nonce === undefined || !NONCE.test(nonce))
    refuse("The signature has no nonce of 16 to 128 visible characters.");
  const covered = new Set(read.components.map(({ id }) => id));
  for (const id of REQUIRED) if (!covered.has(id)) refuse(`The signature does not cover ${id}.`);
  const until = timesOf(read, now);
  const header = covered.has("content-digest") ? headers.get("content-digest") : null;
  const bodyDigest = header === null ? undefined : orRefuse(() => readContentDigest(header));
  return { read, keyId: keyid, nonce, until, bodyDigest };
}

/** Returns whether this key's signature over the call is valid. Throws auth.signature if a covered part is missing. */
export function holdsFor(
  call: SignedCall,
  signingKey: string,
  request: SignableRequest,
  target: string,
): boolean {
  const message = { method: request.method, url: target, headers: request.headers };
  const base = orRefuse(() => signatureBase(message, call.read));
  return ed25519Verify(fromBase64url(signingKey), base, call.read.signature);
}
