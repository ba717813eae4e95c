import { realpath } from "node:fs/promises";
import path from "node:path";
import { makeTempFolder } from "@/lib/testing/data-folder";
import { PREPARED, removeDataFolder, startInstance } from "./instance";

/**
 * Makes an instance with its demonstration data and stops it. While it exists, `startInstance` copies its folder instead of migrating and
 * seeding again. The copies share keys, people and the log's name, but each is its own instance. Returns a function that removes it.
 */
export async function prepareInstance(makeFolder = makeTempFolder): Promise<() => Promise<void>> {
  const dataDir = await makeFolder("sealport-prepared-");
  const remove = async (): Promise<void> => {
    delete process.env[PREPARED];
    await removeDataFolder(dataDir);
  };
  try {
    await (await startInstance({ dataDir })).end();
    const cluster = await realpath(path.join(dataDir, "postgres"));
    // If the cluster is outside, the folder contains a link to it, and a copy would use the same data.
    if (cluster.startsWith(await realpath(dataDir))) process.env[PREPARED] = dataDir;
    return remove;
  } catch (error) {
    await remove();
    throw error;
  }
}
