import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { openSealed, readIdentities, writeSealed } from "@/lib/backup/archive/sealed-file";
import { fileItem, folderItem, readTar, type TarItem, writeTar } from "@/lib/backup/archive/tar";
import type { LaunchEnv } from "@/lib/env";
import { backUpKeys, restoreKeys } from "@/lib/launch/backup/key-backup";
import { newInstance } from "@/lib/launch/instance-file";
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
  "custodian/registrations.index/CURRENT",
])("%s is not of a backup of keys and is not written", async (name) => {
  await expect(restore(text(name))).rejects.toThrow(/not a backup of keys|damaged/);
  expect(await readdir(into)).toEqual([]);
});

it("the custodian's journal is copied before the registrations and keys that it names, and the index is not copied", async () => {
  const { file: identity, recipient } = await makeIdentity(dir, "id");
  const custodian = path.join(into, "custodian");
  await mkdir(path.join(custodian, "registrations.index"), { recursive: true });
  for (const name of ["registrations", "journal", "registrations.index/CURRENT"])
    await writeFile(path.join(custodian, name), "x");
  await writeFile(path.join(into, "instance.json"), JSON.stringify(newInstance(undefined)));
  const env: Partial<LaunchEnv> = { DATA_DIR: into, BACKUP_DIR: dir, KEY_BACKUP_RECIPIENTS: recipient };
  const file = await backUpKeys(env as LaunchEnv, "custodian");
  const names: string[] = [];
  for await (const { name } of readTar(openSealed(file, await readIdentities(identity)))) names.push(name);
  const own = ["custodian", "custodian/journal", "custodian/registrations", "keys/custodian"];
  expect(names).toEqual(["keys", ...own, "instance.json"]);
});
