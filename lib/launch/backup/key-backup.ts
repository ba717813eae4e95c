import "server-only";
import { chmod, mkdir, open, readdir, rename, stat } from "node:fs/promises";
import path from "node:path";
import { backupId } from "@/lib/backup/archive/backup-folder";
import { openSealed, readIdentities, requireDigest, writeSealed } from "@/lib/backup/archive/sealed-file";
import { folderItem, readTar, type TarItem, writeTar } from "@/lib/backup/archive/tar";
import { BackupRefused, explainBackupFailure } from "@/lib/backup/refused";
import { fileOf } from "@/lib/backup/server/base-backup";
import { INDEX_FOLDER } from "@/lib/custodian/journal/journal";
import type { LaunchEnv } from "@/lib/env";
import { backupFolder, instanceFolders, recipientsOf } from "@/lib/launch/backup/backup-place";

/**
 * What has to be kept apart from the database, by the part whose custodian keeps it. The witness's state is never restored.
 * The custodian makes an epoch's key before its journal announces it, so its keys are read after the journal.
 */
const PARTS: Readonly<Record<string, readonly string[]>> = {
  portal: ["keys/portal", "keys/worker", "keys/auditor"],
  signer: ["keys/signer", "signer"],
  custodian: ["keys/roster.json", "custodian", "keys/custodian"],
  witness: ["keys/witness"],
  database: ["keys/database"],
  instance: ["instance.json"],
};

/**
 * A file of the signer's and custodian's stores is only appended to, and what covers it is read first: the signer's state in
 * JSON, and the custodian's `journal`, which names lines of `registrations` and comes first in the alphabet.
 */
function stateFirst(a: string, b: string): number {
  const rank = (name: string): number => (name.endsWith(".json") ? 0 : 1);
  return rank(a) - rank(b) || (a < b ? -1 : 1);
}

async function* filesOf(root: string, name: string): AsyncGenerator<TarItem> {
  const found = await stat(path.join(root, name)).catch(() => undefined);
  if (found?.isFile()) yield* fileOf(root, name);
  if (!found?.isDirectory()) return;
  yield folderItem(name);
  const entries = await readdir(path.join(root, name));
  // The index changes all the time and is made again from the registrations.
  for (const entry of entries.filter((one) => one !== INDEX_FOLDER).sort(stateFirst))
    yield* filesOf(root, `${name}/${entry}`);
}

async function* partsOf(root: string, names: readonly string[]): AsyncGenerator<TarItem> {
  yield folderItem("keys");
  for (const part of names) for (const name of PARTS[part] ?? []) yield* filesOf(root, name);
}

/**
 * Makes a backup of keys and of what the signer and the custodian remember, encrypted to KEY_BACKUP_RECIPIENTS. `of` names
 * one part, where each part's keys have another keeper. Returns the file. Throws BackupRefused.
 */
export async function backUpKeys(env: LaunchEnv, of: string | undefined): Promise<string> {
  const { keys: recipients } = recipientsOf(env);
  if (recipients.length === 0)
    throw new BackupRefused("Set KEY_BACKUP_RECIPIENTS to public keys of age, other than BACKUP_RECIPIENTS.");
  if (of !== undefined && PARTS[of] === undefined)
    throw new BackupRefused(`--of is one of ${Object.keys(PARTS).join(", ")}.`);
  const [folder, { dataDir }] = [await backupFolder(env), await instanceFolders(env)];
  const file = path.join(folder.keys, `${backupId(new Date())}-${of ?? "all"}.tar.gz.age`);
  const draft = `${file}.part`;
  const names = of === undefined ? Object.keys(PARTS) : [of, "instance"];
  const written = await writeSealed(draft, writeTar(partsOf(dataDir, names)), recipients);
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

const PLACES = Object.values(PARTS).flat();

/** Whether a backup of keys has such an item. */
function isOfKeys({ name, kind }: TarItem): boolean {
  if (kind === "folder" && name === "keys") return true;
  if (name.split("/").includes(INDEX_FOLDER)) return false;
  return PLACES.some((place) => name === place || name.startsWith(`${place}/`));
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
