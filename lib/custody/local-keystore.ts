import "server-only";
import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import path from "node:path";
import { z } from "zod";
import { concat, fromBase64url, toBase64url } from "@/lib/crypto/bytes";
import { OpenError } from "@/lib/crypto/format-error";
import { aesGcmOpen, aesGcmSeal, ed25519Sign, randomBytes, x25519Shared } from "@/lib/crypto/primitives";
import { openPrivateKey, type PrivateKeyAad, sealPrivateKey } from "@/lib/crypto/private-key-blob";
import { createFileAtomic, syncFolder } from "@/lib/custody/atomic-file";
import { type BackupState, readBackupState } from "@/lib/custody/backup/record";
import {
  type KeyRef,
  type Keystore,
  KeystoreError,
  type NewPrivateKey,
  type ServiceState,
} from "@/lib/custody/keystore";
import {
  createKeystoreFile,
  KEYSTORE_FILE,
  type KekName,
  newKeyFileText,
  secretAad,
} from "@/lib/custody/keystore-file";
import { fixedKeks, type Keks } from "@/lib/custody/leased-keks";
import { openKeystoreFile } from "@/lib/custody/open-roots";
import { type OpenedKeyFigures, OpenedKeys } from "@/lib/custody/opened-keys";
import type { Unlock } from "@/lib/env/custody";

const SECRET_VERSION = 0x01;
const IV_BYTES = 12;
const TAG_BYTES = 16;
const KEY_NAME = /^[a-z][a-z0-9-]{0,63}$/;

const NamedKey = z.strictObject({
  v: z.literal(1),
  purpose: z.enum(["participant", "escrow", "log", "receipt", "custodian"]),
  participant: z.string().min(1).max(255),
  version: z.int().min(1),
  kek: z.string(),
  public_key: z.string(),
  blob: z.string(),
});

function aadOf(key: Omit<NewPrivateKey, "privateKey">, kek: string): PrivateKeyAad {
  const { purpose, participant, version, publicKey } = key;
  return { v: 1, purpose, participant, version, kek, public_key: toBase64url(publicKey) };
}

function kidOf({ participant, version }: Pick<KeyRef, "participant" | "version">): string {
  return `${participant}#${version}`;
}

class FolderKeystore implements Keystore {
  readonly id: string;

  constructor(
    private readonly dir: string,
    private readonly keks: Keks,
    private readonly opened: OpenedKeys,
  ) {
    this.id = keks.id;
    keks.onDrop(() => opened.clear());
  }

  serviceState(): ServiceState | undefined {
    return this.keks.serviceState();
  }

  async requireKeys(): Promise<void> {
    await this.keks.ready();
    this.keks.get("secrets");
  }

  kekId(purpose: KekName): string {
    return this.keks.get(purpose).id;
  }

  sealPrivateKey(key: NewPrivateKey): { blob: Uint8Array; kek: string } {
    const kek = this.keks.get(key.purpose);
    const blob = sealPrivateKey({ kek: kek.key, aad: aadOf(key, kek.id), privateKey: key.privateKey });
    return { blob, kek: kek.id };
  }

  async derive(ref: KeyRef, epk: Uint8Array): Promise<Uint8Array> {
    await this.keks.ready();
    if (ref.purpose !== "participant")
      return this.withPrivateKey(ref, "x25519", (privateKey) => x25519Shared(privateKey, epk));
    const kek = this.kekOf(ref);
    const sealed = `${ref.kek}|${toBase64url(ref.publicKey)}|${toBase64url(ref.blob)}`;
    const open = () => openPrivateKey({ kek, aad: aadOf(ref, ref.kek), blob: ref.blob, kind: "x25519" });
    return this.opened.use({ kid: kidOf(ref), sealed }, open, (key) => key.derive(epk));
  }

  forget(key: Pick<KeyRef, "participant" | "version">): void {
    this.opened.forget(kidOf(key));
  }

  openedKeys(): OpenedKeyFigures {
    return this.opened.figures();
  }

  async sign(ref: KeyRef, message: Uint8Array): Promise<Uint8Array> {
    await this.keks.ready();
    return this.withSeed(ref, (seed) => ed25519Sign(seed, message));
  }

  withSeed<T>(ref: KeyRef, fn: (seed: Uint8Array) => T): T {
    return this.withPrivateKey(ref, "ed25519", fn);
  }

