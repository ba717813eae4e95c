import "server-only";
import { existsSync, mkdirSync, readdirSync, rmSync } from "node:fs";
import path from "node:path";
import { fromHex, toHex } from "@/lib/crypto/bytes";
import { OBJECT_ID_BYTES } from "@/lib/crypto/resident-key-blob";
import { createFileAtomic, syncFolder } from "@/lib/keystore/files/atomic-file";
import { unavailable } from "@/lib/keystore/roots/persist";

const FOLDER = "resident-made";
const NAME = new RegExp(`^[0-9a-f]{${OBJECT_ID_BYTES * 2}}$`);

/**
 * Notes of objects that this keystore is about to make in a token: an empty file for each, written before the object
 * exists. Only these objects are ever destroyed because no row names them. So a wrong, empty or restored older database
 * costs no key.
 */
export class MadeObjects {
  constructor(private readonly dir: string) {}

  /** Notes an id durably before the token is called. Throws `keystore.unavailable` if the folder cannot be written. */
  add(object: Uint8Array): void {
    try {
      if (!existsSync(this.folder())) {
        mkdirSync(this.folder(), { recursive: true, mode: 0o700 });
        syncFolder(this.dir);
      }
      createFileAtomic(this.file(object), "");
    } catch (cause) {
      throw unavailable(`the folder ${this.folder()}`, "cannot be written", cause);
    }
  }

  list(): Uint8Array[] {
    if (!existsSync(this.folder())) return [];
    return readdirSync(this.folder()).flatMap((name) => (NAME.test(name) ? [fromHex(name)] : []));
  }

  /** Removes an id's note: a row names it, or it is destroyed. */
  remove(object: Uint8Array): void {
    rmSync(this.file(object), { force: true });
    syncFolder(this.folder());
  }

  private folder(): string {
    return path.join(this.dir, FOLDER);
  }

  private file(object: Uint8Array): string {
    return path.join(this.folder(), toHex(object));
  }
}
