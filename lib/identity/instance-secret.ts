import "server-only";
import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { utf8 } from "@/lib/crypto/bytes";
import { hkdfSha256, randomBytes } from "@/lib/crypto/primitives";
import type { Keystore } from "@/lib/keystore/keystore";

const FILE = "idempotency.sealed";
const CONTEXT = "sealport/idempotency/1";

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && "code" in error && error.code === code;
}

async function readSealed(file: string): Promise<Uint8Array | undefined> {
  try {
    return Uint8Array.from(await readFile(file));
  } catch (error) {
    if (isCode(error, "ENOENT")) return undefined;
    throw error;
  }
}

/**
 * Returns the instance key that compares bodies of idempotent calls. It is made at first use and sealed in the portal's
 * key folder. So a person who reads the database cannot guess a body from its stored digest.
 */
export async function openInstanceSecret(keystore: Keystore, keyDir: string): Promise<Uint8Array> {
  const file = path.join(keyDir, FILE);
  const known = await readSealed(file);
  if (known !== undefined) return keystore.openSecret(CONTEXT, known);
  const secret = randomBytes(32);
  try {
    await writeFile(file, keystore.sealSecret(CONTEXT, secret), { mode: 0o600, flag: "wx" });
    return secret;
  } catch (error) {
    // Another process was first, so its secret is used.
    const theirs = isCode(error, "EEXIST") ? await readSealed(file) : undefined;
    if (theirs === undefined) throw error;
    return keystore.openSecret(CONTEXT, theirs);
  }
}

const SESSION_INFO = utf8("sealport/session/1");

/** Returns the key that signs session cookies, derived from the instance secret. */
export function deriveSessionSecret(instanceSecret: Uint8Array): Uint8Array {
  return hkdfSha256(instanceSecret, new Uint8Array(0), SESSION_INFO, 32);
}

const API_KEY_INFO = utf8("sealport/api-key/1");

/** The secrets needed to hash and check API keys. */
export interface ApiKeySecret {
  /** Key of the stored API key hashes: derived, never the instance secret itself. */
  readonly apiKeySecret: Uint8Array;
}

/** Returns the key that hashes API keys, derived from the instance secret. */
export function deriveApiKeySecret(instanceSecret: Uint8Array): Uint8Array {
  return hkdfSha256(instanceSecret, new Uint8Array(0), API_KEY_INFO, 32);
}

const CASE_INFO = utf8("sealport/case/1");

/** Returns the key that makes the ids of cases, derived from the instance secret. */
export function deriveCaseKey(instanceSecret: Uint8Array): Uint8Array {
  return hkdfSha256(instanceSecret, new Uint8Array(0), CASE_INFO, 32);
}

const LIMIT_INFO = utf8("sealport/limit/1");

/** Returns the key that hashes actors where calls are counted, derived from the instance secret. */
export function deriveLimitSecret(instanceSecret: Uint8Array): Uint8Array {
  return hkdfSha256(instanceSecret, new Uint8Array(0), LIMIT_INFO, 32);
}
