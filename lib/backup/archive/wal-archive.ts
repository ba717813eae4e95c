import "server-only";
import { randomUUID } from "node:crypto";
import { createReadStream, createWriteStream, existsSync } from "node:fs";
import { mkdir, readdir, rename, rm } from "node:fs/promises";
import path from "node:path";
import { pipeline } from "node:stream/promises";
import type { BackupFolder, Manifest } from "@/lib/backup/archive/backup-folder";
import { clusterOf, requireCluster } from "@/lib/backup/archive/cluster";
import { openSealed, requireDigest, writeSealed } from "@/lib/backup/archive/sealed-file";
import { BackupRefused } from "@/lib/backup/refused";
import { syncFolder } from "@/lib/keystore/files/atomic-file";

const ENDING = ".gz.age";
const SEGMENT = /^[0-9A-F]{24}$/;
const ARCHIVED = /^(?:[0-9A-F]{24}(?:\.partial|\.[0-9A-F]{8}\.backup)?|[0-9A-F]{8}\.history)$/;

/** Bytes of WAL that one number of the middle part of a segment's name covers. */
const LOG_BYTES = 2 ** 32;

/** Returns the place of a segment in the order of all timelines. */
function numberOf(segment: string, segmentSize: number): number {
  const perLog = LOG_BYTES / segmentSize;
  return Number.parseInt(segment.slice(8, 16), 16) * perLog + Number.parseInt(segment.slice(16), 16);
}

const hex = (value: number): string => value.toString(16).toUpperCase().padStart(8, "0");

/** Returns the name of the file that says where a timeline left the one before it. */
export const historyOf = (timeline: number): string => `${hex(timeline)}.history`;

function nameOf(number: number, segmentSize: number, timeline: string): string {
  const perLog = LOG_BYTES / segmentSize;
  return `${timeline}${hex(Math.floor(number / perLog))}${hex(number % perLog)}`;
}

/** Returns the name of the segment that has a position, such as `0/3000028`. */
export function segmentAt(lsn: string, timeline: number, segmentSize: number): string {
  const [high = "0", low = "0"] = lsn.split("/");
  const number =
    Number.parseInt(high, 16) * (LOG_BYTES / segmentSize) +
    Math.floor(Number.parseInt(low, 16) / segmentSize);
  return nameOf(number, segmentSize, hex(timeline));
}

/** Returns the segments from one to another of the same timeline, both included. */
export function segmentsBetween(first: string, last: string, segmentSize: number): string[] {
  const from = numberOf(first, segmentSize);
  const count = Math.max(0, numberOf(last, segmentSize) - from + 1);
  return Array.from({ length: count }, (_, at) => nameOf(from + at, segmentSize, first.slice(0, 8)));
}

function quoted(file: string): string {
  return `'${file.replaceAll("'", "'\\''").replaceAll("%", "%%")}'`;
}

/**
 * Returns the `archive_command` that copies a finished segment to a folder, whole or not at all. After a crash the server
 * asks again for one that is there: it succeeds if the bytes are the same.
 */
export function archiveCommand(spool: string): string {
  const target = `${quoted(spool)}/%f`;
  // The server forgets the segment after this, so the folder is made durable too.
  const copy = `cp %p ${target}.part && sync ${target}.part && mv ${target}.part ${target} && sync ${quoted(spool)}`;
  return `if test -f ${target}; then cmp -s %p ${target}; else ${copy}; fi`;
}

/**
 * Reads a file from when its first bytes are asked for. A stream that is made before fails without a listener, and ends the
 * process, when another one has removed the file meanwhile.
 */
async function* bytesOf(file: string): AsyncGenerator<Uint8Array> {
  yield* createReadStream(file);
}

/**
 * Encrypts one archived file into the backup folder and reads it back. Another run may have stored it before. Throws
 * BackupRefused for a segment of another cluster than the folder's.
 */
export async function storeWal(
  folder: BackupFolder,
  file: string,
  recipients: readonly string[],
): Promise<void> {
  const name = path.basename(file);
  if (!ARCHIVED.test(name)) throw new BackupRefused(`${name} is not a file of the write-ahead log.`);
  if (SEGMENT.test(name)) await requireCluster(folder, await clusterOf(file));
  const target = path.join(folder.wal, `${name}${ENDING}`);
  // Two processes, of two containers too, may store one file: each has its own draft, and the result is the same.
  const draft = `${target}.${randomUUID()}.part`;
  const written = await writeSealed(draft, bytesOf(file), recipients);
  await requireDigest(draft, written);
  await rename(draft, target);
  syncFolder(folder.wal);
}

/** Moves everything that the server archived from its folder to the backup folder. Returns how many files it moved. */
export async function storeArchived(
  folder: BackupFolder,
  spool: string,
  recipients: readonly string[],
): Promise<number> {
  const names = (await readdir(spool)).filter((name) => ARCHIVED.test(name)).sort();
  for (const name of names) {
    const file = path.join(spool, name);
    try {
      await storeWal(folder, file, recipients);
    } catch (error) {
      // Another process has stored it meanwhile.
      if (existsSync(file)) throw error;
    }
    await rm(file, { force: true });
  }
  return names.length;
}

/** Returns the names of stored WAL files. */
export async function listWal({ wal }: BackupFolder): Promise<string[]> {
  const names = (await readdir(wal)).filter((name) => name.endsWith(ENDING));
  return names.map((name) => name.slice(0, -ENDING.length)).sort();
}

/** Removes segments from before one. History files are small and stay. */
export async function removeWalBefore(folder: BackupFolder, first: string): Promise<void> {
  for (const name of await listWal(folder))
    if (SEGMENT.test(name.slice(0, 24)) && name.slice(8, 24) < first.slice(8, 24))
      await rm(path.join(folder.wal, `${name}${ENDING}`), { force: true });
}

/**
 * Returns the first file that is missing between a backup and the newest stored segment; undefined without a gap. A restored
 * server goes on in a new timeline, whose segments PostgreSQL finds by its history file only.
 */
export function missingWal({ wal }: Manifest, stored: readonly string[]): string | undefined {
  const size = wal.segment_size;
  const segments = stored.filter((name) => SEGMENT.test(name));
  const numbers = new Set(segments.map((name) => numberOf(name, size)));
  // The backup has its own segments.
  const last = numberOf(wal.last, size);
  // A spread of arguments ends in a stack error at about 120,000 segments.
  const newest = [...numbers].reduce((most, number) => Math.max(most, number), last);
  for (let at = last + 1; at <= newest; at += 1)
    if (!numbers.has(at)) return nameOf(at, size, wal.last.slice(0, 8));
  const timelineOf = (segment: string): number => Number.parseInt(segment.slice(0, 8), 16);
  const latest = Math.max(...segments.map(timelineOf));
  for (let timeline = timelineOf(wal.last) + 1; timeline <= latest; timeline += 1)
    if (!stored.includes(historyOf(timeline))) return historyOf(timeline);
  return undefined;
}

/** Decrypts the WAL that may be needed from a backup on into a folder, for `restore_command`. */
export async function openWal(
  folder: BackupFolder,
  { wal }: Manifest,
  identities: readonly string[],
  target: string,
): Promise<void> {
  await mkdir(target, { recursive: true, mode: 0o700 });
  for (const name of await listWal(folder)) {
    const isNeeded = name.endsWith(".history") || (SEGMENT.test(name) && name.slice(8) >= wal.first.slice(8));
    if (!isNeeded) continue;
    const source = openSealed(path.join(folder.wal, `${name}${ENDING}`), identities);
    await pipeline(source, createWriteStream(path.join(target, name), { mode: 0o600 }));
  }
}
