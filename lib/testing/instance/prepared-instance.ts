import { mkdtemp, realpath } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { PREPARED, removeDataFolder, startInstance } from "./instance";

/**
 * Makes an instance with its demonstration data and stops it. While it exists, `startInstance` copies its folder instead
 * of migrating and seeding again. The copies share keys, people and the log's name; each is still an instance of its own.
 * Returns what removes it.
 */
export async function prepareInstance(): Promise<() => Promise<void>> {
  const dataDir = await mkdtemp(path.join(os.tmpdir(), "sealport-prepared-"));
  const remove = async (): Promise<void> => {
    delete process.env[PREPARED];
    await removeDataFolder(dataDir);
  };
  try {
    await (await startInstance({ dataDir })).end();
    const cluster = await realpath(path.join(dataDir, "postgres"));
    // A cluster outside the folder is a link there, and a copy would be a second one to the same data.
    if (cluster.startsWith(await realpath(dataDir))) process.env[PREPARED] = dataDir;
    return remove;
  } catch (error) {
    await remove();
    throw error;
  }
}
