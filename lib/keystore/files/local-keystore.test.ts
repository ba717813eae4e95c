import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { toBase64url, utf8 } from "@/lib/crypto/bytes";
import { OpenError } from "@/lib/crypto/format-error";
import {
  ed25519PublicKey,
  ed25519Verify,
  generateX25519,
  randomBytes,
  x25519Shared,
} from "@/lib/crypto/primitives";
import { openPrivateKey } from "@/lib/crypto/private-key-blob";
import type { Unlock } from "@/lib/env/custody";
import { createKeys, PROCESSES } from "@/lib/keystore/files/create-keys";
import { KEK_NAMES, KEYSTORE_FILE } from "@/lib/keystore/files/keystore-file";
import { createLocalKeystore, openLocalKeystore } from "@/lib/keystore/files/local-keystore";
import type { KeyRef, Keystore } from "@/lib/keystore/keystore";
import { KeystoreError } from "@/lib/keystore/keystore-types";
import { openKeystoreFile } from "@/lib/keystore/roots/open-roots";
import { loadSigningKey } from "@/lib/keystore/signing-key";

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(path.join(os.tmpdir(), "sealport-keystore-"));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const keyFile = (): Unlock => ({ keyFile: path.join(dir, "kek.key") });
const file = (): string => path.join(dir, KEYSTORE_FILE);

function participantKey(keystore: Keystore, privateKey: Uint8Array, publicKey: Uint8Array): KeyRef {
  const key = { purpose: "participant", participant: "client-456", version: 1, publicKey } as const;
  return { ...key, ...keystore.sealPrivateKey({ ...key, privateKey }) };
}

function named(keystore: Keystore, name: string): KeyRef {
  const ref = keystore.readNamedKey(name);
  if (ref === undefined) throw new Error(`no key named ${name}`);
  return ref;
}

async function codeOf(act: Promise<unknown>): Promise<string | undefined> {
  const error = await act.catch((failure: unknown) => failure);
  return error instanceof KeystoreError ? error.code : undefined;
}

test("a folder that cannot be written is named with its variable: the key file's or the keystore's", async () => {
  writeFileSync(path.join(dir, "file"), "");
  const below = path.join(dir, "file", "x");
  const made = (folder: string, unlock: Unlock) => createLocalKeystore({ dir: folder, unlock });
  await expect(made(dir, { keyFile: path.join(below, "kek.key") })).rejects.toThrow(
    `no key file (KEK_FILE) can be made in ${below}`,
  );
  await expect(made(below, keyFile())).rejects.toThrow(`no keystore (KEY_DIR) can be made in ${below}`);
});

test("a sealed key derives and signs after the keystore is opened again", async () => {
  const keystore = await createLocalKeystore({ dir, unlock: keyFile() });
  const { publicKey, privateKey } = generateX25519();
  const other = generateX25519();
  const ref = participantKey(keystore, privateKey, publicKey);
  const again = await openLocalKeystore({ dir, unlock: keyFile() });
  expect(await again.derive(ref, other.publicKey)).toEqual(x25519Shared(other.privateKey, publicKey));
  const seed = randomBytes(32);
  const name = {
    purpose: "log",
    participant: "log.example",
    version: 1,
    publicKey: ed25519PublicKey(seed),
  } as const;
  const signer: KeyRef = { ...name, ...keystore.sealPrivateKey({ ...name, privateKey: seed }) };
  const message = utf8("message");
  expect(ed25519Verify(name.publicKey, message, await again.sign(signer, message))).toBe(true);
});

test.each<[string, Partial<KeyRef>]>([
  ["participant", { participant: "client-123" }],
  ["version", { version: 2 }],
  ["purpose", { purpose: "escrow" }],
  ["public key", { publicKey: generateX25519().publicKey }],
])("a blob with another %s does not open", async (_what, change) => {
  const keystore = await createLocalKeystore({ dir, unlock: keyFile() });
  const { publicKey, privateKey } = generateX25519();
  const ref = { ...participantKey(keystore, privateKey, publicKey), ...change };
  const swapped = { ...ref, kek: keystore.kekId(ref.purpose) };
  await expect(keystore.derive(swapped, generateX25519().publicKey)).rejects.toThrow(OpenError);
});

