import "server-only";
import { open, opendir } from "node:fs/promises";
import path from "node:path";
import type { Client } from "pg";
import { z } from "zod";
import { fileItem, folderItem, type TarItem } from "@/lib/backup/archive/tar";
import { historyOf, segmentAt, segmentsBetween } from "@/lib/backup/archive/wal-archive";
import { BackupRefused } from "@/lib/backup/refused";
import type { CopyFacts } from "@/lib/backup/server/copy-facts";

// What a base backup leaves out, as pg_basebackup does: content that the server makes again at its start.
const EMPTY = new Set([
  ...["pg_wal", "pg_wal/archive_status", "pg_wal/summaries", "pg_replslot", "pg_dynshmem", "pg_notify"],
  ...["pg_serial", "pg_snapshots", "pg_stat_tmp", "pg_subtrans"],
]);
const LEFT_OUT =
  /(?:^|\/)(?:postmaster\.(?:pid|opts)|backup_label(?:\.old)?|tablespace_map(?:\.old)?|backup_manifest|pg_internal\.init(?:\.\d+)?|current_logfiles(?:\.tmp)?|postgresql\.auto\.conf\.tmp|recovery\.signal|standby\.signal|pgsql_tmp.*)$/;
/** Copied last, so that it is not older than what it describes. */
const CONTROL = "global/pg_control";
const CHUNK = 256 * 1024;

async function* read(handle: Awaited<ReturnType<typeof open>>): AsyncGenerator<Uint8Array> {
  for (;;) {
    const buffer = Buffer.allocUnsafe(CHUNK);
    const { bytesRead } = await handle.read(buffer, 0, CHUNK);
    if (bytesRead === 0) return;
    yield buffer.subarray(0, bytesRead);
  }
}

/** Yields one file; nothing if it was removed meanwhile, which WAL replay accounts for. */
export async function* fileOf(from: string, name: string): AsyncGenerator<TarItem> {
  const handle = await open(from, "r").catch((error) => {
    if (Reflect.get(Object(error), "code") === "ENOENT") return undefined;
    throw error;
  });
  if (handle === undefined) return;
  try {
    const { size, mode } = await handle.stat();
    yield { name, kind: "file", mode: mode & 0o700, size, content: read(handle) };
  } finally {
    await handle.close();
  }
}

/** Yields a folder, with its content unless the server makes that again. */
async function* folderOf(root: string, name: string): AsyncGenerator<TarItem> {
  yield folderItem(name);
  if (!EMPTY.has(name)) yield* dataFiles(root, name);
  else for (const inner of EMPTY) if (inner.startsWith(`${name}/`)) yield folderItem(inner);
}

/** Yields the content of a folder of the cluster but for what the server makes again. */
async function* dataFiles(root: string, folder = ""): AsyncGenerator<TarItem> {
  for await (const entry of await opendir(path.join(root, folder))) {
    const name = path.posix.join(folder, entry.name);
    if (LEFT_OUT.test(name) || name === CONTROL) continue;
    if (entry.isSymbolicLink())
      throw new BackupRefused(`${name} is a link. Tablespaces are not supported: use pgBackRest.`);
    if (entry.isDirectory()) yield* folderOf(root, name);
    else if (entry.isFile()) yield* fileOf(path.join(root, name), name);
  }
}

const Started = z.object({ start: z.string(), timeline: z.number(), segment_size: z.coerce.number() });
const Stopped = z.object({ lsn: z.string(), labelfile: z.string(), spcmapfile: z.string(), at: z.date() });

async function begin(client: Client, label: string) {
  // A slot of this session keeps the WAL that the copy needs; it ends with the session, whatever happens. The session of a backup that was
  // killed can live for a moment longer.
  await client.query(
    "SELECT pg_create_physical_replication_slot('sealport_' || pg_backend_pid(), true, true)",
  );
  const { rows } = await client.query(
    `SELECT pg_backup_start($1, fast => true)::text AS start,
       (SELECT timeline_id FROM pg_control_checkpoint()) AS timeline,
       (SELECT setting FROM pg_settings WHERE name = 'wal_segment_size') AS segment_size`,
    [`sealport ${label}`],
  );
  return Started.parse(rows[0]);
}

async function end(client: Client) {
  const { rows } = await client.query(
    "SELECT lsn::text, labelfile, spcmapfile, clock_timestamp() AS at FROM pg_backup_stop(wait_for_archive => false)",
  );
  return Stopped.parse(rows[0]);
}

/**
 * Yields a base backup of the server that `client` is connected to as a superuser, from its data folder on this machine:
 * pg_backup_start, a copy of the files, pg_backup_stop, and the WAL that makes the copy consistent. It can be restored
 * without any other file. `facts` is filled in by the end.
 */
export async function* copyDatabase(
  client: Client,
  dataFolder: string,
  label: string,
  facts: CopyFacts,
): AsyncGenerator<TarItem> {
  const { start, timeline, segment_size } = await begin(client, label);
  yield* dataFiles(dataFolder);
  yield* fileOf(path.join(dataFolder, CONTROL), CONTROL);
  const { lsn, labelfile, spcmapfile, at } = await end(client);
  if (spcmapfile !== "") throw new BackupRefused("Tablespaces are not supported: use pgBackRest.");
  yield fileItem("backup_label", Buffer.from(labelfile));
  const first = segmentAt(start, timeline, segment_size);
  // The position after the last record: at a segment's border the segment before it is the last.
  const { rows } = await client.query<{ name: string }>("SELECT pg_walfile_name($1::pg_lsn) AS name", [lsn]);
  const last = rows[0]?.name ?? first;
  for (const segment of segmentsBetween(first, last, segment_size))
    yield* fileOf(path.join(dataFolder, `pg_wal/${segment}`), `pg_wal/${segment}`);
  for (let history = timeline; history > 1; history -= 1)
    yield* fileOf(path.join(dataFolder, `pg_wal/${historyOf(history)}`), `pg_wal/${historyOf(history)}`);
  facts.finish({ start, end: lsn, segment_size, first, last }, at);
}
