import { integrateBatch } from "@/lib/audit/sequencer/sequencer";
import { openPool } from "@/lib/db/pool";

// Runs one sequencer in a child process, for tests that kill it: node … run-sequencer.ts URL LOG TENANT BATCH
const [url = "", log = "", tenantId = "", batch = "100"] = process.argv.slice(2);
const pool = openPool({ url, maxConnections: 1 });
process.stdout.write("ready\n");
for (;;) {
  try {
    await integrateBatch(pool, { log, tenantId }, Number(batch));
  } catch {
    // The database may still be busy with a dead rival's transaction, so it retries.
  }
}
