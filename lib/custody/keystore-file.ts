import "server-only";
import { readFileSync } from "node:fs";
import path from "node:path";
import { z } from "zod";
import { concat, equalConstantTime, fromBase64url, toBase64url, utf8 } from "@/lib/crypto/bytes";
import { canonicalBytes } from "@/lib/crypto/canonical-json";
import { kekCheck } from "@/lib/crypto/key-check";
import { aesGcmOpen, aesGcmSeal, randomBytes, scrypt } from "@/lib/crypto/primitives";
import { writeFileAtomic } from "@/lib/custody/atomic-file";
import { KeystoreError } from "@/lib/custody/keystore";

/** How the root key is had: a file of 32 random bytes (base64url), or a passphrase through scrypt. */
export type Unlock = { readonly keyFile: string } | { readonly passphrase: string };

/** Purposes with a key-encryption key of their own; `secrets` seals what is no key pair. */
export const KEK_NAMES = ["participant", "escrow", "log", "receipt", "custodian", "secrets"] as const;
export type KekName = (typeof KEK_NAMES)[number];

const Text = z.string().regex(/^[A-Za-z0-9_-]+$/);
const Kdf = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("key-file") }),
  z.strictObject({
    kind: z.literal("scrypt"),
    salt: Text,
    // Bounded, so that a tampered file cannot make a start run out of memory.
    n: z
      .int()
      .min(2 ** 14)
      .max(2 ** 20),
    r: z.literal(8),
    p: z.literal(1),
  }),
]);
const KeystoreFile = z.strictObject({
  v: z.literal(1),
  id: z.string().min(1).max(64),
  kdf: Kdf,
  check: Text,
  keks: z.array(z.strictObject({ name: z.enum(KEK_NAMES), id: z.string().min(1).max(64), sealed: Text })),
});
type KeystoreFile = z.infer<typeof KeystoreFile>;

export const KEYSTORE_FILE = "keystore.json";
const SCRYPT_N = 2 ** 17;
const KEK_BYTES = 32;
const IV_BYTES = 12;

export interface OpenedKeystore {
  readonly id: string;
  readonly keks: ReadonlyMap<KekName, { readonly id: string; readonly key: Uint8Array }>;
}

function damaged(dir: string): KeystoreError {
  return new KeystoreError(
    "keystore.damaged",
    `the keystore in ${dir} is damaged: restore ${KEYSTORE_FILE} from a backup`,
  );
}

function missingKeyFile(file: string): KeystoreError {
  return new KeystoreError("keystore.wrong-unlock", `the key file ${file} cannot be read or is no key file`);
}

function readKeyFile(file: string): Uint8Array {
  let key: Uint8Array;
  try {
    key = fromBase64url(readFileSync(file, "utf8").trim());
  } catch {
    throw missingKeyFile(file);
  }
  if (key.length !== KEK_BYTES) throw missingKeyFile(file);
  return key;
}

/** The root key; it lives only until the key-encryption keys are opened. */
async function rootKey(unlock: Unlock, kdf: KeystoreFile["kdf"], dir: string): Promise<Uint8Array> {
  const isFile = "keyFile" in unlock;
  if (isFile !== (kdf.kind === "key-file")) {
    const wanted =
      kdf.kind === "key-file"
        ? "a key file: start without KEK_PASSPHRASE"
        : "a passphrase: set KEK_PASSPHRASE to it";
    throw new KeystoreError("keystore.wrong-unlock", `the keystore in ${dir} is opened by ${wanted}`);
  }
  if (isFile) return readKeyFile(unlock.keyFile);
  if (kdf.kind !== "scrypt") throw damaged(dir);
  return scrypt(
    unlock.passphrase.normalize("NFC"),
    fromBase64url(kdf.salt),
    { N: kdf.n, r: kdf.r, p: kdf.p },
    KEK_BYTES,
  );
}

