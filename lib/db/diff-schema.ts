import "server-only";
import { readFile } from "node:fs/promises";
import type { DiffTarget } from "@prisma/schema-engine-wasm";
import { openServerlessSchemaEngine } from "@/lib/db/schema-engine";

async function target(file: string | undefined): Promise<DiffTarget> {
  if (file === undefined) return { tag: "empty" };
  return { tag: "schemaDatamodel", files: [{ path: file, content: await readFile(file, "utf8") }] };
}

/** The SQL that leads from one Prisma schema file (or from nothing) to another. Needs no database. */
export async function diffSchemas(from: string | undefined, to: string): Promise<string> {
  const engine = await openServerlessSchemaEngine();
  const result = await engine.diff({
    from: await target(from),
    to: await target(to),
    script: true,
    exitCode: null,
    filters: { externalTables: [], externalEnums: [] },
  });
  return result.stdout ?? "";
}
