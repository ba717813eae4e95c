import { Kdf, KEY_BYTES } from "@/lib/keystore/keystore-types";
import "server-only";
import { readFileSync } from "node:fs";
import { z } from "zod";
import { concat, fromBase64url, toBase64url } from "@/lib/crypto/bytes";
import { canonicalBytes } from "@/lib/crypto/json/canonical-json";
import { aesGcmOpen, aesGcmSeal, randomBytes, scrypt } from "@/lib/crypto/primitives";
import type { Unlock } from "@/lib/env/custody";
import { KeystoreError } from "@/lib/keystore/keystore-types";
import {
  contextMembers,
  type RootCustody,
  type WrapContext,
  type WrappedKey,
} from "@/lib/keystore/roots/root-custody";

const IV_BYTES = 12;
const TAG_BYTES = 16;
const SALT_BYTES = 16;

const SCRYPT_N = 2 ** 17;

const Text = z.string().regex(/^[A-Za-z0-9_-]+$/);
const Sealed = z.strictObject({ v: z.literal(1), kdf: Kdf, sealed: Text });

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
  if (key.length !== KEY_BYTES) throw missingKeyFile(file);
  return key;
}

/** Returns fresh derivation parameters for this kind of unlock. */
export function newKdf(unlock: Unlock): Kdf {
  return "keyFile" in unlock
    ? { kind: "key-file" }
    : { kind: "scrypt", salt: toBase64url(randomBytes(SALT_BYTES)), n: SCRYPT_N, r: 8, p: 1 };
}

/** Returns the key of an unlock. The operator's error line names `where` if it is the wrong kind. */
export async function unlockKey(unlock: Unlock, kdf: Kdf, where: string): Promise<Uint8Array> {
  const isFile = "keyFile" in unlock;
  if (isFile && kdf.kind === "key-file") return readKeyFile(unlock.keyFile);
  if (isFile || kdf.kind === "key-file") {
    const wanted =
      kdf.kind === "key-file"
        ? "a key file: start without KEK_PASSPHRASE"
        : "a passphrase: set KEK_PASSPHRASE to it";
    throw new KeystoreError("keystore.wrong-unlock", `${where} is opened by ${wanted}`);
  }
  const cost = { N: kdf.n, r: kdf.r, p: kdf.p };
  return scrypt(unlock.passphrase.normalize("NFC"), fromBase64url(kdf.salt), cost, KEY_BYTES);
}

/** Returns iv ‖ ciphertext ‖ tag with AES-256-GCM, as base64url. */
export function sealText(key: Uint8Array, aad: Uint8Array, secret: Uint8Array): string {
  const iv = randomBytes(IV_BYTES);
  const { ciphertext, tag } = aesGcmSeal(key, iv, secret, aad);
  return toBase64url(concat(iv, ciphertext, tag));
}

/** Inverse of sealText. Throws OpenError, and FormatError if the text is not base64url. */
export function openText(key: Uint8Array, aad: Uint8Array, text: string): Uint8Array {
  const bytes = fromBase64url(text);
  const body = bytes.subarray(IV_BYTES, bytes.length - TAG_BYTES);
  return aesGcmOpen(key, bytes.subarray(0, IV_BYTES), body, bytes.subarray(bytes.length - TAG_BYTES), aad);
}

function aadOf(context: WrapContext): Uint8Array {
  return canonicalBytes({ ...contextMembers(context) });
}

class LocalCustody implements RootCustody {
  readonly kind = "local";
  readonly name = "";

  readonly #unlock: Unlock;

  constructor(unlock: Unlock) {
    this.#unlock = unlock;
  }

  async wrap(context: WrapContext, key: Uint8Array): Promise<WrappedKey> {
    const kdf = newKdf(this.#unlock);
    const own = await unlockKey(this.#unlock, kdf, "a keystore");
    const text = JSON.stringify({ v: 1, kdf, sealed: sealText(own, aadOf(context), key) });
    own.fill(0);
    return { key: kdf.kind, wrapped: text };
  }

  async unwrap(context: WrapContext, { wrapped }: WrappedKey): Promise<Uint8Array> {
    const { kdf, sealed } = this.parse(wrapped);
    const own = await unlockKey(this.#unlock, kdf, "the keystore");
    try {
      return openText(own, aadOf(context), sealed);
    } catch (cause) {
      const what = "keyFile" in this.#unlock ? "key file" : "passphrase";
      throw new KeystoreError("keystore.refused", `the ${what} does not open this root key`, { cause });
    } finally {
      own.fill(0);
    }
  }

  async health(): Promise<{ readonly key: string }> {
    if ("keyFile" in this.#unlock) readKeyFile(this.#unlock.keyFile).fill(0);
    return { key: "keyFile" in this.#unlock ? "key-file" : "scrypt" };
  }

  private parse(wrapped: string): z.infer<typeof Sealed> {
    try {
      return Sealed.parse(JSON.parse(wrapped));
    } catch {
      throw new KeystoreError("keystore.refused", "the wrapped root key is no local one");
    }
  }
}

/** The root key wrapped by a key file or a passphrase on this machine, for evaluation. */
export function localRoot(unlock: Unlock): RootCustody {
  return new LocalCustody(unlock);
}
