import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { ed25519Verify } from "@/lib/crypto/primitives";
import { readCustody } from "@/lib/env/custody";
import { DomainError } from "@/lib/errors";
import { KEYSTORE_FILE, newKeyFileText, readRoots } from "@/lib/keystore/files/keystore-file";
import { createLocalKeystore, openLocalKeystore } from "@/lib/keystore/files/local-keystore";
import {
  describeRoots,
  dropOldRoot,
  dropStagedRoot,
  promoteRoot,
  stageRoot,
} from "@/lib/keystore/files/move-root";
import { createKeystore, openKeystore } from "@/lib/keystore/open-keystore";
import { localHolder, openKeystoreFile } from "@/lib/keystore/roots/open-roots";
import { mapServiceFailure } from "@/lib/keystore/roots/persist";
import { loadSigningKey } from "@/lib/keystore/signing-key";

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(path.join(os.tmpdir(), "sealport-move-"));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const file = (): string => path.join(dir, KEYSTORE_FILE);
const stored = (): string => readFileSync(file(), "utf8");
const states = (): string[] => readRoots(dir).roots.map(({ n, state }) => `${n} ${state}`);

/** A local custody with its own key file. */
function holder(name: string) {
  const keyFile = path.join(dir, name);
  if (!existsSync(keyFile)) writeFileSync(keyFile, newKeyFileText(), { mode: 0o600 });
  return localHolder({ keyFile });
}

const unlock = (name: string) => ({ keyFile: path.join(dir, name) });

async function begin() {
  const from = holder("first.key");
  await createLocalKeystore({ dir, unlock: unlock("first.key") });
  return from;
}

async function secretsKek(name: string): Promise<Uint8Array | undefined> {
  return (await openKeystoreFile(dir, unlock(name))).keks.get("secrets")?.key;
}

// Files of earlier programs must always open: v1 was written before keys could move, v2 after one move.
test.each(["v1", "v2"])("a keystore of format %s in the sources opens and signs", async (format) => {
  cpSync(path.join(import.meta.dirname, "..", "testdata", format), dir, { recursive: true });
  const before = stored();
  const keystore = await openKeystore({
    dir,
    custody: readCustody({ KEK_FILE: path.join(dir, "kek.key") }),
  });
  const key = loadSigningKey(keystore, "receipt");
  const message = new Uint8Array([1, 2, 3]);
  expect(key.vkey).toBe("log.example.test/receipt+7197b443+AY/zC2KnY8c/A2C8+uuCeaMQwZeK8e6B0sFuH82auvIh");
  expect(ed25519Verify(key.publicKey, message, await key.sign(message))).toBe(true);
  expect(stored()).toBe(before);
});

test("a file of the second format with two current roots, two old ones or a repeated number is damaged", async () => {
  cpSync(path.join(import.meta.dirname, "..", "testdata", "v2"), dir, { recursive: true });
  const whole = JSON.parse(stored());
  const [old, current] = whole.roots;
  const wrong = [
    [current],
    [current, { ...current, n: 3 }],
    [old, { ...old, n: 3 }, current],
    [{ ...old, n: 2 }, current],
    [old],
  ];
  const opens = async (roots: unknown): Promise<unknown> => {
    writeFileSync(file(), JSON.stringify({ ...whole, roots }));
    return openLocalKeystore({ dir, unlock: unlock("kek.key") }).then(
      () => "opens",
      (error: unknown) => Reflect.get(Object(error), "code"),
    );
  };
  expect(await opens(wrong[0])).toBe("opens");
  for (const roots of wrong.slice(1)) expect(await opens(roots)).toBe("keystore.damaged");
});

test("any changed character of the second format is detected at the start", async () => {
  cpSync(path.join(import.meta.dirname, "..", "testdata", "v2"), dir, { recursive: true });
  await dropOldRoot(dir, localHolder(unlock("kek.key")));
  const whole = stored();
  for (let at = 0; at < whole.length - 1; at += 5) {
    if (/\s/.test(whole[at] ?? "")) continue;
    const changed = whole.slice(0, at) + (whole[at] === "A" ? "B" : "A") + whole.slice(at + 1);
    writeFileSync(file(), changed);
    const error = await openLocalKeystore({ dir, unlock: unlock("kek.key") }).catch((e: unknown) => e);
    // The kind of a key is for people to read. It opens nothing.
    if (/"key": "\S+"/.test(whole.slice(at - 20, at + 20)) && !(error instanceof Error)) continue;
    expect(["keystore.damaged", "keystore.wrong-unlock", "keystore.refused"], `character ${at}`).toContain(
      Reflect.get(Object(error), "code"),
    );
  }
});