function kekAad(id: string, name: KekName, kekId: string): Uint8Array {
  return canonicalBytes({ v: 1, format: "sealport/keystore/1", keystore: id, name, kek: kekId });
}

function sealKek(root: Uint8Array, aad: Uint8Array, kek: Uint8Array): string {
  const iv = randomBytes(IV_BYTES);
  const { ciphertext, tag } = aesGcmSeal(root, iv, kek, aad);
  return toBase64url(concat(iv, ciphertext, tag));
}

function openKek(root: Uint8Array, aad: Uint8Array, sealed: string): Uint8Array {
  const bytes = fromBase64url(sealed);
  const body = bytes.subarray(IV_BYTES, bytes.length - 16);
  return aesGcmOpen(root, bytes.subarray(0, IV_BYTES), body, bytes.subarray(bytes.length - 16), aad);
}

function readFile(dir: string): KeystoreFile {
  let text: string;
  try {
    text = readFileSync(path.join(dir, KEYSTORE_FILE), "utf8");
  } catch {
    throw new KeystoreError("keystore.missing", `there is no readable keystore in ${dir}`);
  }
  try {
    const parsed = KeystoreFile.safeParse(JSON.parse(text));
    if (parsed.success && new Set(parsed.data.keks.map((kek) => kek.name)).size === KEK_NAMES.length)
      return parsed.data;
  } catch {
    throw damaged(dir);
  }
  throw damaged(dir);
}

/** Opens the keystore file: a wrong unlock and a damaged file are told apart by the check value. */
export async function openKeystoreFile(dir: string, unlock: Unlock): Promise<OpenedKeystore> {
  const file = readFile(dir);
  const root = await rootKey(unlock, file.kdf, dir);
  try {
    if (!equalConstantTime(kekCheck(root), decodeOr(dir, file.check))) {
      const what = "keyFile" in unlock ? "key file" : "passphrase";
      throw new KeystoreError("keystore.wrong-unlock", `the ${what} does not open the keystore in ${dir}`);
    }
    const keks = file.keks.map(({ name, id, sealed }) => {
      const key = openOr(dir, () => openKek(root, kekAad(file.id, name, id), sealed));
      return [name, { id, key }] as const;
    });
    return { id: file.id, keks: new Map(keks) };
  } finally {
    root.fill(0);
  }
}

function decodeOr(dir: string, text: string): Uint8Array {
  return openOr(dir, () => fromBase64url(text));
}

function openOr<T>(dir: string, step: () => T): T {
  try {
    return step();
  } catch {
    throw damaged(dir);
  }
}

/** Writes a new keystore file with fresh key-encryption keys. The caller made sure that there is none. */
export async function createKeystoreFile(dir: string, unlock: Unlock): Promise<void> {
  const kdf: KeystoreFile["kdf"] =
    "keyFile" in unlock
      ? { kind: "key-file" }
      : { kind: "scrypt", salt: toBase64url(randomBytes(16)), n: SCRYPT_N, r: 8, p: 1 };
  const root = await rootKey(unlock, kdf, dir);
  const id = `ks-${toBase64url(randomBytes(9))}`;
  const keks = KEK_NAMES.map((name) => {
    const kekId = `kek-${name}-1`;
    return { name, id: kekId, sealed: sealKek(root, kekAad(id, name, kekId), randomBytes(KEK_BYTES)) };
  });
  const file: KeystoreFile = { v: 1, id, kdf, check: toBase64url(kekCheck(root)), keks };
  root.fill(0);
  writeFileAtomic(path.join(dir, KEYSTORE_FILE), `${JSON.stringify(file, undefined, 1)}\n`);
}

/** Text of a fresh key file. */
export function newKeyFileText(): string {
  return `${toBase64url(randomBytes(KEK_BYTES))}\n`;
}

/** Associated data of a sealed secret. */
export function secretAad(kekId: string, context: string): Uint8Array {
  return utf8(`sealport/secret/1|${kekId}|${context}`);
}
