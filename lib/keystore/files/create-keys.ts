import "server-only";
import { toBase64url } from "@/lib/crypto/bytes";
import { cosignerVkey, vkey } from "@/lib/crypto/log/signed-note";
import { ed25519PublicKey, generateX25519, randomBytes } from "@/lib/crypto/primitives";
import { OperatorError } from "@/lib/errors";
import type { KeyPurpose, KeyRef, Keystore } from "@/lib/keystore/keystore";
import { loadSigningKey, type SigningKeyName } from "@/lib/keystore/signing-key";

export const PROCESSES = ["portal", "worker", "signer", "custodian", "witness"] as const;
export type KeyedProcess = (typeof PROCESSES)[number];

/** Public keys that the supervisor pins. */
export interface CreatedKeys {
  readonly vkeys: Readonly<Record<string, string>>;
  readonly escrow?: { readonly epoch: number; readonly public_key: string };
}

interface Wanted {
  readonly name: SigningKeyName;
  readonly purpose: KeyPurpose;
  readonly publicName: (origin: string) => string;
}

const SIGNING_KEYS: Readonly<Record<KeyedProcess, readonly Wanted[]>> = {
  portal: [
    { name: "receipt", purpose: "receipt", publicName: (origin) => `${origin}/receipt` },
    { name: "evaluation", purpose: "receipt", publicName: (origin) => `${origin}/evaluation` },
  ],
  worker: [],
  signer: [{ name: "log", purpose: "log", publicName: (origin) => origin }],
  custodian: [{ name: "identity", purpose: "custodian", publicName: (origin) => `${origin}/custodian` }],
  witness: [{ name: "cosigner", purpose: "log", publicName: (origin) => `${origin}/witness` }],
};

function seal(keystore: Keystore, key: Omit<KeyRef, "blob" | "kek">, privateKey: Uint8Array): KeyRef {
  const { blob, kek } = keystore.sealPrivateKey({ ...key, privateKey });
  privateKey.fill(0);
  return { ...key, blob, kek };
}

function ensureSigningKey(keystore: Keystore, wanted: Wanted, origin: string): void {
  if (keystore.readNamedKey(wanted.name) !== undefined) return;
  const seed = randomBytes(32);
  const key = {
    purpose: wanted.purpose,
    participant: wanted.publicName(origin),
    version: 1,
    publicKey: ed25519PublicKey(seed),
  };
  keystore.writeNamedKey(wanted.name, seal(keystore, key, seed));
}

/** Name under which the custodian keeps an epoch's key. */
export function escrowKeyName(epoch: number): string {
  return `escrow-${epoch}`;
}

/** Makes the custodian's key of an epoch unless it exists. */
export function ensureEscrowKey(keystore: Keystore, origin: string, epoch: number): KeyRef {
  const known = keystore.readNamedKey(escrowKeyName(epoch));
  if (known !== undefined) return known;
  const { publicKey, privateKey } = generateX25519();
  const ref = seal(
    keystore,
    { purpose: "escrow", participant: origin, version: epoch, publicKey },
    privateKey,
  );
  keystore.writeNamedKey(escrowKeyName(epoch), ref);
  return ref;
}

/** Makes the missing keys of a process, and returns all public keys. Throws OperatorError for keys of another log. */
export function createKeys(keystore: Keystore, process: KeyedProcess, origin: string): CreatedKeys {
  const vkeys: Record<string, string> = {};
  for (const wanted of SIGNING_KEYS[process]) {
    ensureSigningKey(keystore, wanted, origin);
    const key = loadSigningKey(keystore, wanted.name);
    if (key.name !== wanted.publicName(origin)) {
      throw new OperatorError(
        `LOG_ORIGIN is ${origin}, and the ${wanted.name} key in KEY_DIR was made for ${key.name}`,
      );
    }
    vkeys[wanted.name] =
      wanted.name === "cosigner" ? cosignerVkey(key.name, key.publicKey) : vkey(key.name, key.publicKey);
  }
  if (process !== "custodian") return { vkeys };
  const escrow = ensureEscrowKey(keystore, origin, 1);
  return { vkeys, escrow: { epoch: 1, public_key: toBase64url(escrow.publicKey) } };
}

/**
 * Makes the key of a separate witness under its own name, unless it exists. Returns its verifier key. Throws TypeError
 * when the keystore has the key of another name.
 */
export function createWitnessKey(keystore: Keystore, name: string): string {
  ensureSigningKey(keystore, { name: "cosigner", purpose: "log", publicName: () => name }, name);
  const key = loadSigningKey(keystore, "cosigner");
  if (key.name !== name) throw new TypeError(`the witness's key was made for ${key.name}, not for ${name}`);
  return cosignerVkey(key.name, key.publicKey);
}
