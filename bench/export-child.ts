import { produceExport } from "@/lib/audit/export/produce-export";
import { fencedConditions } from "@/lib/audit/reading/fence";
import { readableKinds } from "@/lib/audit/reading/open-parts";
import { createAuditRecorder } from "@/lib/audit/record/recorder";
import { systemClock } from "@/lib/clock";
import type { InstanceFacts } from "@/lib/context/context";
import { uuidv7 } from "@/lib/crypto/uuid";
import { openDatabase } from "@/lib/db/client";
import { openPool } from "@/lib/db/pool";
import { inRawSnapshot } from "@/lib/db/transaction";
import { openLocalKeystore } from "@/lib/keystore/files/local-keystore";
import { TEST_PASSPHRASE } from "@/lib/testing/benches/audit-bench";
import { contextOf } from "./audit-log";

// Makes one export of a seeded log in a child process, so that its memory can be measured: its maximum growth, and what is still alive at
// each quarter after a collection (--expose-gc).
const SAMPLE_MS = 10;
const QUARTERS = 4;
const [keyDir = "", url = "", facts = "", wanted = "", of = "0"] = process.argv.slice(2);
const instance: InstanceFacts = JSON.parse(facts);
const FORMATS = ["csv", "ndjson", "json", "xlsx", "ocsf", "syslog", "bundle"] as const;
const format = FORMATS.find((one) => one === wanted);
if (format === undefined) throw new TypeError(`no format ${wanted}`);
const keystore = await openLocalKeystore({ dir: keyDir, unlock: { passphrase: TEST_PASSPHRASE } });
const receiptKey = keystore.readNamedKey("receipt");
if (receiptKey === undefined) throw new TypeError("no receipt key");
const db = openDatabase({ url });
const audit = createAuditRecorder({
  pool: openPool({ url }),
  keystore,
  instance,
  receiptKey,
});
const place = { log: instance.log, tenantId: instance.tenantId };
const cx = contextOf(
  {
    cx: { db, instance, audit, clock: systemClock, client: {}, requestId: "req_bench", system: "bench" },
    place,
    keystore,
  },
  "auditor",
);

/** Returns the bytes that are alive: objects and buffers after a collection. */
function liveBytes(): number {
  globalThis.gc?.();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

const entries = Number(of);
const live: number[] = [];
const progress = (done: number): void => {
  if (done >= ((live.length + 1) * entries) / QUARTERS) live.push(liveBytes());
};
const request = {
  format,
  csv: { delimiter: ",", bom: false },
  conditions: fencedConditions(cx),
  kinds: readableKinds(cx),
  filter: {},
  exportEntry: uuidv7(Date.now()),
  recordedIn: instance.log,
} as const;
const idleLive = liveBytes();
const idle = process.memoryUsage.rss();
let peak = idle;
const sample = (): void => {
  peak = Math.max(peak, process.memoryUsage.rss());
};
const timer = setInterval(sample, SAMPLE_MS);
const write = async (): Promise<void> => sample();
const produced = await inRawSnapshot(cx, (tx) => produceExport(cx, tx, request, { write, progress }));
clearInterval(timer);
sample();
if (produced.entries !== entries) throw new TypeError(`${produced.entries} entries were exported`);
console.log(JSON.stringify({ grown: peak - idle, live: live.map((one) => one - idleLive) }));
process.exit(0);
