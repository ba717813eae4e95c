import "server-only";
import { open, readFile, rename } from "node:fs/promises";
import path from "node:path";
import type { z } from "zod";
import { StartError } from "@/lib/db/embedded/start-error";

/** Writes a private file whole or not at all. After a power cut it has the earlier content or this one. */
export async function writeStateFile(file: string, content: unknown): Promise<void> {
  const draft = `${file}.tmp`;
  const handle = await open(draft, "w", 0o600);
  try {
    await handle.writeFile(`${JSON.stringify(content, null, 2)}\n`);
    await handle.chmod(0o600);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(draft, file);
}

/**
 * Reads one of our JSON files; undefined when it is missing. Throws StartError with a clear line when it is damaged.
 */
export async function readStateFile<T extends z.ZodType>(
  file: string,
  schema: T,
): Promise<z.output<T> | undefined> {
  let content: string;
  try {
    content = await readFile(file, "utf8");
  } catch (error) {
    if (Reflect.get(Object(error), "code") === "ENOENT") return undefined;
    throw error;
  }
  try {
    return schema.parse(JSON.parse(content));
  } catch {
    throw new StartError(
      `${path.basename(file)} in the data folder is damaged. Restore ${file} from a backup.`,
    );
  }
}
