import { afterAll, beforeAll, expect, it } from "vitest";
import { exportLogAsHolder, requestExportAsHolder } from "@/lib/access/grants/export-under-grant";
import { getGrant } from "@/lib/access/grants/get-grant";
import { revokeGrant } from "@/lib/access/grants/revoke-grant";
import { cancelExport } from "@/lib/audit/export/jobs/cancel-export";
import { downloadExport } from "@/lib/audit/export/jobs/download-export";
import { expireExports } from "@/lib/audit/export/jobs/expire-exports";
import { type JobContext, runNextExport } from "@/lib/audit/export/jobs/run-export";
import { fencedConditions } from "@/lib/audit/reading/fence";
import { ExportQuery, NewExport } from "@/lib/audit/schema";
import type { Context } from "@/lib/context/context";
import { inSnapshot } from "@/lib/db/transaction";
import { findReaderById } from "@/lib/identity/people/holders-store";
import { createLogBench, type LogBench } from "@/lib/testing/benches/log-bench";
import { refusalOf } from "@/lib/testing/benches/refusal";
import {
  approvedRequest,
  createRequestBench,
  queryOwner,
  type RequestBench,
} from "@/lib/testing/benches/request-bench";
import { called } from "@/lib/testing/called";

let log: LogBench;
let bench: RequestBench;
let worker: JobContext;

beforeAll(async () => {
  log = await createLogBench();
  bench = await createRequestBench([{ role: "regulator", isOfRegulator: true }], {}, log);
  const { db, instance, clock, audit } = log.cx;
  worker = {
    db,
    instance,
    clock,
    audit,
    findReader: (id) => findReaderById({ db, instance }, id),
    keystore: log.keystore,
    logger: bench.regulator.logger,
    keepMs: 86_400_000,
  };
}, 120_000);
afterAll(() => bench.close());

/** Returns ids of the entries about exports that a person may read. */
async function seen(who: Context): Promise<string[]> {
  const fence = fencedConditions(who);
  const text = `SELECT i.entry_id FROM audit_index i WHERE i.action ~ 'export' AND i.action <> 'audit.exports' AND ${fence.text}
    ORDER BY i.entry_id`;
  const { rows } = await queryOwner(bench, text, fence.values);
  return rows.map(({ entry_id }) => entry_id);
}

const ask = (grant_id: string, who: Context = bench.regulator) =>
  requestExportAsHolder(who, NewExport.parse({ format: "ndjson", grant_id }));

it("acts on an export under a grant are visible only inside the case", async () => {
  const { regulator, auditor, support, legal } = bench;
  const others = [auditor, support];
  const before = await Promise.all(others.map(seen));
  const own = (await seen(regulator)).length;
  const decided = (await seen(legal)).length;
  const { grantId } = await approvedRequest(bench);
  const [whole, cancelled, removed, ended] = [
    await ask(grantId),
    await ask(grantId),
    await ask(grantId),
    await ask(grantId),
  ];
  await cancelExport(regulator, cancelled.id);
  while (await runNextExport(worker));
  for (const { id } of [whole, ended])
    await (await downloadExport(regulator, id, {})).response.body?.cancel();
  await cancelExport(regulator, removed.id);
  await revokeGrant(legal, grantId, "Over.");
  const after = called(regulator, "downloadAuditExport", { params: { id: ended.id } }, () =>
    downloadExport(regulator, ended.id, {}),
  );
  expect((await refusalOf(after)).code).toBe("export.grant");
  expect(await expireExports({ ...log.cx, system: "portal" })).toBe(2);
  expect(await Promise.all(others.map(seen))).toEqual(before);
  // Four requested, one cancelled, two downloads, one removed, one refusal, two that ended with the grant.
  expect([(await seen(regulator)).length - own, (await seen(legal)).length - decided]).toEqual([11, 11]);
});

it("a co-viewer cannot export, and takes nothing of the budget", async () => {
  const [viewer] = bench.more;
  if (viewer === undefined) throw new Error("a co-viewer expected");
  const { grantId } = await approvedRequest(bench, { coViewers: [viewer.principal.handle], maxExports: 2 });
  expect((await getGrant(viewer, grantId)).acts).toEqual(["open"]);
  const streamed = exportLogAsHolder(viewer, ExportQuery.parse({ grant_id: grantId }));
  for (const run of [ask(grantId, viewer), streamed])
    expect((await refusalOf(run)).code).toBe("access.no-grant");
  expect((await getGrant(bench.regulator, grantId)).exports_left).toBe(2);
  expect(
    await inSnapshot(viewer, (tx) =>
      tx.audit_export.count({ where: { by_user_id: viewer.principal.userId } }),
    ),
  ).toBe(0);
});
