import { integrateBatch } from "@/lib/audit/sequencer/sequencer";
import { openPool } from "@/lib/db/pool";

// One sequencer as a process of its own, for tests that kill it: node … run-sequencer.ts URL LOG TENANT BATCH
const [url = "", log = "", tenantId = "", batch = "100"] = process.argv.slice(2);
const pool = openPool({ url, maxConnections: 1 });
process.stdout.write("ready\n");
for (;;) {
  try {
    await integrateBatch(pool, { log, tenantId }, Number(batch));
  } catch {
    // The database may be busy with a dead rival's transaction: it is tried again.
  }
}
