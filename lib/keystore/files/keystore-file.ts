import "server-only";
import { closeSync, openSync, readFileSync, unlinkSync } from "node:fs";
import path from "node:path";
import { z } from "zod";
import { toBase64url, utf8 } from "@/lib/crypto/bytes";
import { canonicalBytes } from "@/lib/crypto/json/canonical-json";
import { hmacSha256, randomBytes } from "@/lib/crypto/primitives";
import type { Unlock } from "@/lib/env/custody";
import { writeFileAtomic } from "@/lib/keystore/files/atomic-file";
import { Kdf, KEY_BYTES, KeystoreError } from "@/lib/keystore/keystore-types";
import { newKdf, sealText, unlockKey } from "@/lib/keystore/roots/local-root";
import { CUSTODY_KINDS } from "@/lib/keystore/roots/root-custody";

const LABEL = utf8("sealport/kek-check/1");

/**
 * Returns the check value of a key-encryption key: HMAC-SHA-256(KEK, `sealport/kek-check/1`). It is stored with secret
 * shares, because too few or tampered shares give a wrong key without an error.
 */
export function kekCheck(kek: Uint8Array): Uint8Array {
  return hmacSha256(kek, LABEL);
}

/** Purposes with their own key-encryption key. `secrets` seals data other than key pairs. */
export const KEK_NAMES = ["participant", "escrow", "log", "receipt", "custodian", "secrets"] as const;
export type KekName = (typeof KEK_NAMES)[number];

const Text = z.string().regex(/^[A-Za-z0-9_-]+$/);
const Id = z.string().min(1).max(64);
const Keks = z
  .array(z.strictObject({ name: z.enum(KEK_NAMES), id: Id, sealed: Text }))
  .refine((keks) => new Set(keks.map((kek) => kek.name)).size === KEK_NAMES.length);

/** The first format: the key of the unlock itself wraps the key-encryption keys. */
const FileV1 = z.strictObject({ v: z.literal(1), id: Id, kdf: Kdf, check: Text, keks: Keks });

const standing = { n: z.int().min(1), state: z.enum(["staged", "current", "old"]) };
const Root = z.union([
  z.strictObject({ ...standing, kdf: Kdf, check: Text, keks: Keks }),
  z.strictObject({
    ...standing,
    custody: z.strictObject({
      kind: z.enum(CUSTODY_KINDS),
      name: z.string().max(1_000),
      key: z.string().min(1).max(1_000),
      wrapped: z.string().min(1).max(20_000),
    }),
    check: Text,
    keks: Keks,
  }),
]);
/** One root key and the key-encryption keys that it wraps. The keys are the same under every root of a file. */
export type Root = z.infer<typeof Root>;

/** The second format, from the first move on: one current root, at most one staged and one old. */
const FileV2 = z.strictObject({
  v: z.literal(2),
  id: Id,
  roots: z.array(Root).refine((roots) => {
    const count = (state: Root["state"]) => roots.filter((root) => root.state === state).length;
    const isOnce = new Set(roots.map((root) => root.n)).size === roots.length;
    return isOnce && count("current") === 1 && count("staged") <= 1 && count("old") <= 1;
  }),
});
export type KeystoreRoots = z.infer<typeof FileV2>;

export const KEYSTORE_FILE = "keystore.json";

export function damaged(dir: string): KeystoreError {
  return new KeystoreError(
    "keystore.damaged",
    `the keystore in ${dir} is damaged: restore ${KEYSTORE_FILE} from a backup`,
  );
}

/** Returns the keystore of a folder. The first format is returned as a file with one root. */
export function readRoots(dir: string): KeystoreRoots {
  let text: string;
  try {
    text = readFileSync(path.join(dir, KEYSTORE_FILE), "utf8");
  } catch {
    throw new KeystoreError("keystore.missing", `KEY_DIR has no readable keystore: ${dir}`);
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw damaged(dir);
  }
  const first = FileV1.safeParse(value);
  if (first.success) {
    const { id, kdf, check, keks } = first.data;
    return { v: 2, id, roots: [{ n: 1, state: "current", kdf, check, keks }] };
  }
  const second = FileV2.safeParse(value);
  if (!second.success) throw damaged(dir);
  return second.data;
}

/** Writes the second format. */
export function writeRoots(dir: string, file: KeystoreRoots): void {
  writeFileAtomic(path.join(dir, KEYSTORE_FILE), `${JSON.stringify(file, undefined, 1)}\n`);
}

/** Associated data of a key-encryption key under a root. */
export function kekAad(id: string, root: Root, name: KekName, kekId: string): Uint8Array {
  return "kdf" in root
    ? canonicalBytes({ v: 1, format: "sealport/keystore/1", keystore: id, name, kek: kekId })
    : canonicalBytes({
        v: 2,
        format: "sealport/keystore/2",
        keystore: id,
        root: root.n,
        name,
        kek: kekId,
      });
}

/** Returns a name for a new keystore. */
export function newKeystoreId(): string {
  return `ks-${toBase64url(randomBytes(9))}`;
}

/** Returns fresh key-encryption keys for a new keystore. */
export function newKeks(): ReadonlyMap<KekName, { readonly id: string; readonly key: Uint8Array }> {
  return new Map(KEK_NAMES.map((name) => [name, { id: `kek-${name}-1`, key: randomBytes(KEY_BYTES) }]));
}

/** Writes a new local keystore with fresh key-encryption keys. The caller has checked that none exists. */
export async function createKeystoreFile(dir: string, unlock: Unlock): Promise<void> {
  const kdf = newKdf(unlock);
  const key = await unlockKey(unlock, kdf, `the keystore in ${dir}`);
  const id = newKeystoreId();
  const root: Root = { n: 1, state: "current", kdf, check: toBase64url(kekCheck(key)), keks: [] };
  const keks = [...newKeks()].map(([name, kek]) => ({
    name,
    id: kek.id,
    sealed: sealText(key, kekAad(id, root, name, kek.id), kek.key),
  }));
  key.fill(0);
  const file = { v: 1, id, kdf, check: root.check, keks };
  writeFileAtomic(path.join(dir, KEYSTORE_FILE), `${JSON.stringify(file, undefined, 1)}\n`);
}

/** Text of a fresh key file. */
export function newKeyFileText(): string {
  return `${toBase64url(randomBytes(KEY_BYTES))}\n`;
}

/** Associated data of a sealed secret. */
export function secretAad(kekId: string, context: string): Uint8Array {
  return utf8(`sealport/secret/1|${kekId}|${context}`);
}

/**
 * Runs one read and one write without a pause between, while a lock file exists. A lock is never taken over, because that
 * cannot be done safely.
 */
export function withKeystoreLock<T>(dir: string, act: () => T): T {
  const file = path.join(dir, `${KEYSTORE_FILE}.lock`);
  try {
    closeSync(openSync(file, "wx", 0o600));
  } catch {
    throw new KeystoreError(
      "keystore.unusable",
      `the keystore in ${dir} is being changed by another process; if none runs, remove ${file}`,
    );
  }
  try {
    return act();
  } finally {
    unlinkSync(file);
  }
}
