import "server-only";
import { closeSync, openSync, unlinkSync } from "node:fs";
import path from "node:path";
import { KEYSTORE_FILE } from "@/lib/keystore/files/keystore-file";
import { KeystoreError } from "@/lib/keystore/keystore-types";

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
