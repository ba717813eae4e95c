import "server-only";
import { readFileSync, rmSync } from "node:fs";
import path from "node:path";
import { z } from "zod";
import { fromBase64url, toBase64url } from "@/lib/crypto/bytes";
import { createFileAtomic, fileState, syncFolder } from "@/lib/keystore/files/atomic-file";
import type { KeyRef } from "@/lib/keystore/keystore";
import { KeystoreError } from "@/lib/keystore/keystore-types";

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

/** A file that was read is not looked at again for this long. What another process does to it is seen after that. */
const TRUST_MS = 1_000;

interface Known {
  readonly state: string;
  readonly ref: KeyRef;
  readonly atMs: number;
}

/** Keys next to a keystore's file, each in its own file: `NAME.key.json`. A file that has not changed is read once. */
export class NamedKeys {
  private readonly known = new Map<string, Known>();

  constructor(private readonly dir: string) {}

  read(name: string): KeyRef | undefined {
    const atMs = performance.now();
    const known = this.known.get(name);
    if (known !== undefined && atMs - known.atMs < TRUST_MS) return known.ref;
    this.known.delete(name);
    const file = this.keyFile(name);
    const state = fileState(file);
    if (state === undefined) return undefined;
    const ref = known?.state === state ? known.ref : this.parse(file);
    this.known.set(name, { state, ref, atMs });
    return ref;
  }

  private parse(file: string): KeyRef {
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

  write(name: string, ref: KeyRef): void {
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

  remove(name: string): void {
    this.known.delete(name);
    rmSync(this.keyFile(name), { force: true });
    syncFolder(this.dir);
  }

  private keyFile(name: string): string {
    if (!KEY_NAME.test(name)) throw new TypeError("a malformed key name");
    return path.join(this.dir, `${name}.key.json`);
  }
}