  sealSecret(context: string, secret: Uint8Array): Uint8Array {
    const kek = this.keks.get("secrets");
    const iv = randomBytes(IV_BYTES);
    const { ciphertext, tag } = aesGcmSeal(kek.key, iv, secret, secretAad(kek.id, context));
    return concat(Uint8Array.of(SECRET_VERSION), iv, ciphertext, tag);
  }

  openSecret(context: string, sealed: Uint8Array): Uint8Array {
    const kek = this.keks.get("secrets");
    if (sealed.length < 1 + IV_BYTES + TAG_BYTES || sealed[0] !== SECRET_VERSION) throw new OpenError();
    const iv = sealed.subarray(1, 1 + IV_BYTES);
    const body = sealed.subarray(1 + IV_BYTES, sealed.length - TAG_BYTES);
    return aesGcmOpen(
      kek.key,
      iv,
      body,
      sealed.subarray(sealed.length - TAG_BYTES),
      secretAad(kek.id, context),
    );
  }

  readBackup(): BackupState {
    return readBackupState(this.dir);
  }

  readNamedKey(name: string): KeyRef | undefined {
    const file = this.keyFile(name);
    if (!existsSync(file)) return undefined;
    try {
      const { purpose, participant, version, kek, public_key, blob } = NamedKey.parse(
        JSON.parse(readFileSync(file, "utf8")),
      );
      const publicKey = fromBase64url(public_key);
      return { purpose, participant, version, kek, publicKey, blob: fromBase64url(blob) };
    } catch {
      throw new KeystoreError(
        "keystore.damaged",
        `the key file ${file} is damaged: restore it from a backup`,
      );
    }
  }

  writeNamedKey(name: string, ref: KeyRef): void {
    const { purpose, participant, version, kek } = ref;
    const key = {
      v: 1,
      purpose,
      participant,
      version,
      kek,
      public_key: toBase64url(ref.publicKey),
      blob: toBase64url(ref.blob),
    };
    createFileAtomic(this.keyFile(name), `${JSON.stringify(key, undefined, 1)}\n`);
  }

  removeNamedKey(name: string): void {
    rmSync(this.keyFile(name), { force: true });
    syncFolder(this.dir);
  }

  private keyFile(name: string): string {
    if (!KEY_NAME.test(name)) throw new TypeError("a malformed key name");
    return path.join(this.dir, `${name}.key.json`);
  }

  /** The key that a blob is sealed under, as long as it may be used. */
  private kekOf(ref: KeyRef): Uint8Array {
    const kek = this.keks.get(ref.purpose);
    if (ref.kek === kek.id) return kek.key;
    throw new KeystoreError(
      "keystore.unusable",
      `a key is sealed under ${ref.kek}, which ${this.id} does not hold`,
    );
  }

  private withPrivateKey<T>(ref: KeyRef, kind: "x25519" | "ed25519", fn: (privateKey: Uint8Array) => T): T {
    const kek = this.kekOf(ref);
    const privateKey = openPrivateKey({ kek, aad: aadOf(ref, ref.kek), blob: ref.blob, kind });
    try {
      return fn(privateKey);
    } finally {
      privateKey.fill(0);
    }
  }
}

/** The keystore of a folder over key-encryption keys that somebody opened. */
export function folderKeystore(dir: string, keks: Keks, opened = new OpenedKeys()): Keystore {
  return new FolderKeystore(dir, keks, opened);
}

/** Opens a local keystore. Throws KeystoreError with one line for the operator. */
export async function openLocalKeystore(options: {
  readonly dir: string;
  readonly unlock: Unlock;
}): Promise<Keystore> {
  return folderKeystore(options.dir, fixedKeks(await openKeystoreFile(options.dir, options.unlock)));
}

/** Opens the keystore of a folder, making folder, key file and keystore where they are missing. Idempotent. */
export async function createLocalKeystore(options: {
  readonly dir: string;
  readonly unlock: Unlock;
}): Promise<Keystore> {
  const { dir, unlock } = options;
  try {
    mkdirSync(dir, { recursive: true, mode: 0o700 });
    if (!existsSync(path.join(dir, KEYSTORE_FILE))) {
      if ("keyFile" in unlock && !existsSync(unlock.keyFile))
        createFileAtomic(unlock.keyFile, newKeyFileText());
      await createKeystoreFile(dir, unlock);
    }
  } catch (error) {
    if (error instanceof KeystoreError) throw error;
    throw new KeystoreError(
      "keystore.unusable",
      `no keystore can be made in ${dir}: the folder cannot be written`,
    );
  }
  return openLocalKeystore(options);
}
