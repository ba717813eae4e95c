import "server-only";
import { existsSync, mkdirSync } from "node:fs";
import path from "node:path";
import { x25519Handle } from "@/lib/crypto/primitives";
import type { CustodySettings, Unlock } from "@/lib/env/custody";
import { createFileAtomic } from "@/lib/keystore/files/atomic-file";
import { folderKeystore } from "@/lib/keystore/files/folder-keystore";
import { KEYSTORE_FILE, newKeks, newKeystoreId } from "@/lib/keystore/files/keystore-file";
import { createLocalKeystore } from "@/lib/keystore/files/local-keystore";
import { promoteRoot } from "@/lib/keystore/files/move-root";
import type { Keystore } from "@/lib/keystore/keystore";
import { KeystoreError } from "@/lib/keystore/keystore-types";
import { OpenedKeys } from "@/lib/keystore/opened-keys";
import { fixedKeks, type Lease, leasedKeks } from "@/lib/keystore/roots/leased-keks";
import { localRoot } from "@/lib/keystore/roots/local-root";
import {
  type Holder,
  type OpenedKeystore,
  openKeystoreRoots,
  wrapRoot,
} from "@/lib/keystore/roots/open-roots";
import { PATIENCE, type Patience } from "@/lib/keystore/roots/persist";
import { pkcs11Root } from "@/lib/keystore/roots/pkcs11-root";
import { parsePkcs11Uri } from "@/lib/keystore/roots/pkcs11-uri";
import type { RootCustody } from "@/lib/keystore/roots/root-custody";
import { transitRoot } from "@/lib/keystore/roots/transit-root";
import { ResidentKeys } from "@/lib/keystore/token/resident-keys";
import { TokenSession } from "@/lib/keystore/token/token-session";

/** Location of a keystore and how to open its root. */
export interface KeystorePlace {
  readonly dir: string;
  readonly custody: CustodySettings;
  readonly patience?: Patience;
  /** Called when a key service could not be used for a renewal, with the reason. */
  readonly onFailure?: (error: unknown) => void;
  /** The lease's clock and timer. Tests pass their own. */
  readonly time?: Pick<Lease, "nowMs" | "later">;
}

const MACHINE_TIME: Pick<Lease, "nowMs" | "later"> = {
  nowMs: Date.now,
  later: (act, ms) => void setTimeout(act, ms).unref(),
};

/** Time to read the names of all keys of a token, in addition to its other work. */
const LISTING: Patience = { attempts: 1, callMs: 120_000, pauseMs: 0 };

function requireUnlock({ unlock }: CustodySettings): Unlock {
  if (unlock !== undefined) return unlock;
  throw new KeystoreError("keystore.wrong-unlock", "set KEK_FILE or KEK_PASSPHRASE");
}

async function rootCustody(settings: CustodySettings, patience: Patience): Promise<RootCustody> {
  const { kind, name } = settings.choice;
  switch (kind) {
    case "local":
      return localRoot(requireUnlock(settings));
    case "transit":
      return transitRoot(name, settings.transit, patience);
    case "pkcs11":
      return pkcs11Root(name, settings.token, patience);
    case "aws-kms": {
      const { awsKmsRoot } = await import("@/lib/keystore/roots/aws-kms-root");
      return awsKmsRoot(name, patience);
    }
  }
}

/** Returns the custody in the settings. Throws KeystoreError if they are incomplete. It calls no service yet. */
export async function holderOf(settings: CustodySettings, patience = PATIENCE): Promise<Holder> {
  const custody = await rootCustody(settings, patience);
  return { custody, ...(settings.unlock === undefined ? {} : { unlock: settings.unlock }) };
}

/** Promotes a staged root that opened. If the folder cannot be written, the next start promotes it. */
function promoteIfStaged(dir: string, { root }: OpenedKeystore, onFailure: (error: unknown) => void): void {
  if (root.state !== "staged") return;
  try {
    promoteRoot(dir, root.n);
  } catch (error) {
    onFailure(error);
  }
}

/**
 * Returns the keys in the token that wraps the root, also when new ones are not made there, so that existing ones still
 * work. Its process starts when a key is used.
 */
function residentOf(
  { dir, custody, patience = PATIENCE, time = MACHINE_TIME }: KeystorePlace,
  keystore: string,
): ResidentKeys | undefined {
  const { choice, token } = custody;
  if (choice.kind !== "pkcs11") return undefined;
  const uri = parsePkcs11Uri(choice.name);
  const session = new TokenSession(uri, token, patience, time.nowMs);
  const lister = new TokenSession(uri, token, LISTING, time.nowMs);
  const place = { dir, keystore, makes: choice.areKeysResident, nowMs: time.nowMs };
  return new ResidentKeys(session, lister, place);
}

/** Opens the keystore of a folder through the configured custody. Throws KeystoreError with one line for the operator. */
export async function openKeystore(place: KeystorePlace): Promise<Keystore> {
  const { dir, custody, onFailure = () => undefined } = place;
  const holder = await holderOf(custody, place.patience);
  const open = () => openKeystoreRoots(dir, holder);
  const opened = await open();
  promoteIfStaged(dir, opened, onFailure);
  const openedKeys = new OpenedKeys(x25519Handle, custody.openedKeys);
  if (custody.choice.kind === "local") return folderKeystore(dir, fixedKeks(opened, open), openedKeys);
  const resident = residentOf(place, opened.id);
  const renew = async () => {
    const again = await open();
    // The token accepted the PIN, so a session that was denied may try it again.
    resident?.forgive();
    return again;
  };
  const time = place.time ?? MACHINE_TIME;
  const keks = leasedKeks(opened, { leaseMs: custody.leaseMs, ...time, renew, onFailure });
  return folderKeystore(dir, keks, openedKeys, resident);
}

async function writeNew(dir: string, holder: Holder): Promise<void> {
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const id = newKeystoreId();
  const root = await wrapRoot({ id, n: 1, state: "current" }, newKeks(), holder.custody);
  createFileAtomic(
    path.join(dir, KEYSTORE_FILE),
    `${JSON.stringify({ v: 2, id, roots: [root] }, undefined, 1)}\n`,
  );
}

/** Opens the keystore of a folder, and makes it if it is missing. Idempotent. */
export async function createKeystore(place: KeystorePlace): Promise<Keystore> {
  const { dir, custody } = place;
  if (!existsSync(path.join(dir, KEYSTORE_FILE))) {
    if (custody.choice.kind === "local") await createLocalKeystore({ dir, unlock: requireUnlock(custody) });
    else await writeNew(dir, await holderOf(custody, place.patience));
  }
  return openKeystore(place);
}
