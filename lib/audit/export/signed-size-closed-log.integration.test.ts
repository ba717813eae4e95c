import type { Pool } from "pg";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { Context } from "@/lib/context/context";
import { openOwnerPool } from "@/lib/db/migrate";
import { findReaderById } from "@/lib/identity/people/holders-store";
import { createOwnedLog, type OwnedLog } from "@/lib/testing/log/owned-log";
import { pastTriggers } from "@/lib/testing/log/past-triggers";
import { recordEvent } from "../record/record-event";
import { createAuditRecorder } from "../record/recorder";
import { startNewLog } from "../recovery/start-new-log";
import { NewExport } from "../schema";
import { prepareLog } from "../sequencer/sequencer";
import { requestExport } from "./jobs/request-export";
import { runNextExport } from "./jobs/run-export";

let bench: OwnedLog;
let owner: Pool;
let old: string;
let auditor: Context;
/** A waiting background export that was requested before the closing. */
let job: string;
/** Number of entries under the closed log's newest checkpoint at the closing. */
let size: number;

beforeAll(async () => {
  bench = await createOwnedLog();
  owner = openOwnerPool(bench.database.adminUrl);
  old = bench.place.log;
  for (let n = 0; n < 2; n += 1) {
    await recordEvent(bench.auditor, { class: "log", outcome: "done", action: "audit.keys", subjects: [] });
    await bench.anchor();
  }
  job = (await requestExport(bench.auditor, NewExport.parse({ format: "bundle" }))).id;
  const newest = await bench.admin.query("SELECT note FROM audit_checkpoint ORDER BY size DESC LIMIT 1");
  const [oldVkey = ""] = bench.policy.log;
  const place = { ...bench.place, log: `${old}/2` };
  const checkpoint: string = newest.rows[0].note;
  size = (await startNewLog(owner, bench.place, { origin: place.log, checkpoint, oldVkey })).anchored;
  await prepareLog(bench.sequencerPool, place);
  const closed = { origin: old, log: bench.policy.log, receipts: bench.policy.receipts, witnesses: [], size };
  const instance = { ...bench.auditor.instance, log: place.log, closedLogs: [closed] };
  const receiptKey = bench.keystore.readNamedKey("receipt");
  if (receiptKey === undefined) throw new TypeError("no receipt key");
  const audit = createAuditRecorder({ pool: bench.appPool, keystore: bench.keystore, instance, receiptKey });
  auditor = { ...bench.auditor, instance, audit };
});
afterAll(async () => {
  await owner?.end();
  await bench?.close();
});

/** Returns the result of a whole bundle of the closed log: findings by class, or the error code. */
async function bundle(): Promise<unknown> {
  try {
    const report = await bench.reported({ log: old }, auditor);
    return [
      report.size,
      report.findings.filter(({ class: of }) => of !== "manifest").map((one) => one.class),
    ];
  } catch (error) {
    return error instanceof Error && "code" in error ? error.code : String(error);
  }
}

it("an export requested of the log that is now closed is not made of the present log", async () => {
  await bench.admin.query(
    "UPDATE audit_export SET options = options || jsonb_build_object('log', $1::text)",
    [auditor.instance.log],
  );
  const { db, clock } = bench.cx;
  const { instance, audit, logger } = auditor;
  const findReader = (userId: string) => findReaderById(bench.cx, userId);
  const worker = {
    db,
    clock,
    instance,
    audit,
    logger,
    keystore: bench.keystore,
    findReader,
    keepMs: 86_400_000,
  };
  while (await runNextExport(worker));
  const { rows } = await bench.admin.query("SELECT state FROM audit_export WHERE id = $1", [job]);
  expect(rows).toEqual([{ state: "failed" }]);
}, 60_000);

it("no bundle of a closed log ends before the checkpoint at its closing", async () => {
  expect(size).toBeGreaterThan(1);
  expect(await bundle()).toEqual([size, []]);
  const { rows } = await bench.admin.query("SELECT * FROM audit_checkpoint WHERE log = $1 AND size = $2", [
    old,
    size,
  ]);
  await pastTriggers(bench.admin, ["audit_checkpoint"], () =>
    bench.admin.query("DELETE FROM audit_checkpoint WHERE log = $1 AND size = $2", [old, size]),
  );
  expect(rows).toHaveLength(1);
  // It would claim that no checkpoint covered the later entries when the log was closed.
  expect(await bundle()).toBe("export.index");
}, 60_000);
