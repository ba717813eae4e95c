import "server-only";
import { readFile } from "node:fs/promises";
import type { DiffTarget } from "@prisma/schema-engine-wasm";
import { openServerlessSchemaEngine } from "@/lib/db/schema-engine";

async function target(file: string | undefined): Promise<DiffTarget> {
  if (file === undefined) return { tag: "empty" };
  return { tag: "schemaDatamodel", files: [{ path: file, content: await readFile(file, "utf8") }] };
}

/** Returns the SQL that leads from one Prisma schema file (or an empty one) to another. Needs no database. */
async function diffSchemas(from: string | undefined, to: string): Promise<string> {
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

// tsx --conditions=react-server scripts/diff-migration.ts [--from OLD.prisma] [SCHEMA.prisma]
// Prints the SQL from an empty database (or from OLD.prisma) to the schema.
const args = process.argv.slice(2);
const from = args[0] === "--from" ? args.splice(0, 2)[1] : undefined;
process.stdout.write(await diffSchemas(from, args[0] ?? "prisma/schema.prisma"));
