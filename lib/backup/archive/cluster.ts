import "server-only";
import { open, readFile } from "node:fs/promises";
import path from "node:path";
import type { BackupFolder } from "@/lib/backup/archive/backup-folder";
import { BackupRefused } from "@/lib/backup/refused";
import { writeFileAtomic } from "@/lib/keystore/files/atomic-file";

// A folder has the backups and the WAL of one cluster. Segments of two clusters have the same names. So a second
// cluster would overwrite the first one's WAL, and its retention would remove the first one's backups.

const NAME = "cluster";
/** Where a segment's first page has the identifier of its cluster (XLogLongPageHeaderData), and how long that header is. */
const IDENTIFIER_AT = 24;
const HEADER_BYTES = 40;

/** Returns the identifier of the cluster that wrote a segment of WAL. Throws BackupRefused if the file is shorter than its header. */
export async function clusterOf(segment: string): Promise<string> {
  const handle = await open(segment, "r");
  try {
    const header = Buffer.alloc(HEADER_BYTES);
    const { bytesRead } = await handle.read(header, 0, HEADER_BYTES, 0);
    if (bytesRead < HEADER_BYTES)
      throw new BackupRefused(`${path.basename(segment)} is not a segment of WAL.`);
    return header.readBigUInt64LE(IDENTIFIER_AT).toString();
  } finally {
    await handle.close();
  }
}

/** Throws BackupRefused if a folder belongs to another cluster. The folder belongs to the first cluster that uses it. */
export async function requireCluster({ dir }: BackupFolder, cluster: string): Promise<void> {
  const file = path.join(dir, NAME);
  const known = await readFile(file, "utf8").catch(() => undefined);
  if (known === undefined) {
    writeFileAtomic(file, `${cluster}\n`);
    return;
  }
  if (known.trim() !== cluster)
    throw new BackupRefused(
      `${dir} has the backups of another database cluster (${known.trim()}). Name an empty folder in BACKUP_DIR.`,
    );
}
