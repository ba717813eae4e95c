import "server-only";
import { existsSync, mkdirSync } from "node:fs";
import path from "node:path";
import { createFileAtomic } from "@/lib/custody/atomic-file";
import type { RootCustody } from "@/lib/custody/custody";
import { type Keystore, KeystoreError } from "@/lib/custody/keystore";
import { KEYSTORE_FILE, newKeks, newKeystoreId } from "@/lib/custody/keystore-file";
import { fixedKeks, type Lease, leasedKeks } from "@/lib/custody/leased-keks";
import { localCustody } from "@/lib/custody/local-custody";
import { createLocalKeystore, folderKeystore } from "@/lib/custody/local-keystore";
import { promoteRoot } from "@/lib/custody/move-root";
import { type Holder, type OpenedKeystore, openKeystoreRoots, wrapRoot } from "@/lib/custody/open-roots";
import { OpenedKeys } from "@/lib/custody/opened-keys";
import { PATIENCE, type Patience } from "@/lib/custody/persist";
import { pkcs11Custody } from "@/lib/custody/pkcs11-custody";
import { parsePkcs11Uri } from "@/lib/custody/pkcs11-uri";
import { ResidentKeys } from "@/lib/custody/resident/resident-keys";
import { TokenSession } from "@/lib/custody/resident/token-session";
import { transitCustody } from "@/lib/custody/transit-custody";
import type { CustodySettings, Unlock } from "@/lib/env/custody";

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
      return localCustody(requireUnlock(settings));
    case "transit":
      return transitCustody(name, settings.transit, patience);
    case "pkcs11":
      return pkcs11Custody(name, settings.token, patience);
    case "aws-kms": {
      const { awsKmsCustody } = await import("@/lib/custody/aws-kms-custody");
      return awsKmsCustody(name, patience);
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
