import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { writeSealed } from "@/lib/backup/archive/sealed-file";
import { fileItem, folderItem, type TarItem, writeTar } from "@/lib/backup/archive/tar";
import { restoreKeys } from "@/lib/launch/backup/key-backup";
import { makeIdentity } from "@/lib/testing/benches/age-identity";

let dir: string;
let into: string;
beforeEach(async () => {
  dir = await mkdtemp(path.join(os.tmpdir(), "sp-keys-"));
  into = await mkdtemp(path.join(os.tmpdir(), "sp-into-"));
});
afterEach(() => Promise.all([dir, into].map((one) => rm(one, { recursive: true, force: true }))));

/** Restores an archive that anyone who knows the public key can make. */
async function restore(...items: TarItem[]): Promise<void> {
  async function* all() {
    yield* items;
  }
  const { file: identity, recipient } = await makeIdentity(dir, "id");
  const file = path.join(dir, "keys.tar.gz.age");
  await writeSealed(file, writeTar(all()), [recipient]);
  await restoreKeys([{ file, identity }], into);
}
const text = (name: string) => fileItem(name, Buffer.from("x"));

it("the parts of a backup of keys are written where they were", async () => {
  await restore(
    folderItem("keys"),
    folderItem("keys/portal"),
    text("keys/portal/root.json"),
    text("keys/roster.json"),
    text("signer/log/tail"),
    text("instance.json"),
  );
  expect(await readFile(path.join(into, "keys/portal/root.json"), "utf8")).toBe("x");
  expect((await readdir(into)).sort()).toEqual(["instance.json", "keys", "signer"]);
});

it.each([
  "witness/head",
  "././witness/head",
  "keys/./../witness/head",
  "postgres/data/postgresql.auto.conf",
  "././postgres/data/postgresql.auto.conf",
  "demo.json",
  "keys/other/key",
  "instance.json.env",
])("%s is not of a backup of keys and is not written", async (name) => {
  await expect(restore(text(name))).rejects.toThrow(/not a backup of keys|damaged/);
  expect(await readdir(into)).toEqual([]);
});
