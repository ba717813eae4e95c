import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import {
  backupFor,
  backupId,
  listBackups,
  type Manifest,
  openBackupFolder,
  removeDrafts,
  sealedPath,
} from "@/lib/backup/archive/backup-folder";
import { applyRetention, outdatedBackups } from "@/lib/backup/archive/retention";
import {
  archiveCommand,
  missingWal,
  segmentAt,
  segmentsBetween,
  storeWal,
} from "@/lib/backup/archive/wal-archive";
import { makeIdentity } from "@/lib/testing/benches/age-identity";

const SEGMENT_SIZE = 16 * 1024 * 1024;
let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(path.join(os.tmpdir(), "sp-retention-"));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

function manifest(at: string, first = "000000010000000000000002", last = first): Manifest {
  const id = backupId(new Date(at));
  return {
    ...{ v: 1, id, log: "l", started_at: at, finished_at: at, method: "copy", server_version: "17.10" },
    ...{ database: "sealport", superuser: "postgres", log_size: 1, checkpoint: null, parts: ["database"] },
    wal: { start: "0/2000028", end: "0/2000100", segment_size: SEGMENT_SIZE, first, last },
    recipients: ["age1"],
    file: { name: `${id}.tar.gz.age`, bytes: 1, sha256: "00", plain_bytes: 1 },
    verified: "digest",
  };
}

it("keeps the newest backup of each kept day and week, and always the newest", () => {
  // Twice a day for forty days.
  const backups = Array.from({ length: 80 }, (_, at) =>
    manifest(new Date(Date.UTC(2026, 9, 1, 1) + at * 43_200_000).toISOString()),
  );
  const gone = new Set(outdatedBackups(backups, { daily: 7, weekly: 4 }).map(({ id }) => id));
  const kept = backups.filter(({ id }) => !gone.has(id)).map(({ finished_at }) => finished_at.slice(0, 13));
  expect(kept).toEqual([
    // The Sundays of two earlier weeks, then seven days: the newest of them begins the fourth week.
    ...["2026-10-25T13", "2026-11-01T13"],
    ...["2026-11-03T13", "2026-11-04T13", "2026-11-05T13", "2026-11-06T13", "2026-11-07T13", "2026-11-08T13"],
    "2026-11-09T13",
  ]);
  expect(outdatedBackups(backups.slice(0, 1), { daily: 1, weekly: 0 })).toEqual([]);
});

it("removes old backups with their WAL, and only what no kept backup needs", async () => {
  const folder = await openBackupFolder(dir);
  const [old, newest] = [
    manifest("2026-11-01T00:00:00.000Z", "000000010000000000000002"),
    manifest("2026-11-20T00:00:00.000Z", "000000010000000000000004"),
  ];
  for (const one of [old, newest]) {
    await writeFile(path.join(folder.base, `${one.id}.json`), JSON.stringify(one));
    await writeFile(sealedPath(folder, one.id), "x");
  }
  for (const name of [
    "000000010000000000000002",
    "000000010000000000000003",
    "000000010000000000000004",
    "00000002.history",
  ])
    await writeFile(path.join(folder.wal, `${name}.gz.age`), "x");
  const removed = await applyRetention(folder, await listBackups(folder), { daily: 1, weekly: 0 });
  expect(removed).toEqual([old.id]);
  expect(await readdir(folder.base)).toEqual([`${newest.id}.json`, `${newest.id}.tar.gz.age`]);
  expect(await readdir(folder.wal)).toEqual(["000000010000000000000004.gz.age", "00000002.history.gz.age"]);
});

it("counts no file without a manifest and no manifest that cannot be read", async () => {
  const folder = await openBackupFolder(dir);
  const good = manifest("2026-11-20T00:00:00.000Z");
  await writeFile(path.join(folder.base, `${good.id}.json`), JSON.stringify(good));
  await writeFile(sealedPath(folder, good.id), "x");
  await writeFile(path.join(folder.base, "20261121T000000Z.json"), '{"v":1');
  const elsewhere = {
    ...manifest("2026-11-24T00:00:00.000Z"),
    file: { ...good.file, name: "../../other.age" },
  };
  await writeFile(path.join(folder.base, `${elsewhere.id}.json`), JSON.stringify(elsewhere));
  await writeFile(sealedPath(folder, "20261122T000000Z"), "x");
  await writeFile(`${sealedPath(folder, "20261123T000000Z")}.part`, "x");
  expect((await listBackups(folder)).map(({ id }) => id)).toEqual([good.id]);
  await removeDrafts(folder);
  expect(await readdir(folder.base)).toEqual([
    `${good.id}.json`,
    `${good.id}.tar.gz.age`,
    "20261121T000000Z.json",
    `${elsewhere.id}.json`,
  ]);
});