test("a key sealed with another keystore's key is refused with its reason", async () => {
  const keystore = await createLocalKeystore({ dir, unlock: keyFile() });
  const { publicKey, privateKey } = generateX25519();
  const ref = { ...participantKey(keystore, privateKey, publicKey), kek: "kek-of-another" };
  expect(await codeOf(keystore.derive(ref, publicKey))).toBe("keystore.unusable");
});

test("each purpose has its own key-encryption key", async () => {
  const keystore = await createLocalKeystore({ dir, unlock: keyFile() });
  const ids = ["participant", "escrow", "log", "receipt", "custodian"] as const;
  expect(new Set(ids.map((purpose) => keystore.kekId(purpose))).size).toBe(ids.length);
  const stored = JSON.parse(readFileSync(file(), "utf8"));
  expect(new Set(stored.keks.map((kek: { sealed: string }) => kek.sealed)).size).toBe(KEK_NAMES.length);
});

test("a secret opens only with its own context", async () => {
  const keystore = await createLocalKeystore({ dir, unlock: keyFile() });
  const secret = randomBytes(32);
  const sealed = keystore.sealSecret("compartment:1", secret);
  expect(keystore.openSecret("compartment:1", sealed)).toEqual(secret);
  expect(() => keystore.openSecret("compartment:2", sealed)).toThrow(OpenError);
  expect(() => keystore.openSecret("compartment:1", sealed.subarray(0, 20))).toThrow(OpenError);
});

test("a passphrase opens what it made; a wrong one and a missing one have their own errors", async () => {
  await createLocalKeystore({ dir, unlock: { passphrase: "correct horse" } });
  await openLocalKeystore({ dir, unlock: { passphrase: "correct horse" } });
  expect(await codeOf(openLocalKeystore({ dir, unlock: { passphrase: "wrong horse" } }))).toBe(
    "keystore.wrong-unlock",
  );
  expect(await codeOf(openLocalKeystore({ dir, unlock: keyFile() }))).toBe("keystore.wrong-unlock");
});

test("another key file, an unreadable one and a missing keystore each give one clear error", async () => {
  await createLocalKeystore({ dir, unlock: keyFile() });
  writeFileSync(path.join(dir, "other.key"), toBase64url(randomBytes(32)));
  const open = (name: string) => openLocalKeystore({ dir, unlock: { keyFile: path.join(dir, name) } });
  expect(await codeOf(open("other.key"))).toBe("keystore.wrong-unlock");
  expect(await codeOf(open("absent.key"))).toBe("keystore.wrong-unlock");
  writeFileSync(path.join(dir, "short.key"), "AAAA");
  expect(await codeOf(open("short.key"))).toBe("keystore.wrong-unlock");
  const empty = path.join(dir, "empty");
  expect(await codeOf(openLocalKeystore({ dir: empty, unlock: keyFile() }))).toBe("keystore.missing");
});

test("any changed character of the keystore file is detected at the start", async () => {
  await createLocalKeystore({ dir, unlock: keyFile() });
  const whole = readFileSync(file(), "utf8");
  for (let at = 0; at < whole.length - 1; at += 3) {
    const replacement = whole[at] === "A" ? "B" : "A";
    const changed = whole.slice(0, at) + replacement + whole.slice(at + 1);
    if (/\s/.test(whole[at] ?? "")) continue;
    writeFileSync(file(), changed);
    const code = await codeOf(openLocalKeystore({ dir, unlock: keyFile() }));
    expect(["keystore.damaged", "keystore.wrong-unlock"], `character ${at}`).toContain(code);
  }
  writeFileSync(file(), whole.slice(0, whole.length / 2));
  expect(await codeOf(openLocalKeystore({ dir, unlock: keyFile() }))).toBe("keystore.damaged");
});

