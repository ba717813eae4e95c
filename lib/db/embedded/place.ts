import "server-only";
import { createHash } from "node:crypto";
import { chmod, chown, lstat, mkdir, realpath, symlink } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { canEnter, type ServerAccount } from "@/lib/db/embedded/account";
import { explainFileError, StartError } from "@/lib/db/embedded/start-error";

/** Folders of one cluster. `base` belongs to the server's account, mode 0700. */
export interface ClusterPlace {
  readonly base: string;
  readonly dataFolder: string;
  readonly socketFolder: string;
  readonly logFile: string;
}

/** sun_path holds 107 bytes; the socket's own name takes 20. */
const MAX_SOCKET_FOLDER = 80;
const OUTSIDE = "/var/lib/sealport";

/** Makes a folder that only the server's account enters. */
export async function ownFolder(folder: string, account: ServerAccount): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  if (account.isOther) await chown(folder, account.uid, account.gid);
  await chmod(folder, 0o700);
}

function shortHash(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 16);
}

async function exists(file: string): Promise<boolean> {
  return lstat(file).then(
    () => true,
    () => false,
  );
}

/** A free folder outside a closed ancestor. An older one of the same path is left alone: it may be data. */
async function outsideFolder(dataDir: string): Promise<string> {
  const hash = shortHash(dataDir);
  await mkdir(OUTSIDE, { recursive: true, mode: 0o755 });
  for (let attempt = 0; ; attempt += 1) {
    const folder = path.join(OUTSIDE, attempt === 0 ? hash : `${hash}-${attempt}`);
    if (!(await exists(folder))) return folder;
  }
}

/**
 * DATA_DIR/postgres, or as root below a folder that the server's account cannot enter, a folder in
 * /var/lib/sealport to which DATA_DIR/postgres is a link.
 */
async function findBase(dataDir: string, account: ServerAccount): Promise<string> {
  const inside = path.join(dataDir, "postgres");
  if (await exists(inside)) {
    const base = await realpath(inside).catch(() => {
      throw new StartError(
        `The database folder that ${inside} points to is missing. Restore it, or remove the link to start with an empty database.`,
      );
    });
    await ownFolder(base, account);
    return base;
  }
  if (canEnter(account, dataDir)) {
    await ownFolder(inside, account);
    return inside;
  }
  const outside = await outsideFolder(dataDir);
  await ownFolder(outside, account);
  if (!canEnter(account, outside))
    throw new StartError(`The user postgres cannot enter ${OUTSIDE}. Give its parents mode 0755.`);
  await symlink(outside, inside);
  return outside;
}

/**
 * Inside the cluster's folder, or under the temporary folder when that path is too long for a socket. The name is the
 * same at each start, so that URLs remain valid when PostgreSQL is started again.
 */
async function findSocketFolder(base: string, account: ServerAccount): Promise<string> {
  const own = path.join(base, "run");
  const isShort = Buffer.byteLength(own) <= MAX_SOCKET_FOLDER;
  const folder = isShort ? own : path.join(os.tmpdir(), `sealport-pg-${shortHash(base)}`);
  if (!isShort) await refuseForeign(folder, account);
  await ownFolder(folder, account);
  return folder;
}

/** All users share the temporary folder: another user may have made this name, or a link, first. */
async function refuseForeign(folder: string, account: ServerAccount): Promise<void> {
  const found = await lstat(folder).catch(() => undefined);
  if (found === undefined) return;
  if (!found.isDirectory() || found.uid !== account.uid) {
    throw new StartError(`${folder} belongs to another user. Remove it, or set DATA_DIR to a shorter path.`);
  }
}

/** Makes the folders of the cluster. As root DATA_DIR becomes 0711: the account can pass through it, not list it. */
export async function prepareClusterPlace(dataDir: string, account: ServerAccount): Promise<ClusterPlace> {
  try {
    await mkdir(dataDir, { recursive: true, mode: 0o700 });
    if (account.isOther) await chmod(dataDir, 0o711);
    const base = await findBase(await realpath(dataDir), account);
    return {
      base,
      dataFolder: path.join(base, "data"),
      socketFolder: await findSocketFolder(base, account),
      logFile: path.join(base, "postgres.log"),
    };
  } catch (error) {
    throw explainFileError(error, dataDir);
  }
}
