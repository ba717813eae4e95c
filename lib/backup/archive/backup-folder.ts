import "server-only";
import { mkdir, readdir, readFile, rename, rm, stat } from "node:fs/promises";
import path from "node:path";
import { z } from "zod";
import { requireDigest, type SealedFile } from "@/lib/backup/archive/sealed-file";
import { BackupRefused, explainBackupFailure } from "@/lib/backup/refused";
import { syncFolder, writeFileAtomic } from "@/lib/keystore/files/atomic-file";

/** A segment of WAL is stored within seconds: an older draft is of a killed process. */
const OLD_DRAFT_MS = 600_000;
const Count = z.int().min(0);

const fileName = (id: string): string => `${id}.tar.gz.age`;

/** What a database backup is, stored next to it and readable without a key. */
export const Manifest = z
  .strictObject({
    v: z.literal(1),
    id: z.string().regex(/^[0-9]{8}T[0-9]{6}Z$/),
    log: z.string(),
    started_at: z.iso.datetime(),
    /** When the copy was consistent, by the server's clock: a restore can reach no earlier time. */
    finished_at: z.iso.datetime(),
    method: z.enum(["copy", "pg_basebackup"]),
    server_version: z.string(),
    database: z.string(),
    /** The login that made the cluster: it may do everything in a restored one. */
    superuser: z.string(),
    wal: z.strictObject({
      start: z.string(),
      end: z.string(),
      segment_size: Count,
      first: z.string(),
      last: z.string(),
    }),
    /** Entries of the log at that moment, and its newest checkpoint. */
    log_size: Count,
    checkpoint: z.strictObject({ size: Count, root: z.string() }).nullable(),
    parts: z.tuple([z.literal("database")]),
    recipients: z.array(z.string()).min(1),
    file: z.strictObject({ name: z.string(), bytes: Count, sha256: z.string(), plain_bytes: Count }),
    /** `opened`: decrypted to its end. `digest`: read back only, as no identity was given. */
    verified: z.enum(["opened", "digest"]),
  })
  // Its file is the one next to it, wherever a changed manifest would lead.
  .refine(({ id, file }) => file.name === fileName(id), "names another file");
export type Manifest = z.infer<typeof Manifest>;

/** Folders of a place where backups are kept. */
export interface BackupFolder {
  readonly dir: string;
  readonly base: string;
  readonly wal: string;
  readonly keys: string;
}

/** Returns the folders, which are made if they are missing. */
export async function openBackupFolder(dir: string): Promise<BackupFolder> {
  const root = path.resolve(dir);
  const folder = {
    dir: root,
    base: path.join(root, "base"),
    wal: path.join(root, "wal"),
    keys: path.join(root, "keys"),
  };
  try {
    for (const made of [root, folder.base, folder.wal, folder.keys])
      await mkdir(made, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw explainBackupFailure(error, root);
  }
  return folder;
}

/** Returns the name of a backup that begins now. */
export function backupId(at: Date): string {
  return at.toISOString().replace(/[-:]|\.\d+/g, "");
}

export function sealedPath({ base }: BackupFolder, id: string): string {
  return path.join(base, fileName(id));
}

/** The file while it is written: it does not count, and the next backup removes it. */
export function draftPath(folder: BackupFolder, id: string): string {
  return `${sealedPath(folder, id)}.part`;
}

/** Makes a verified draft a backup. The manifest comes last, so a file without one never counts. */
export async function publishBackup(folder: BackupFolder, manifest: Manifest): Promise<void> {
  await rename(draftPath(folder, manifest.id), sealedPath(folder, manifest.id));
  syncFolder(folder.base);
  writeFileAtomic(path.join(folder.base, `${manifest.id}.json`), `${JSON.stringify(manifest, null, 2)}\n`);
}

/** Removes what an interrupted backup left. */
export async function removeDrafts(folder: BackupFolder): Promise<void> {
  const names = await readdir(folder.base);
  const known = new Set(names.filter((name) => name.endsWith(".json")).map((name) => name.slice(0, -5)));
  for (const name of names) {
    const isOrphan = name.endsWith(".tar.gz.age") && !known.has(name.slice(0, -".tar.gz.age".length));
    if (name.endsWith(".part") || name.endsWith(".tmp") || isOrphan)
      await rm(path.join(folder.base, name), { force: true });
  }
  for (const name of await readdir(folder.wal)) {
    const draft = path.join(folder.wal, name);
    const isOld = async () => Date.now() - (await stat(draft)).mtimeMs > OLD_DRAFT_MS;
    if (name.endsWith(".part") && (await isOld().catch(() => false))) await rm(draft, { force: true });
  }
}

/** Returns the backups, oldest first. A manifest that cannot be read does not count. */
export async function listBackups(folder: BackupFolder): Promise<Manifest[]> {
  const names = (await readdir(folder.base)).filter((name) => name.endsWith(".json")).sort();
  const read = names.map(async (name) => {
    try {
      return Manifest.safeParse(JSON.parse(await readFile(path.join(folder.base, name), "utf8"))).data;
    } catch {
      return undefined;
    }
  });
  return (await Promise.all(read)).filter((manifest) => manifest !== undefined);
}

/** Removes one backup, its manifest first. */
export async function removeBackup(folder: BackupFolder, { id }: Manifest): Promise<void> {
  await rm(path.join(folder.base, `${id}.json`), { force: true });
  await rm(sealedPath(folder, id), { force: true });
}

/** Returns the path of a backup's file, after its digest was compared with the manifest. Throws BackupRefused. */
export async function requireWhole(folder: BackupFolder, manifest: Manifest): Promise<string> {
  const file = path.join(folder.base, manifest.file.name);
  const stated: SealedFile = manifest.file;
  await requireDigest(file, stated);
  return file;
}

/** Returns the newest backup from which a time can be reached; without a time the newest. Throws BackupRefused. */
export function backupFor(backups: readonly Manifest[], to: Date | undefined): Manifest {
  const newest = backups.findLast(
    ({ finished_at }) => to === undefined || Date.parse(finished_at) <= to.getTime(),
  );
  if (newest !== undefined) return newest;
  const [oldest] = backups;
  if (oldest === undefined) throw new BackupRefused("The folder has no backup.");
  throw new BackupRefused(
    `No backup reaches back to ${to?.toISOString()}: the oldest begins at ${oldest.finished_at}.`,
  );
}
