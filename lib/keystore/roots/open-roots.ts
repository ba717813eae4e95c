import "server-only";
import { equalConstantTime, fromBase64url, toBase64url } from "@/lib/crypto/bytes";
import { randomBytes } from "@/lib/crypto/primitives";
import type { Unlock } from "@/lib/env/custody";
import {
  damaged,
  type KekName,
  type KeystoreRoots,
  kekAad,
  kekCheck,
  type Root,
  readRoots,
} from "@/lib/keystore/files/keystore-file";
import { KEY_BYTES, KeystoreError } from "@/lib/keystore/keystore-types";
import { localRoot, openText, sealText, unlockKey } from "@/lib/keystore/roots/local-root";
import { custodyText, type RootCustody } from "@/lib/keystore/roots/root-custody";

/** How a process opens its root key: the custody, and for local ones the unlock for older files. */
export interface Holder {
  readonly custody: RootCustody;
  readonly unlock?: Unlock;
}

/** Returns a local custody. */
export function localHolder(unlock: Unlock): Holder {
  return { custody: localRoot(unlock), unlock };
}

/** The key-encryption keys by purpose, in memory. */
export type KekMap = ReadonlyMap<KekName, { readonly id: string; readonly key: Uint8Array }>;

export interface OpenedKeystore {
  readonly id: string;
  readonly keks: KekMap;
  readonly root: Root;
}

/** Text in SEALPORT_CUSTODY for starting with a root. */
export function rootText(root: Root): string {
  return "kdf" in root ? "local" : custodyText(root.custody);
}

const ORDER = ["staged", "current", "old"] as const;

function isHeldBy(root: Root, { custody }: Holder): boolean {
  if ("kdf" in root) return custody.kind === "local";
  return root.custody.kind === custody.kind && root.custody.name === custody.name;
}

function openOr<T>(dir: string, step: () => T): T {
  try {
    return step();
  } catch {
    throw damaged(dir);
  }
}

function directUnlock(dir: string, { unlock }: Holder): Unlock {
  if (unlock !== undefined) return unlock;
  throw new KeystoreError(
    "keystore.wrong-unlock",
    `the keystore in ${dir} is a local one: set KEK_FILE or KEK_PASSPHRASE`,
  );
}

function requireCheck(dir: string, root: Root, key: Uint8Array, holder: Holder): void {
  if (
    equalConstantTime(
      kekCheck(key),
      openOr(dir, () => fromBase64url(root.check)),
    )
  )
    return;
  if (!("kdf" in root)) throw damaged(dir);
  const what = "keyFile" in directUnlock(dir, holder) ? "key file of KEK_FILE" : "passphrase";
  throw new KeystoreError("keystore.wrong-unlock", `the ${what} does not open the keystore in ${dir}`);
}

/** Returns the root key itself. The caller zeroes it. */
async function rootKey(dir: string, id: string, root: Root, holder: Holder): Promise<Uint8Array> {
  if ("kdf" in root) return unlockKey(directUnlock(dir, holder), root.kdf, `the keystore in ${dir}`);
  const { key, wrapped } = root.custody;
  return holder.custody.unwrap({ keystore: id, root: String(root.n) }, { key, wrapped });
}

function notHeld(dir: string, roots: readonly Root[], { custody }: Holder): KeystoreError {
  const known = roots.map(rootText).join(" or ");
  return new KeystoreError(
    "keystore.wrong-unlock",
    `the keystore in ${dir} is not held by ${custodyText(custody)}: set SEALPORT_CUSTODY to ${known}, or move it`,
  );
}

/** Returns the key-encryption keys of a root key. The caller owns and zeroes the root key. */
export function openKeks(dir: string, id: string, root: Root, key: Uint8Array): OpenedKeystore {
  const keks = root.keks.map(({ name, id: kekId, sealed }) => {
    const kek = openOr(dir, () => openText(key, kekAad(id, root, name, kekId), sealed));
    return [name, { id: kekId, key: kek }] as const;
  });
  return { id, root, keks: new Map(keks) };
}

/** Zeroes opened keys. */
export function zeroKeks(keks: KekMap): void {
  for (const { key } of keks.values()) key.fill(0);
}

/** Lends the root key of one root of a file, after its custody unwrapped it and its check value matched. */
export async function withRootKey<T>(
  dir: string,
  id: string,
  root: Root,
  holder: Holder,
  use: (key: Uint8Array) => T | Promise<T>,
): Promise<T> {
  if (!isHeldBy(root, holder)) throw notHeld(dir, [root], holder);
  const key = await rootKey(dir, id, root, holder);
  try {
    requireCheck(dir, root, key, holder);
    return await use(key);
  } finally {
    key.fill(0);
  }
}

/** Opens one root of a file and all its keys. */
export function openRoot(dir: string, id: string, root: Root, holder: Holder): Promise<OpenedKeystore> {
  return withRootKey(dir, id, root, holder, (key) => openKeks(dir, id, root, key));
}

/** Returns the roots that a custody may open. A staged one is first, so that it is tried before anything depends on it. */
function candidates(dir: string, file: KeystoreRoots, holder: Holder): Root[] {
  const held = ORDER.flatMap((state) => file.roots.filter((root) => root.state === state)).filter((root) =>
    isHeldBy(root, holder),
  );
  if (held.length > 0) return held;
  throw notHeld(dir, file.roots, holder);
}

/** Opens a keystore with the first root that this custody opens. A wrong unlock and a damaged file have different errors. */
export async function openKeystoreRoots(dir: string, holder: Holder): Promise<OpenedKeystore> {
  const file = readRoots(dir);
  let failure: unknown;
  for (const root of candidates(dir, file, holder)) {
    try {
      return await openRoot(dir, file.id, root, holder);
    } catch (error) {
      if (!(error instanceof KeystoreError)) throw error;
      failure = error;
    }
  }
  throw failure;
}

/** Opens a local keystore in the same way. */
export function openKeystoreFile(dir: string, unlock: Unlock): Promise<OpenedKeystore> {
  return openKeystoreRoots(dir, localHolder(unlock));
}

/**
 * Returns a fresh root key wrapped by a custody, with these key-encryption keys wrapped by it. It is unwrapped once
 * before the return, so that no unusable root is written.
 */
export async function wrapRoot(
  place: { readonly id: string; readonly n: number; readonly state: Root["state"] },
  keks: KekMap,
  custody: RootCustody,
): Promise<Root> {
  const key = randomBytes(KEY_BYTES);
  const context = { keystore: place.id, root: String(place.n) };
  try {
    const wrapped = await custody.wrap(context, key);
    const again = await custody.unwrap(context, wrapped);
    const isSame = equalConstantTime(again, key);
    again.fill(0);
    if (!isSame)
      throw new KeystoreError("keystore.unusable", `${custodyText(custody)} gave back another key`);
    const bare: Root = {
      n: place.n,
      state: place.state,
      custody: { kind: custody.kind, name: custody.name, ...wrapped },
      check: toBase64url(kekCheck(key)),
      keks: [],
    };
    const sealed = [...keks].map(([name, kek]) => ({
      name,
      id: kek.id,
      sealed: sealText(key, kekAad(place.id, bare, name, kek.id), kek.key),
    }));
    return { ...bare, keks: sealed };
  } finally {
    key.fill(0);
  }
}
