import { ed25519PublicKey, generateX25519, randomBytes } from "./primitives";

/** Both halves, 32 bytes each. */
export interface KeyPair {
  readonly publicKey: Uint8Array;
  readonly privateKey: Uint8Array;
}

/** Returns a fresh X25519 key pair (RFC 7748). Envelopes are sealed to it. */
export function generateKeyPair(): KeyPair {
  return generateX25519();
}

/** Returns a fresh Ed25519 key pair (RFC 8032) to sign calls. The private key is the seed. */
export function generateSigningKeyPair(): KeyPair {
  const privateKey = randomBytes(32);
  return { publicKey: ed25519PublicKey(privateKey), privateKey };
}
