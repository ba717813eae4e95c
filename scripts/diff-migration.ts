import { diffSchemas } from "@/lib/db/diff-schema";

// tsx --conditions=react-server scripts/diff-migration.ts [--from OLD.prisma] [SCHEMA.prisma]
// Prints the SQL from an empty database (or from OLD.prisma) to the schema.
const args = process.argv.slice(2);
const from = args[0] === "--from" ? args.splice(0, 2)[1] : undefined;
process.stdout.write(await diffSchemas(from, args[0] ?? "prisma/schema.prisma"));
