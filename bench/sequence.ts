import { setTimeout as sleep } from "node:timers/promises";
import { integrateBatch } from "@/lib/audit/sequencer/sequencer";
import { openPool } from "@/lib/db/pool";

// The sequencer at its default period, as a process of its own, until its parent goes.
const [url = "", log = "", tenantId = ""] = process.argv.slice(2);
process.on("disconnect", () => process.exit(0));
const pool = openPool({ url });
for (;;) {
  await integrateBatch(pool, { log, tenantId });
  await sleep(150);
}
