import "server-only";
import { chmod, mkdir, mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { explainFileError } from "@/lib/db/embedded/start-error";

/** Processes that keep sealed keys. */
export const KEY_HOLDERS = ["portal", "signer", "custodian", "witness"] as const;
export type KeyHolder = (typeof KEY_HOLDERS)[number];
const PRIVATE_FOLDERS = ["portal", "signer", "custodian", "witness", "logs"];
const KEY_FOLDERS = [...KEY_HOLDERS, "worker", "auditor", "database"];

export interface InstanceFolders {
  readonly dataDir: string;
  /** Sockets of the internal services; short enough for a socket's path. */
  readonly runDir: string;
  keyDir(process: string): string;
  privateDir(process: string): string;
  file(name: string): string;
}

const MAX_RUN_DIR_BYTES = 80;

async function makePrivate(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await chmod(folder, 0o700);
}

async function findRunDir(dataDir: string): Promise<string> {
  const own = path.join(dataDir, "run");
  if (Buffer.byteLength(own) <= MAX_RUN_DIR_BYTES) {
    await makePrivate(own);
    return own;
  }
  return mkdtemp(path.join(os.tmpdir(), "sealport-run-"));
}

/** Makes the data folder and everything private in it, and proves that it can be written. */
export async function prepareFolders(dataDir: string): Promise<InstanceFolders> {
  try {
    await mkdir(dataDir, { recursive: true, mode: 0o700 });
    const root = await realpath(dataDir);
    const probe = path.join(root, ".write-probe");
    await writeFile(probe, "x".repeat(4096), { mode: 0o600 });
    await rm(probe);
    for (const name of PRIVATE_FOLDERS) await makePrivate(path.join(root, name));
    await makePrivate(path.join(root, "keys"));
    for (const name of KEY_FOLDERS) await makePrivate(path.join(root, "keys", name));
    return {
      dataDir: root,
      runDir: await findRunDir(root),
      keyDir: (process) => path.join(root, "keys", process),
      privateDir: (process) => path.join(root, process),
      file: (name) => path.join(root, name),
    };
  } catch (error) {
    throw explainFileError(error, path.resolve(dataDir));
  }
}

/** Removes a run folder that is outside the data folder. */
export async function removeRunDir(folders: InstanceFolders): Promise<void> {
  if (!folders.runDir.startsWith(folders.dataDir)) await rm(folders.runDir, { recursive: true, force: true });
}