test("keys are made once, and a repetition gives the same public keys", async () => {
  for (const name of PROCESSES) {
    const unlock = { keyFile: path.join(dir, name, "kek.key") };
    const first = createKeys(
      await createLocalKeystore({ dir: path.join(dir, name), unlock }),
      name,
      "log.example",
    );
    const second = createKeys(
      await createLocalKeystore({ dir: path.join(dir, name), unlock }),
      name,
      "log.example",
    );
    expect(second).toEqual(first);
  }
});

test("all files belong to the owner alone and contain no private key", async () => {
  const keystore = await createLocalKeystore({ dir, unlock: keyFile() });
  createKeys(keystore, "portal", "log.example");
  const { purpose, participant, version, publicKey, blob, kek } = named(keystore, "receipt");
  const aad = { v: 1, purpose, participant, version, kek, public_key: toBase64url(publicKey) } as const;
  const opened = (await openKeystoreFile(dir, keyFile())).keks.get("receipt");
  const seed = Buffer.from(openPrivateKey({ kek: opened?.key ?? blob, aad, blob, kind: "ed25519" }));
  for (const name of readdirSync(dir)) {
    const bytes = readFileSync(path.join(dir, name));
    expect(statSync(path.join(dir, name)).mode & 0o777, name).toBe(0o600);
    for (const form of [seed, Buffer.from(seed.toString("base64url")), Buffer.from(seed.toString("hex"))]) {
      expect(bytes.includes(form), name).toBe(false);
    }
  }
});

test("a named key that another process replaces or removes is seen within seconds, one that this process removes at once, and an unchanged one is read once", async () => {
  const [mine, other] = [
    await createLocalKeystore({ dir, unlock: keyFile() }),
    await openLocalKeystore({ dir, unlock: keyFile() }),
  ];
  const seal = (version: number) => {
    const { publicKey, privateKey } = generateX25519();
    const key = { purpose: "escrow", participant: "log.example", version, publicKey } as const;
    return { ...key, ...other.sealPrivateKey({ ...key, privateKey }) };
  };
  expect(mine.readNamedKey("escrow-1")).toBeUndefined();
  other.writeNamedKey("escrow-1", seal(1));
  const read = named(mine, "escrow-1");
  expect(mine.readNamedKey("escrow-1")).toBe(read);
  other.removeNamedKey("escrow-1");
  const next = seal(2);
  other.writeNamedKey("escrow-1", next);
  await expect.poll(() => named(mine, "escrow-1")).toEqual(next);
  other.removeNamedKey("escrow-1");
  await expect.poll(() => mine.readNamedKey("escrow-1")).toBeUndefined();
  other.writeNamedKey("escrow-1", next);
  expect(named(mine, "escrow-1")).toEqual(next);
  mine.removeNamedKey("escrow-1");
  expect(mine.readNamedKey("escrow-1")).toBeUndefined();
});

test("a damaged named key gives one clear error, and a named key is never replaced", async () => {
  const keystore = await createLocalKeystore({ dir, unlock: keyFile() });
  createKeys(keystore, "portal", "log.example");
  const ref = keystore.readNamedKey("receipt");
  if (ref === undefined) throw new Error("a receipt key expected");
  expect(() => keystore.writeNamedKey("receipt", ref)).toThrow(/EEXIST/);
  writeFileSync(path.join(dir, "receipt.key.json"), "{");
  const again = await openLocalKeystore({ dir, unlock: keyFile() });
  expect(() => loadSigningKey(again, "receipt")).toThrow(KeystoreError);
});

test("keys made for one log are not used for another", async () => {
  const keystore = await createLocalKeystore({ dir, unlock: keyFile() });
  createKeys(keystore, "portal", "log.example");
  expect(() => createKeys(keystore, "portal", "other.example")).toThrow(/was made for/);
});

test("a folder that cannot be made gives one clear error, also for root", async () => {
  const file = path.join(dir, "a-file");
  writeFileSync(file, "");
  expect(await codeOf(createLocalKeystore({ dir: path.join(file, "sub"), unlock: keyFile() }))).toBe(
    "keystore.unusable",
  );
});