it("chooses the newest backup from which a time can be reached", () => {
  const [first, second] = [manifest("2026-11-20T00:00:00.000Z"), manifest("2026-11-21T00:00:00.000Z")];
  const both = [first, second];
  expect(backupFor(both, undefined)).toBe(second);
  expect(backupFor(both, new Date("2026-11-20T12:00:00Z"))).toBe(first);
  expect(() => backupFor(both, new Date("2026-11-19T12:00:00Z"))).toThrow("No backup reaches back");
  expect(() => backupFor([], undefined)).toThrow("has no backup");
});

it("names segments of WAL as PostgreSQL does, and finds the first that is missing", () => {
  expect(segmentAt("0/2000028", 1, SEGMENT_SIZE)).toBe("000000010000000000000002");
  expect(segmentAt("1A/FF000000", 3, SEGMENT_SIZE)).toBe("000000030000001A000000FF");
  expect(segmentsBetween("0000000100000000000000FE", "000000010000000100000001", SEGMENT_SIZE)).toEqual([
    ...["0000000100000000000000FE", "0000000100000000000000FF"],
    ...["000000010000000100000000", "000000010000000100000001"],
  ]);
  const made = manifest("2026-11-20T00:00:00.000Z", "000000010000000000000002", "000000010000000000000003");
  const stored = (...ends: string[]) => ends.map((end) => `0000000100000000000000${end}`);
  expect(missingWal(made, [])).toBeUndefined();
  expect(missingWal(made, stored("04", "05"))).toBeUndefined();
  expect(missingWal(made, stored("04", "06"))).toBe("000000010000000000000005");
  // After a restore the next timeline continues, which only its history file tells the server.
  const continued = [...stored("04"), "000000020000000000000005"];
  expect(missingWal(made, continued)).toBe("00000002.history");
  expect(missingWal(made, [...continued, "00000002.history"])).toBeUndefined();
});

it("quotes the folder of archived WAL for the shell and for PostgreSQL", () => {
  expect(archiveCommand("/data/50% of it's/wal")).toContain("'/data/50%% of it'\\''s/wal'/%f");
});

it("keeps a folder for one cluster: WAL of another cluster is refused and overwrites no file", async () => {
  const folder = await openBackupFolder(dir);
  const segmentOf = async (cluster: bigint) => {
    const header = Buffer.alloc(64);
    header.writeBigUInt64LE(cluster, 24);
    const file = path.join(dir, "000000010000000000000001");
    await writeFile(file, header);
    return file;
  };
  const { recipient } = await makeIdentity(dir, "id");
  const stored = path.join(folder.wal, "000000010000000000000001.gz.age");
  await storeWal(folder, await segmentOf(7_000_000_000_000_000_001n), [recipient]);
  const before = await readFile(stored);
  // A repetition by the same cluster is the same segment.
  await storeWal(folder, await segmentOf(7_000_000_000_000_000_001n), [recipient]);
  const again = await readFile(stored);
  expect(again.length).toBe(before.length);
  await expect(storeWal(folder, await segmentOf(7_000_000_000_000_000_002n), [recipient])).rejects.toThrow(
    "another database cluster (7000000000000000001)",
  );
  expect(await readFile(stored)).toEqual(again);
  await writeFile(path.join(dir, "000000010000000000000002"), "short");
  await expect(storeWal(folder, path.join(dir, "000000010000000000000002"), [recipient])).rejects.toThrow(
    "is not a segment of WAL",
  );
});

it("a file of WAL that another process has removed fails only this call, and leaves no draft", async () => {
  const folder = await openBackupFolder(dir);
  const { recipient } = await makeIdentity(dir, "id");
  const gone = path.join(dir, "000000010000000000000003.00000028.backup");
  await expect(storeWal(folder, gone, [recipient])).rejects.toThrow("is missing");
  expect(await readdir(folder.wal)).toEqual([]);
});
