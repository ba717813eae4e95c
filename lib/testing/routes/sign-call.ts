import { contentDigest } from "@/lib/crypto/http-signature/content-digest";
import { signatureBase, signatureInput } from "@/lib/crypto/http-signature/signature-base";
import { ed25519Sign } from "@/lib/crypto/primitives";
import { uuidv7 } from "@/lib/crypto/uuid";

/** A call to sign, with its body if it has one. */
export interface CallToSign {
  readonly method: string;
  readonly url: string;
  readonly headers: Headers;
  readonly body?: Uint8Array;
}

/** Adds the RFC 9421 signature that our API asks for to a call's headers. */
export function signCall(call: CallToSign, keyId: string, seed: Uint8Array): void {
  const { method, url, headers, body } = call;
  if (body !== undefined) headers.set("content-digest", contentDigest(body));
  const ids = ["@method", "@target-uri", ...(body === undefined ? [] : ["content-digest"])];
  const components = ids.map((id) => ({ id }));
  const created = Math.floor(Date.now() / 1000);
  const input = signatureInput(components, { created, nonce: uuidv7(Date.now()), keyid: keyId });
  const base = signatureBase({ method, url, headers }, { components, input });
  headers.set("signature-input", `sig=${input}`);
  headers.set("signature", `sig=:${Buffer.from(ed25519Sign(seed, base)).toString("base64")}:`);
}
