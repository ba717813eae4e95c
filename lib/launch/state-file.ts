import "server-only";
import { readFile } from "node:fs/promises";
import path from "node:path";
import type { z } from "zod";
import { StartError } from "@/lib/db/embedded/start-error";
import { writeFileAtomic } from "@/lib/keystore/files/atomic-file";

/** Writes a private file whole or not at all. After a power cut it has the earlier content or this one. */
export function writeStateFile(file: string, content: unknown): void {
  writeFileAtomic(file, `${JSON.stringify(content, null, 2)}\n`);
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
