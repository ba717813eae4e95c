import "server-only";
import { open, readFile, rm } from "node:fs/promises";
import { z } from "zod";
import { birthOf, isAlive } from "@/lib/db/embedded/processes";
import { StartError } from "@/lib/db/embedded/start-error";

const Holder = z.object({ pid: z.number().int(), birth: z.string().optional() });

async function holderOf(file: string): Promise<z.infer<typeof Holder> | undefined> {
  try {
    return Holder.parse(JSON.parse(await readFile(file, "utf8")));
  } catch {
    return undefined;
  }
}

/** Returns the living process that holds a lock; undefined if none does. */
export async function lockHolder(file: string): Promise<number | undefined> {
  const holder = await holderOf(file);
  if (holder === undefined || !(await isAlive(holder.pid))) return undefined;
  // A number that was given to another process since is not the holder.
  return holder.birth === undefined || holder.birth === (await birthOf(holder.pid)) ? holder.pid : undefined;
}

const TAKEN = (pid: number): string =>
  `Sealport already runs on this data folder (process ${pid}). Stop it, or set DATA_DIR to another folder.`;

/** Locks a data folder for one supervisor. A lock whose holder is dead (kill -9) is replaced. */
export async function lockDataFolder(file: string, taken = TAKEN): Promise<() => Promise<void>> {
  for (let attempt = 0; attempt < 3; attempt += 1) {
    try {
      const handle = await open(file, "wx", 0o600);
      await handle.writeFile(JSON.stringify({ pid: process.pid, birth: await birthOf(process.pid) }));
      await handle.close();
      return () => rm(file, { force: true });
    } catch (error) {
      if (Reflect.get(Object(error), "code") !== "EEXIST") throw error;
    }
    const pid = await lockHolder(file);
    if (pid !== undefined) {
      throw new StartError(taken(pid));
    }
    await rm(file, { force: true });
  }
  throw new StartError("Another process is starting with this data folder. Try again.");
}
