import "server-only";
import { toBase64url } from "@/lib/crypto/bytes";
import { ed25519Signer, generateX25519, type X25519Handle, x25519Handle } from "@/lib/crypto/primitives";
import { openPrivateKey, type PrivateKeyAad, sealPrivateKey } from "@/lib/crypto/private-key-blob";
import { isResident, nameResidentKey, readResidentKey } from "@/lib/crypto/resident-key-blob";
import { DomainError } from "@/lib/errors";
import { readBackupState } from "@/lib/keystore/backup/record";
import type { KekName } from "@/lib/keystore/files/keystore-file";
import { NamedKeys } from "@/lib/keystore/files/named-keys";
import { openSecret, sealSecret } from "@/lib/keystore/files/sealed-secret";
import type {
  KeyOwner,
  KeyRef,
  Keystore,
  NewKeyPair,
  NewPrivateKey,
  ResidentSweep,
  ServiceState,
} from "@/lib/keystore/keystore";
import { type BackupState, KeystoreError } from "@/lib/keystore/keystore-types";
import {
  identityOf,
  kidOf,
  type OpenedKeyFigures,
  OpenedKeys,
  OWN_KEY_LIMITS,
} from "@/lib/keystore/opened-keys";
import type { Keks } from "@/lib/keystore/roots/leased-keks";
import { mapServiceFailure, orServiceFailure } from "@/lib/keystore/roots/persist";
import type { ResidentKeys } from "@/lib/keystore/token/resident-keys";

function aadOf(key: Omit<NewPrivateKey, "privateKey">, kek: string): PrivateKeyAad {
  const { purpose, participant, version, publicKey } = key;
  return { v: 1, purpose, participant, version, kek, public_key: toBase64url(publicKey) };
}

class FolderKeystore implements Keystore {
  readonly id: string;
  private readonly named: NamedKeys;
  /** Opened keys of this process itself: the escrow's, and those that sign. */
  private readonly escrow = new OpenedKeys(x25519Handle, OWN_KEY_LIMITS);
  private readonly signing = new OpenedKeys(ed25519Signer, OWN_KEY_LIMITS);
  private isSealed = false;

  constructor(
    private readonly dir: string,
    private readonly keks: Keks,
    private readonly opened: OpenedKeys<X25519Handle>,
    private readonly resident: ResidentKeys | undefined,
  ) {
    this.id = keks.id;
    this.named = new NamedKeys(dir);
    keks.onDrop(() => {
      for (const keys of [opened, this.escrow, this.signing]) keys.clear();
    });
  }

  async setSealed(isSealed: boolean): Promise<void> {
    if (isSealed === this.isSealed) return;
    if (isSealed) this.keks.seal("participant");
    else await this.keks.reopen("participant");
    this.isSealed = isSealed;
  }

  requireUnsealed(): void {
    if (this.isSealed) throw new DomainError("service.sealed");
  }

  serviceState(): ServiceState | undefined {
    const state = this.keks.serviceState();
    // Without its token a portal still signs, and opens with sealed keys.
    return state === "up" && this.resident?.isUp === false ? "late" : state;
  }

  readonly leaseMs = (): number | undefined => this.keks.leaseMs();

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

  /** Never waits for a lease renewal, because its callers have locked rows. */
  async createKeyPair(owner: KeyOwner): Promise<NewKeyPair> {
    const { resident } = this;
    if (resident?.makes === true && owner.purpose === "participant")
      return this.createResident(resident, owner);
    const { publicKey, privateKey } = generateX25519();
    try {
      return { ...this.sealPrivateKey({ ...owner, publicKey, privateKey }), publicKey };
    } finally {
      privateKey.fill(0);
    }
  }

  async destroyPrivateKey(ref: KeyRef): Promise<void> {
    if (!isResident(ref.blob)) return;
    await this.keks.ready();
    await this.withResident(ref, (keys, object) => keys.destroy(object));
  }

  async sweepResident(readNamed: () => Promise<readonly Uint8Array[]>): Promise<ResidentSweep | undefined> {
    if (this.resident === undefined) return undefined;
    // If the root was denied, its token is not tried this way either, because tokens count wrong PINs.
    await this.keks.ready();
    this.keks.get("participant");
    return orServiceFailure(this.resident.sweepWhenDue(readNamed));
  }