test("one old root is kept, and the one before it is dropped at the next promotion", async () => {
  const first = await begin();
  const kek = await secretsKek("first.key");
  await stageRoot(dir, first, holder("second.key"));
  expect(states()).toEqual(["1 current", "2 staged"]);
  promoteRoot(dir, 2);
  promoteRoot(dir, 2);
  expect(states()).toEqual(["1 old", "2 current"]);
  await stageRoot(dir, holder("second.key"), holder("third.key"));
  expect(states()).toEqual(["1 old", "2 current", "3 staged"]);
  expect(await secretsKek("first.key")).toEqual(kek);
  promoteRoot(dir, 3);
  expect(states()).toEqual(["2 old", "3 current"]);
  expect(await secretsKek("second.key")).toEqual(kek);
  expect(await secretsKek("third.key")).toEqual(kek);
  await expect(secretsKek("first.key")).rejects.toMatchObject({ code: "keystore.refused" });
});

test("a staged root has no effect until a process starts with it, and may be replaced or dropped", async () => {
  const first = await begin();
  await stageRoot(dir, first, holder("second.key"));
  await stageRoot(dir, first, holder("third.key"));
  expect(states()).toEqual(["1 current", "3 staged"]);
  await openKeystore({ dir, custody: readCustody({ KEK_FILE: path.join(dir, "first.key") }) });
  expect(states()).toEqual(["1 current", "3 staged"]);
  expect(dropStagedRoot(dir)?.n).toBe(3);
  expect(dropStagedRoot(dir)).toBeUndefined();
  expect(describeRoots(dir)).toEqual(["current root 1: local (key-file)"]);
});

test("of concurrent moves one is staged, the others report that the file changed, and the keys stay", async () => {
  const first = await begin();
  const kek = await secretsKek("first.key");
  const names = ["a.key", "b.key", "c.key", "d.key"];
  const moved = await Promise.allSettled(names.map((name) => stageRoot(dir, first, holder(name))));
  expect(moved.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
  for (const result of moved) {
    if (result.status === "rejected") expect(String(result.reason)).toMatch(/was changed in the meantime/);
  }
  expect(states()).toEqual(["1 current", "2 staged"]);
  expect(await secretsKek("first.key")).toEqual(kek);
});

test("only a custody that opens the current root can drop an old one", async () => {
  const first = await begin();
  await stageRoot(dir, first, holder("second.key"));
  promoteRoot(dir, 2);
  await expect(dropOldRoot(dir, first)).rejects.toMatchObject({ code: "keystore.refused" });
  expect(states()).toEqual(["1 old", "2 current"]);
  expect((await dropOldRoot(dir, holder("second.key")))?.n).toBe(1);
  expect(await dropOldRoot(dir, holder("second.key"))).toBeUndefined();
});

test("a leftover lock stops a move with one line, and stops no start", async () => {
  const first = await begin();
  await stageRoot(dir, first, holder("second.key"));
  writeFileSync(`${file()}.lock`, "");
  await expect(stageRoot(dir, first, holder("third.key"))).rejects.toThrow(/if none runs, remove .*\.lock/);
  const failures: unknown[] = [];
  const custody = readCustody({ KEK_FILE: path.join(dir, "second.key") });
  await openKeystore({ dir, custody, onFailure: (error) => failures.push(error) });
  expect(failures).toHaveLength(1);
  expect(states()).toEqual(["1 current", "2 staged"]);
});

test("keys do not move to a custody that returns another key than it was given", async () => {
  const first = await begin();
  const before = stored();
  const forgetful = {
    kind: "transit",
    name: "forgetful",
    wrap: async () => ({ key: "k", wrapped: "w" }),
    unwrap: async () => new Uint8Array(32),
    health: async () => ({ key: "k" }),
  } as const;
  await expect(stageRoot(dir, first, { custody: forgetful })).rejects.toThrow(/gave back another key/);
  expect(stored()).toBe(before);
});

test("an unavailable service leaves no files of a new keystore, and is a 503 for callers", async () => {
  const custody = readCustody({
    SEALPORT_CUSTODY: "transit:key",
    VAULT_ADDR: "http://127.0.0.1:9",
    VAULT_TOKEN: "t",
  });
  const patience = { attempts: 2, callMs: 60_000, pauseMs: 1 };
  const error = await createKeystore({ dir, custody, patience }).catch((failure: unknown) => failure);
  expect(error).toMatchObject({ code: "keystore.unavailable" });
  expect(existsSync(file())).toBe(false);
  const mapped = mapServiceFailure(error);
  expect(mapped).toBeInstanceOf(DomainError);
  expect(mapped).toMatchObject({ code: "service.keystore-unavailable", status: 503 });
});
