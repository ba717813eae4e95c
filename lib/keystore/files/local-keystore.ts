import "server-only";
import { existsSync, mkdirSync } from "node:fs";
import path from "node:path";
import type { Unlock } from "@/lib/env/custody";
import { createFileAtomic } from "@/lib/keystore/files/atomic-file";
import { folderKeystore } from "@/lib/keystore/files/folder-keystore";
import { createKeystoreFile, KEYSTORE_FILE, newKeyFileText } from "@/lib/keystore/files/keystore-file";
import type { Keystore } from "@/lib/keystore/keystore";
import { KeystoreError } from "@/lib/keystore/keystore-types";
import { fixedKeks } from "@/lib/keystore/roots/leased-keks";
import { openKeystoreFile } from "@/lib/keystore/roots/open-roots";

/** Opens a local keystore. Throws KeystoreError with one line for the operator. */
export async function openLocalKeystore(options: {
  readonly dir: string;
  readonly unlock: Unlock;
}): Promise<Keystore> {
  const open = () => openKeystoreFile(options.dir, options.unlock);
  return folderKeystore(options.dir, fixedKeks(await open(), open));
}

/** Opens the keystore of a folder, and makes folder, key file and keystore if they are missing. Idempotent. */
export async function createLocalKeystore(options: {
  readonly dir: string;
  readonly unlock: Unlock;
}): Promise<Keystore> {
  const { dir, unlock } = options;
  let folder = dir;
  try {
    mkdirSync(dir, { recursive: true, mode: 0o700 });
    if (!existsSync(path.join(dir, KEYSTORE_FILE))) {
      if ("keyFile" in unlock && !existsSync(unlock.keyFile)) {
        folder = path.dirname(unlock.keyFile);
        createFileAtomic(unlock.keyFile, newKeyFileText());
        folder = dir;
      }
      await createKeystoreFile(dir, unlock);
    }
  } catch (error) {
    if (error instanceof KeystoreError) throw error;
    const why = Reflect.get(Object(error), "code");
    const what = folder === dir ? "keystore (KEY_DIR)" : "key file (KEK_FILE)";
    throw new KeystoreError(
      "keystore.unusable",
      `no ${what} can be made in ${folder}: ${why === "EACCES" ? "this user cannot write the folder" : why}`,
    );
  }
  return openLocalKeystore(options);
}
