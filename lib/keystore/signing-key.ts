import "server-only";
import { parseVkey, vkey } from "@/lib/crypto/log/signed-note";
import type { KeyRef, Keystore } from "@/lib/keystore/keystore";
import { KeystoreError } from "@/lib/keystore/keystore-types";

/** Names under which processes store their signing keys in their own keystore. */
export type SigningKeyName = "receipt" | "evaluation" | "log" | "cosigner" | "identity";

/** An Ed25519 key of this process. `name` is the key's public name, e.g. `<origin>/receipt`. */
export interface SigningKey {
  readonly name: string;
  readonly publicKey: Uint8Array;
  /** Signed-note verifier key, type 0x01. */
  readonly vkey: string;
  sign(message: Uint8Array): Promise<Uint8Array>;
  /** The same without waiting for the key service, for an act whose steps nothing may come between. */
  signNow(message: Uint8Array): Uint8Array;
}

/** Returns a signing key of the keystore by its name. Its public name is the one it was made for. */
export function loadSigningKey(keystore: Keystore, name: SigningKeyName): SigningKey {
  const ref: KeyRef | undefined = keystore.readNamedKey(name);
  if (ref === undefined) {
    throw new KeystoreError("keystore.missing", `the keystore ${keystore.id} has no key named ${name}`);
  }
  const text = vkey(ref.participant, ref.publicKey);
  return {
    name: parseVkey(text).name,
    publicKey: ref.publicKey,
    vkey: text,
    sign: (message) => keystore.sign(ref, message),
    signNow: (message) => keystore.signNow(ref, message),
  };
}