  async derive(ref: KeyRef, epk: Uint8Array): Promise<Uint8Array> {
    await this.keks.ready();
    if (isResident(ref.blob))
      return this.withResident(ref, (keys, object) => keys.derive(object, ref.publicKey, epk));
    const keys = ref.purpose === "participant" ? this.opened : this.escrow;
    return keys.use(identityOf(ref), this.opening(ref, "x25519"), (key) => key.derive(epk));
  }

  forget(key: Pick<KeyRef, "participant" | "version">): void {
    this.opened.forget(kidOf(key));
  }

  openedKeys(): OpenedKeyFigures {
    return this.opened.figures();
  }

  async sign(ref: KeyRef, message: Uint8Array): Promise<Uint8Array> {
    await this.keks.ready();
    return this.signNow(ref, message);
  }

  signNow(ref: KeyRef, message: Uint8Array): Uint8Array {
    return this.signing.use(identityOf(ref), this.opening(ref, "ed25519"), (sign) => sign(message));
  }

  sealSecret(context: string, secret: Uint8Array): Uint8Array {
    return sealSecret(this.keks.get("secrets"), context, secret);
  }

  openSecret(context: string, sealed: Uint8Array): Uint8Array {
    return openSecret(this.keks.get("secrets"), context, sealed);
  }

  readBackup(): BackupState {
    return readBackupState(this.dir);
  }

  readNamedKey(name: string): KeyRef | undefined {
    return this.named.read(name);
  }

  writeNamedKey(name: string, ref: KeyRef): void {
    this.named.write(name, ref);
  }

  removeNamedKey(name: string): void {
    const ref = this.named.read(name);
    this.named.remove(name);
    if (ref === undefined) return;
    for (const keys of [this.escrow, this.signing]) keys.forget(identityOf(ref).kid);
  }

  close(): void {
    this.resident?.close();
  }

  private async createResident(resident: ResidentKeys, owner: KeyOwner): Promise<NewKeyPair> {
    // Checked before and after, so that no key is made that could not be bound. The token may take longer than a lease.
    this.keks.get(owner.purpose);
    const { object, publicKey } = await orServiceFailure(resident.make());
    const kek = this.keks.get(owner.purpose);
    const aad = { ...aadOf({ ...owner, publicKey }, kek.id), v: 2 } as const;
    return { publicKey, blob: nameResidentKey({ kek: kek.key, aad, object }), kek: kek.id };
  }

  /** Lends the token and the object that a blob names for exactly this key, while the lease is valid. */
  private async withResident<T>(
    ref: KeyRef,
    use: (keys: ResidentKeys, object: Uint8Array) => Promise<T>,
  ): Promise<T> {
    const aad = { ...aadOf(ref, ref.kek), v: 2 } as const;
    const object = readResidentKey({ kek: this.kekOf(ref), aad, blob: ref.blob });
    if (this.resident !== undefined) return orServiceFailure(use(this.resident, object));
    const why = `${kidOf(ref)} is in a token: start with SEALPORT_CUSTODY=pkcs11-resident:…`;
    throw mapServiceFailure(new KeystoreError("keystore.disabled", why));
  }

  /** Returns the key that a blob is sealed with, while it may be used. */
  private kekOf(ref: KeyRef): Uint8Array {
    const kek = this.keks.get(ref.purpose);
    if (ref.kek === kek.id) return kek.key;
    throw new KeystoreError(
      "keystore.unusable",
      `a key is sealed under ${ref.kek}, which ${this.id} does not hold`,
    );
  }

  /** Returns how to open a sealed key. Throws now, also for a key that is kept opened, while its key-encryption key may not be used. */
  private opening(ref: KeyRef, kind: "x25519" | "ed25519"): () => Uint8Array {
    const kek = this.kekOf(ref);
    return () => openPrivateKey({ kek, aad: aadOf(ref, ref.kek), blob: ref.blob, kind });
  }
}

/** Returns the keystore of a folder over opened key-encryption keys. */
export function folderKeystore(
  dir: string,
  keks: Keks,
  opened = new OpenedKeys(x25519Handle),
  resident?: ResidentKeys,
): Keystore {
  return new FolderKeystore(dir, keks, opened, resident);
}
