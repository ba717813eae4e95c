import "server-only";
import { chmod, mkdir, open, readdir, rename, stat } from "node:fs/promises";
import path from "node:path";
import { backupId } from "@/lib/backup/archive/backup-folder";
import { openSealed, readIdentities, requireDigest, writeSealed } from "@/lib/backup/archive/sealed-file";
import { fileItem, folderItem, readTar, type TarItem, writeTar } from "@/lib/backup/archive/tar";
import { BackupRefused, explainBackupFailure } from "@/lib/backup/refused";
import { fileOf } from "@/lib/backup/server/base-backup";
import { INDEX_FOLDER } from "@/lib/custodian/journal/journal";
import type { LaunchEnv } from "@/lib/env";
import { backupFolder, recipientsOf } from "@/lib/launch/backup/backup-place";
import { KEY_PLACES, type KeySource, keySources } from "@/lib/launch/backup/key-sources";

/**
 * A file of the signer's and custodian's stores is only appended to, and what covers it is read first: the signer's state in
 * JSON, and the custodian's `journal`, which names lines of `registrations` and comes first in the alphabet.
 */
function stateFirst(a: string, b: string): number {
  const rank = (name: string): number => (name.endsWith(".json") ? 0 : 1);
  return rank(a) - rank(b) || (a < b ? -1 : 1);
}

async function* filesOf(from: string, name: string): AsyncGenerator<TarItem> {
  const found = await stat(from).catch(() => undefined);
  if (found?.isFile()) yield* fileOf(from, name);
  if (!found?.isDirectory()) return;
  yield folderItem(name);
  const entries = await readdir(from);
  // The index changes all the time and is made again from the registrations.
  for (const entry of entries.filter((one) => one !== INDEX_FOLDER).sort(stateFirst))
    yield* filesOf(path.join(from, entry), `${name}/${entry}`);
}

async function* itemsOf(sources: readonly KeySource[]): AsyncGenerator<TarItem> {
  yield folderItem("keys");
  for (const { name, from } of sources) {
    if (typeof from === "string") yield* filesOf(from, name);
    else yield fileItem(name, from);
  }
}

/**
 * Makes a backup of keys and of what the signer and the custodian remember, encrypted to KEY_BACKUP_RECIPIENTS. `of` names
 * one part, where each part's keys have another keeper. Returns the file. Throws BackupRefused.
 */
export async function backUpKeys(env: LaunchEnv, of: string | undefined): Promise<string> {
  const { keys: recipients } = recipientsOf(env);
  if (recipients.length === 0)
    throw new BackupRefused("Set KEY_BACKUP_RECIPIENTS to public keys of age, other than BACKUP_RECIPIENTS.");
  const sources = await keySources(env, of);
  const folder = await backupFolder(env);
  const file = path.join(folder.keys, `${backupId(new Date())}-${of ?? "all"}.tar.gz.age`);
  const draft = `${file}.part`;
  const written = await writeSealed(draft, writeTar(itemsOf(sources)), recipients);
  await requireDigest(draft, written);
  await rename(draft, file);
  return file;
}

/** A backup of keys, and who opens it. */
export interface KeyBackup {
  readonly file: string;
  readonly identity: string;
}

/**
 * Writes the content of backups of keys to a data folder. A file that such a backup never has is refused, so that an archive
 * of another maker puts nothing else there: not the witness's state, and nothing that the instance would run or believe.
 */
export async function restoreKeys(backups: readonly KeyBackup[], dataDir: string): Promise<void> {
  for (const { file, identity } of backups) {
    const identities = await readIdentities(identity);
    try {
      for await (const item of readTar(openSealed(file, identities))) await writeItem(item, dataDir);
    } catch (error) {
      throw explainBackupFailure(error, file);
    }
  }
}

/** Whether a backup of keys has such an item. */
function isOfKeys({ name, kind }: TarItem): boolean {
  if (kind === "folder" && name === "keys") return true;
  if (name.split("/").includes(INDEX_FOLDER)) return false;
  return KEY_PLACES.some((place) => name === place || name.startsWith(`${place}/`));
}

async function writeItem(item: TarItem, dataDir: string): Promise<void> {
  if (!isOfKeys(item)) throw new BackupRefused("The file is not a backup of keys.");
  const target = path.join(dataDir, item.name);
  if (item.kind === "folder") {
    await mkdir(target, { recursive: true, mode: 0o700 });
    return;
  }
  await mkdir(path.dirname(target), { recursive: true, mode: 0o700 });
  const handle = await open(target, "w", 0o600);
  try {
    for await (const chunk of item.content) await handle.writeFile(chunk);
  } finally {
    await handle.close();
  }
  await chmod(target, item.mode === 0 ? 0o600 : item.mode);
}
