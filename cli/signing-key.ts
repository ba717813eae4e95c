import { z } from "zod";
import { fromBase64url, toBase64url } from "@/lib/crypto/bytes";
import { ed25519PublicKey } from "@/lib/crypto/primitives";
import { usage } from "./exit";
import { readNamed } from "./files";
import type { Host } from "./host";

const Jwk = z.looseObject({
  kty: z.literal("OKP"),
  crv: z.literal("Ed25519"),
  d: z.string(),
  kid: z.string().optional(),
});

/** An Ed25519 key from a file: the seed, and the id that the file names. */
export interface SigningKey {
  readonly seed: Uint8Array;
  readonly keyId: string | undefined;
}

/** Reads a private JWK (RFC 8037), as `interop/signed-call.mjs new` makes it. Throws CliError (usage). */
export async function readSigningKey(host: Host, file: string): Promise<SigningKey> {
  const text = (await readNamed(host, file, 1 << 16)).toString("utf8");
  try {
    const { d, kid } = Jwk.parse(JSON.parse(text));
    const seed = fromBase64url(d);
    if (seed.length !== 32) throw new TypeError("32 bytes expected");
    return { seed, keyId: kid };
  } catch {
    throw usage(`${file} is not a private Ed25519 key as a JWK`);
  }
}

/** The public key, as an API key names it: base64url of 32 bytes. */
export function publicHalf(seed: Uint8Array): string {
  return toBase64url(ed25519PublicKey(seed));
}
