import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { writeActionWords } from "./action-words.mjs";
import { bundlePrograms } from "./bundle-programs.mjs";
import { writeEndpointTable } from "./endpoint-table.mjs";
import { writePolicySources } from "./policy-sources.mjs";

// Generates the Prisma client into lib/db/generated unless it is up to date. `prisma generate` works in
// WebAssembly but insists on a native engine; any existing executable satisfies it. Also writes the digests of the
// policy's source (policy-sources.mjs), the table of endpoints (endpoint-table.mjs), the words of exports (action-words.mjs) and the programs that `npm start`
// starts (bundle-programs.mjs).
const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const output = path.join(root, "lib/db/generated");
const stamp = path.join(output, ".schema-digest");
const digest = createHash("sha256")
  .update(readFileSync(path.join(root, "prisma/schema.prisma")))
  .update(readFileSync(path.join(root, "node_modules/prisma/package.json")))
  .digest("hex");

writePolicySources(root);
writeEndpointTable(root);
writeActionWords(root);

const current =
  existsSync(stamp) && existsSync(path.join(output, "client.ts")) ? readFileSync(stamp, "utf8") : "";
if (current !== digest) {
  const prisma = path.join(root, "node_modules/prisma/build/index.js");
  const result = spawnSync(
    process.execPath,
    [prisma, "generate", "--schema", "prisma/schema.prisma", "--no-hints"],
    {
      cwd: root,
      encoding: "utf8",
      env: {
        ...process.env,
        PRISMA_SCHEMA_ENGINE_BINARY: process.execPath,
        PRISMA_HIDE_UPDATE_MESSAGE: "1",
        CHECKPOINT_DISABLE: "1",
      },
    },
  );
  if (result.status !== 0) {
    process.stderr.write(
      `${result.stdout ?? ""}${result.stderr ?? ""}\nThe database client could not be generated.\n`,
    );
    process.exit(1);
  }
  writeFileSync(stamp, digest);
}

await bundlePrograms(root);
