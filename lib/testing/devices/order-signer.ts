import { CompactSign, generateKeyPair } from "jose";
import { confirmAuthority } from "@/lib/authorities/registry/confirm-authority";
import { registerAuthority } from "@/lib/authorities/registry/register-authority";
import { utf8 } from "@/lib/crypto/bytes";
import { canonicalJson, type Json } from "@/lib/crypto/json/canonical-json";
import type { RequestPerson } from "@/lib/testing/benches/request-bench";

/** An authority's key, made by another library, and what signs orders with it. */
export interface OrderSigner {
  readonly kid: string;
  readonly publicKey: string;
  sign(order: Readonly<Record<string, Json>>, header?: object): Promise<string>;
}

export async function createOrderSigner(kid: string): Promise<OrderSigner> {
  const pair = await generateKeyPair("EdDSA", { extractable: true });
  const { x = "" } = await globalThis.crypto.subtle.exportKey("jwk", pair.publicKey);
  return {
    kid,
    publicKey: x,
    sign: (order, header = {}) =>
      new CompactSign(utf8(canonicalJson(order)))
        .setProtectedHeader({ alg: "EdDSA", kid, typ: "sealport-order+jws", ...header })
        .sign(pair.privateKey),
  };
}

/** Registers the key by one person and confirms it by another. Returns the registration's id. */
export async function registerSigner(
  signer: OrderSigner,
  of: { readonly issuer: string; readonly jurisdiction: string },
  [first, second]: readonly [RequestPerson, RequestPerson],
): Promise<string> {
  const { id, digest } = await registerAuthority(first, {
    kind: "key",
    issuer: of.issuer,
    jurisdiction: of.jurisdiction,
    kid: signer.kid,
    public_key: signer.publicKey,
    valid_from: new Date(Date.now() - 86_400_000).toISOString(),
    valid_until: new Date(Date.now() + 300 * 86_400_000).toISOString(),
  });
  await confirmAuthority(second, id, { digest });
  return id;
}
