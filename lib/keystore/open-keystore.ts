import "server-only";
import { existsSync, mkdirSync } from "node:fs";
import path from "node:path";
import type { CustodySettings, Unlock } from "@/lib/env/custody";
import { createFileAtomic } from "@/lib/keystore/files/atomic-file";
import { KEYSTORE_FILE, newKeks, newKeystoreId } from "@/lib/keystore/files/keystore-file";
import { createLocalKeystore, folderKeystore } from "@/lib/keystore/files/local-keystore";
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

/** Where a keystore is and how its root is opened. */
export interface KeystorePlace {
  readonly dir: string;
  readonly custody: CustodySettings;
  readonly patience?: Patience;
  /** Told when a key service could not be used for a renewal, and why. */
  readonly onFailure?: (error: unknown) => void;
  /** The lease's clock and timer; tests bring their own. */
  readonly time?: Pick<Lease, "nowMs" | "later">;
}

const MACHINE_TIME: Pick<Lease, "nowMs" | "later"> = {
  nowMs: Date.now,
  later: (act, ms) => void setTimeout(act, ms).unref(),
};

/** For reading the names of all keys of a token, beside its work. */
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

/** The holder that settings name. Throws KeystoreError where they are not whole; nothing is asked yet. */
export async function holderOf(settings: CustodySettings, patience = PATIENCE): Promise<Holder> {
  const custody = await rootCustody(settings, patience);
  return { custody, ...(settings.unlock === undefined ? {} : { unlock: settings.unlock }) };
}

/** A staged root that opens is the one in use from now on; a folder that cannot be written waits for the next start. */
function promoteIfStaged(dir: string, { root }: OpenedKeystore, onFailure: (error: unknown) => void): void {
  if (root.state !== "staged") return;
  try {
    promoteRoot(dir, root.n);
  } catch (error) {
    onFailure(error);
  }
}

/**
 * Keys in the token that wraps the root: also where new ones are not made there, so that those which were go on. Its
 * process is started when a key is used.
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

/** Opens the keystore of a folder through the custody that is set. Throws KeystoreError with one line for the operator. */
export async function openKeystore(place: KeystorePlace): Promise<Keystore> {
  const { dir, custody, onFailure = () => undefined } = place;
  const holder = await holderOf(custody, place.patience);
  const open = () => openKeystoreRoots(dir, holder);
  const opened = await open();
  promoteIfStaged(dir, opened, onFailure);
  const openedKeys = new OpenedKeys(custody.openedKeys);
  if (custody.choice.kind === "local") return folderKeystore(dir, fixedKeks(opened), openedKeys);
  const resident = residentOf(place, opened.id);
  const renew = async () => {
    const again = await open();
    // The token took the PIN: a session that was denied may try it once more.
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

/** Opens the keystore of a folder, making it where there is none. Idempotent. */
export async function createKeystore(place: KeystorePlace): Promise<Keystore> {
  const { dir, custody } = place;
  if (!existsSync(path.join(dir, KEYSTORE_FILE))) {
    if (custody.choice.kind === "local") await createLocalKeystore({ dir, unlock: requireUnlock(custody) });
    else await writeNew(dir, await holderOf(custody, place.patience));
  }
  return openKeystore(place);
}
