import "server-only";
import { type CustodySettings, readCustody } from "@/lib/env/custody";
import { type Root, readRoots } from "@/lib/keystore/files/keystore-file";
import { KeystoreError, type KeystoreFault } from "@/lib/keystore/keystore-types";
import { holderOf } from "@/lib/keystore/open-keystore";
import { openKeystoreRoots, rootText, withRootKey, zeroKeks } from "@/lib/keystore/roots/open-roots";

type Given = Readonly<Record<string, string | undefined>>;

/** How a service refuses a credential. Each other error is of the key or the way to it. */
const BY_SERVICE: readonly KeystoreFault[] = ["keystore.denied"];
/** How a key file or passphrase is wrong. */
const BY_FILE: readonly KeystoreFault[] = ["keystore.wrong-unlock", "keystore.refused"];

function unproven(why: string): Error {
  return new Error(`could not be tried, so no refusal is proved: ${why}`);
}

/** Unwraps a root key and zeroes it. A service is asked to unwrap even where the credential may not read the key's state. */
async function tryRoot(dir: string, id: string, root: Root, custody: CustodySettings): Promise<void> {
  const holder = await holderOf(custody);
  if ("kdf" in root) return withRootKey(dir, id, root, holder, () => undefined);
  const key = await holder.custody.unwrap({ keystore: id, root: String(root.n) }, root.custody, false);
  key.fill(0);
}

/** Throws unless this part's credential is refused for one root of another part. */
async function requireRootRefusal(given: Given, dir: string, id: string, root: Root): Promise<void> {
  const custody = readCustody({ ...given, SEALPORT_CUSTODY: rootText(root) });
  const { kind } = custody.choice;
  if (kind === "pkcs11") throw unproven("a token counts wrong PINs, and would lock itself for its part");
  try {
    await tryRoot(dir, id, root, custody);
  } catch (error) {
    if (!(error instanceof KeystoreError)) throw error;
    if (!(kind === "local" ? BY_FILE : BY_SERVICE).includes(error.code)) throw unproven(error.message);
    if (kind !== "local" && readCustody(given).choice.kind !== kind)
      throw unproven(`this part's own keys are not held by ${kind}`);
    return;
  }
  throw new Error("this part's credential opens them too: give each part its own key and credential");
}

/** A credential that opens nothing is refused everywhere: this part's own keys must open with it. */
async function requireOwnKeys(given: Given): Promise<void> {
  if (given.KEY_DIR === undefined) throw unproven("this part has no KEY_DIR");
  try {
    const { keks } = await openKeystoreRoots(given.KEY_DIR, await holderOf(readCustody(given)));
    zeroKeks(keks);
  } catch (error) {
    throw unproven(`this part's own keys do not open: ${error instanceof Error ? error.message : error}`);
  }
}

/**
 * Throws unless this part's credential is refused for every root of another part's keystore, of which `dir` is a copy. Opened keys are
 * zeroed at once, and nothing is written.
 */
export async function requireRefusal(given: Given, dir: string): Promise<void> {
  const { id, roots } = readRoots(dir);
  for (const root of roots) await requireRootRefusal(given, dir, id, root);
  await requireOwnKeys(given);
}
