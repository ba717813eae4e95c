import { serializeDictionary } from "structured-headers";
import { toBase64url, utf8 } from "@/lib/crypto/bytes";
import { contentDigest } from "@/lib/crypto/http-signature/content-digest";
import { signatureBase, signatureInput } from "@/lib/crypto/http-signature/signature-base";
import { ed25519Sign, randomBytes } from "@/lib/crypto/primitives";
import type { PreparedCall } from "./client";

/** How calls are signed (identity.md "Programmatic clients"). */
export interface SigningOptions {
  /** The API key's prefix, the ten characters after `sp_`: the server stores the public key with it. */
  readonly keyId: string;
  /** The Ed25519 seed, 32 bytes, or a private CryptoKey, which need not be extractable. */
  readonly privateKey: Uint8Array | CryptoKey;
}

const NONCE_BYTES = 18;
const LABEL = "sealport";
/**
 * Headers that also define the call's meaning, where it has them: anyone can change a header that no signature covers.
 */
const COVERED_FIELDS = ["content-digest", "content-type", "idempotency-key", "if-match"];

async function signatureOf(privateKey: SigningOptions["privateKey"], base: Uint8Array): Promise<Uint8Array> {
  if (privateKey instanceof Uint8Array) return ed25519Sign(privateKey, base);
  return new Uint8Array(await crypto.subtle.sign("Ed25519", privateKey, Uint8Array.from(base)));
}

/** Returns a call whose body is bytes: a form's boundary is chosen here, so that the signed bytes are the sent ones. */
export async function withBodyBytes(
  call: PreparedCall,
): Promise<PreparedCall & { readonly body?: Uint8Array<ArrayBuffer> }> {
  const { body, ...rest } = call;
  if (body === undefined) return rest;
  if (typeof body === "string") return { ...rest, body: Uint8Array.from(utf8(body)) };
  const read = new Response(body);
  const headers = new Headers(call.headers);
  const type = read.headers.get("content-type");
  if (type !== null) headers.set("content-type", type);
  return { ...rest, headers, body: new Uint8Array(await read.arrayBuffer()) };
}

/**
 * The call with its signature (RFC 9421): Ed25519 over method, target, the body's SHA-256 (RFC 9530) and type, and the headers
 * that define the call's meaning, with its own time and nonce. Each attempt is signed again, since the server takes a
 * nonce once.
 */
export async function signCall(
  call: PreparedCall,
  { keyId, privateKey }: SigningOptions,
  nowMs: number,
): Promise<PreparedCall> {
  const sent = await withBodyBytes(call);
  const headers = new Headers(sent.headers);
  if (sent.body !== undefined) headers.set("content-digest", contentDigest(sent.body));
  const fields = COVERED_FIELDS.filter((name) => headers.has(name));
  const components = ["@method", "@target-uri", ...fields].map((id) => ({ id }));
  const input = signatureInput(components, {
    created: Math.floor(nowMs / 1000),
    nonce: toBase64url(randomBytes(NONCE_BYTES)),
    keyid: keyId,
    alg: "ed25519",
  });
  const message = { method: call.method, url: call.url, headers };
  const signature = await signatureOf(privateKey, signatureBase(message, { components, input }));
  headers.set("signature-input", `${LABEL}=${input}`);
  headers.set("signature", serializeDictionary(new Map([[LABEL, [Uint8Array.from(signature), new Map()]]])));
  return { ...sent, headers };
}
