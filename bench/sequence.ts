import { setTimeout as sleep } from "node:timers/promises";
import { integrateBatch } from "@/lib/audit/sequencer/sequencer";
import { openPool } from "@/lib/db/pool";

// Runs the sequencer at its default period in a child process, until its parent ends.
const [url = "", log = "", tenantId = ""] = process.argv.slice(2);
process.on("disconnect", () => process.exit(0));
const pool = openPool({ url });
for (;;) {
  await integrateBatch(pool, { log, tenantId });
  await sleep(150);
}
