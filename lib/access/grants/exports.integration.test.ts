import { Client } from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { exportLogAsHolder, requestExportAsHolder } from "@/lib/access/grants/export-under-grant";
import { getGrant } from "@/lib/access/grants/get-grant";
import { revokeGrant } from "@/lib/access/grants/revoke-grant";
import { findGrant } from "@/lib/access/grants/store";
import { useExport } from "@/lib/access/grants/use-grant";
import { suspendAuthorization } from "@/lib/access/legal-authorities/end-authorization";
import { AuthorizationState, GrantState } from "@/lib/access/requests/schema";
import { standingReasons } from "@/lib/access/rules/floor";
import { getExport } from "@/lib/audit/export/history/get-export";
import { listExports } from "@/lib/audit/export/history/list-exports";
import { downloadExport } from "@/lib/audit/export/jobs/download-export";
import { expireExports } from "@/lib/audit/export/jobs/expire-exports";
import { type JobContext, runNextExport } from "@/lib/audit/export/jobs/run-export";
import { appendEntry } from "@/lib/audit/record/append-entry";
import { recordEvent } from "@/lib/audit/record/record-event";
import { ExportQuery, NewExport } from "@/lib/audit/schema";
import type { Context } from "@/lib/context/context";
import { uuidv7 } from "@/lib/crypto/uuid";
import { inTransaction } from "@/lib/db/transaction";
import { DomainError } from "@/lib/errors";
import { findReaderById } from "@/lib/identity/people/holders-store";
import { suspendPerson } from "@/lib/testing/instance/suspend-person";
import { createLogBench, type LogBench } from "@/lib/testing/benches/log-bench";
import { refusalOf } from "@/lib/testing/benches/refusal";
import {
  approvedRequest,
  createRequestBench,
  queryOwner,
  type RequestBench,
  type RequestPerson,
} from "@/lib/testing/benches/request-bench";
import { pastTriggers } from "@/lib/testing/log/past-triggers";
import { LOCK_WAITS } from "@/lib/testing/servers/database";

const DAY_MS = 24 * 60 * 60_000;
let log: LogBench;
let bench: RequestBench;
let regulator: RequestPerson;
let worker: JobContext;

/** The same context at another time. */
function later<C extends Pick<Context, "clock">>(cx: C, ms: number): C {
  const { clock } = cx;
  return {
    ...cx,
    clock: { ...clock, now: () => new Date(clock.nowMs() + ms), nowMs: () => clock.nowMs() + ms },
  };
}

const asking = (grant_id: string, format = "ndjson") => NewExport.parse({ format, grant_id });
const ask = (grantId: string, who: Context = regulator) => requestExportAsHolder(who, asking(grantId));
const fileOf = async (id: string, who: Context = regulator) => (await downloadExport(who, id, {})).response;
const outcome = async (work: Promise<unknown>) => (await refusalOf(work)).code;

async function drain(reader: ReadableStreamDefaultReader<Uint8Array> | undefined): Promise<void> {
  while ((await reader?.read())?.done === false);
}

async function runAll(): Promise<void> {
  while (await runNextExport(worker));
}

async function rowOf(id: string) {
  const { rows } = await log.appPool.query(
    `SELECT state, file_key, (SELECT count(*)::int FROM audit_export_chunk c WHERE c.export_id = x.id) AS chunks
     FROM audit_export x WHERE id = $1`,
    [id],
  );
  return rows[0];
}

/** Makes the export until its second chunk waits for a row that the test locks, calls `act`, and lets it go on. */
async function inTheMiddle(id: string, act: () => Promise<unknown>): Promise<void> {
  const rival = await log.appPool.connect();
  try {
    await rival.query("BEGIN");
    await rival.query(
      "INSERT INTO audit_export_chunk (export_id, attempt, number, tenant_id, sealed) VALUES ($1, 1, 1, $2, '')",
      [id, log.place.tenantId],
    );
    const run = runNextExport(worker);
    const isStuck = async () => {
      const { rows } = await log.appPool.query(
        `SELECT count(*)::int AS n FROM pg_stat_activity WHERE pid IN (${LOCK_WAITS}) AND query LIKE '%audit_export_chunk%'`,
      );
      return rows[0].n > 0 && (await rowOf(id)).chunks === 1;
    };
    await expect.poll(isStuck, { timeout: 150_000 }).toBe(true);
    await act();
    await rival.query("ROLLBACK");
    expect(await run).toBe(true);
  } finally {
    rival.release();
  }
}

beforeAll(async () => {
  log = await createLogBench();
  bench = await createRequestBench([{ role: "auditor" }], {}, log);
  regulator = bench.regulator;
  const { db, instance, clock, audit } = log.cx;
  worker = {
    db,
    instance,
    clock,
    audit,
    findReader: (id) => findReaderById({ db, instance }, id),
    keystore: log.keystore,
    logger: regulator.logger,
    keepMs: 7 * DAY_MS,
  };
  // Long details about the grant's record, so that its file has several chunks.
  const details = { note: "0123456789abcdef".repeat(40_000) };
  for (let n = 0; n < 6; n += 1)
    await recordEvent(regulator, {
      class: "log",
      outcome: "done",
      action: "audit.read",
      subjects: [],
      details,
      index: { transactionId: n < 5 ? bench.txId : bench.otherTxId },
    });
}, 120_000);
afterAll(() => bench.close());

describe("the export budget", () => {
  it("a grant gives exactly its exports under 200 parallel calls", async () => {
    const { grantId } = await approvedRequest(bench, { maxExports: 20 });
    const take = () =>
      inTransaction(regulator, async (tx) => {
        await appendEntry(tx, regulator, {
          class: "export",
          outcome: "done",
          action: "audit.export",
          subjects: [`grant:${grantId}`],
        });
        return useExport(tx, regulator, grantId);
      });
    const attempt = async (): Promise<number | string> => {
      for (;;) {
        try {
          return await take();
        } catch (error) {
          if (!(error instanceof DomainError)) throw error;
          if (error.code !== "service.database-unavailable") return error.code;
        }
      }
    };
    const results = await Promise.all(Array.from({ length: 200 }, attempt));
    const left = results.filter((result) => typeof result === "number").sort((a, b) => a - b);
    expect(left).toEqual(Array.from({ length: 20 }, (_, index) => index));
    expect(new Set(results.filter((result) => typeof result === "string"))).toEqual(
      new Set(["access.exports-exhausted"]),
    );
    expect(await getGrant(regulator, grantId)).toMatchObject({ exports_left: 0, state: "active" });
  });

  it("a unit is not taken without the export's own entry, and not given back", async () => {
    const { grantId } = await approvedRequest(bench);
    const bare = inTransaction(regulator, (tx) => useExport(tx, regulator, grantId));
    await expect(bare).rejects.toThrow();
    await expect(
      log.appPool.query("UPDATE access_grant SET exports_used = exports_used - 1 WHERE id = $1", [grantId]),
    ).rejects.toThrow();
    expect((await getGrant(regulator, grantId)).exports_left).toBe(5);
  });

  it("the budget is the requested number: none without a request, and a refusal takes nothing", async () => {
    const { grantId } = await approvedRequest(bench, { maxExports: 0 });
    expect((await getGrant(regulator, grantId)).acts).not.toContain("export");
    expect(await outcome(ask(grantId))).toBe("access.exports-exhausted");
    const { grantId: one } = await approvedRequest(bench, { maxExports: 1 });
    expect((await getGrant(regulator, one)).acts).toContain("export");
    const asked = await ask(one);
    expect(await outcome(ask(one))).toBe("access.exports-exhausted");
    expect(await getGrant(regulator, one)).toMatchObject({ max_exports: 1, exports_left: 0 });
    expect(asked.filter).toEqual({ grant_id: one });
    await runAll();
    expect((await getExport(regulator, asked.id)).state).toBe("done");
  });
});

describe("an export under a grant", () => {
  it("an export has the entries about its records and itself that its holder may read, and no others", async () => {
    const { grantId } = await approvedRequest(bench);
    await log.anchor();
    const { id } = await ask(grantId);
    await runAll();
    const lines = (await (await fileOf(id)).text()).trim().split("\n");
    const { rows } = await queryOwner(
      bench,
      `SELECT count(*)::int AS n FROM audit_index i JOIN audit_leaf l ON l.entry_id = i.entry_id
       WHERE (i.grant_id = $1 OR i.transaction_id = $2) AND NOT i.is_suspicion AND (i.case_id IS NULL
         OR i.case_id = $3 OR i.case_id IN (SELECT id FROM access_request WHERE organisation_id = $3))`,
      [grantId, bench.txId, regulator.principal.organisationId],
    );
    expect(lines.length).toBe(rows[0].n);
    expect(lines.length).toBeGreaterThan(5);
    // The same export streamed, for another unit.
    const { response } = await exportLogAsHolder(regulator, ExportQuery.parse({ grant_id: grantId }));
    expect((await response.text()).trim().split("\n").length).toBe(rows[0].n);
    expect((await getGrant(regulator, grantId)).exports_left).toBe(3);
  });

  it("only the holder can export: other people get the answer for an unknown grant, or one that is not theirs", async () => {
    const { grantId } = await approvedRequest(bench);
    expect(await outcome(ask(grantId, bench.auditor))).toBe("grant.not-found");
    expect(await outcome(ask(uuidv7(1), bench.auditor))).toBe("grant.not-found");
    expect(await outcome(ask(grantId, bench.legal))).toBe("access.no-grant");
    expect((await getGrant(regulator, grantId)).exports_left).toBe(5);
  });

  it("a person who may not know of the case sees the export in no list", async () => {
    const { grantId } = await approvedRequest(bench);
    const before = await listExports(bench.support, { limit: 50 });
    const { id } = await ask(grantId);
    expect(await listExports(bench.support, { limit: 50 })).toEqual(before);
    expect(await outcome(getExport(bench.support, id))).toBe("export.not-found");
    expect((await listExports(bench.legal, { limit: 50 })).items[0]?.id).toBe(id);
    await runAll();
  });

  it("an export is refused once the grant is over by the clock, even when its state is still active", async () => {
    const { grantId } = await approvedRequest(bench);
    const { id } = await ask(grantId);
    await runAll();
    const then = later(regulator, 40 * DAY_MS);
    expect(await outcome(ask(grantId, then))).toBe("access.no-grant");
    expect(await outcome(fileOf(id, later(regulator, 40 * DAY_MS)))).toBe("export.grant");
    expect((await getGrant(regulator, grantId)).state).toBe("active");
  });
});

describe("a revocation during exports", () => {
  it("revoking the grant stops a running export at the next chunk and leaves no file that opens", async () => {
    const { grantId } = await approvedRequest(bench);
    await log.anchor();
    const { id } = await ask(grantId);
    await inTheMiddle(id, () => revokeGrant(bench.legal, grantId, "The case was closed."));
    expect(await rowOf(id)).toEqual({ state: "failed", file_key: null, chunks: 0 });
    expect(await outcome(fileOf(id))).toBe("export.grant");
    expect(await runNextExport(worker)).toBe(false);
  });

  it("revoking the legal authority does the same", async () => {
    const { grantId, requestId } = await approvedRequest(bench);
    const { id } = await ask(grantId);
    const authority = (await getGrant(regulator, grantId)).authorization_id ?? "";
    await inTheMiddle(id, () =>
      suspendAuthorization(bench.legal, requestId, authority, { reason: "Stayed." }),
    );
    expect(await rowOf(id)).toEqual({ state: "failed", file_key: null, chunks: 0 });
  });

  it("an export that has not begun is not made", async () => {
    const { grantId } = await approvedRequest(bench);
    const { id } = await ask(grantId);
    await revokeGrant(bench.legal, grantId, "Over.");
    await runAll();
    expect(await rowOf(id)).toEqual({ state: "failed", file_key: null, chunks: 0 });
  });

  it("revoking breaks off a running download, refuses the next, and removes the file with its key", async () => {
    const { grantId } = await approvedRequest(bench);
    const { id } = await ask(grantId);
    await runAll();
    const reader = (await fileOf(id)).body?.getReader();
    expect((await reader?.read())?.value?.length).toBeGreaterThan(0);
    await revokeGrant(bench.legal, grantId, "Over.");
    await expect(drain(reader)).rejects.toMatchObject({ code: "export.expired" });
    expect(await outcome(fileOf(id))).toBe("export.grant");
    expect(await expireExports({ ...log.cx, system: "portal" })).toBeGreaterThan(0);
    expect(await rowOf(id)).toEqual({ state: "expired", file_key: null, chunks: 0 });
  });

  it("revoking breaks off a stream", async () => {
    const { grantId } = await approvedRequest(bench);
    const query = ExportQuery.parse({ grant_id: grantId });
    const { response } = await exportLogAsHolder(regulator, query);
    const reader = response.body?.getReader();
    await reader?.read();
    await revokeGrant(bench.legal, grantId, "Over.");
    await expect(drain(reader)).rejects.toMatchObject({ code: "export.standing" });
    const { items } = await listExports(regulator, { limit: 1 });
    expect(items[0]).toMatchObject({ kind: "stream", state: "broken_off", sha256: null });
  });
});

describe("a deactivated account", () => {
  const wanted = () => NewExport.parse({ format: "ndjson", subject: `transaction:${bench.txId}` });

  it("deactivation stops a running export, also without a grant", async () => {
    const { auditor } = bench;
    const { id } = await requestExportAsHolder(auditor, wanted());
    await inTheMiddle(id, () => suspendPerson(log.cx, auditor.principal.userId));
    expect(await rowOf(id)).toEqual({ state: "failed", file_key: null, chunks: 0 });
  });

  it("deactivation breaks off its download", async () => {
    const [other] = bench.more;
    if (other === undefined) throw new Error("another person expected");
    const { id } = await requestExportAsHolder(other, wanted());
    await runAll();
    const reader = (await fileOf(id, other)).body?.getReader();
    await reader?.read();
    await suspendPerson(log.cx, other.principal.userId);
    await expect(drain(reader)).rejects.toMatchObject({ code: "export.expired" });
  });
});

it("the database and the rules agree on every state of grant, authority and time", async () => {
  const { grantId } = await approvedRequest(bench);
  const { id } = await ask(grantId);
  await runAll();
  const authority = (await getGrant(regulator, grantId)).authorization_id ?? "";
  const differ: string[] = [];
  const compare = async (what: string, at: Date) => {
    const text = "SELECT export_grant_stands(x, $2) AS stands FROM audit_export x WHERE id = $1";
    const { rows } = await log.appPool.query(text, [id, at]);
    const row = await inTransaction(regulator, (tx) => findGrant(tx, log.place.tenantId, grantId));
    if (row?.authorization === undefined) throw new Error("no grant, or no authority");
    // A used-up budget does not cancel earlier exports.
    const { authorization } = row;
    const before = {
      ...row,
      state: row.state === "exhausted" ? ("active" as const) : row.state,
      authorization: {
        ...authorization,
        state: authorization.state === "exhausted" ? ("active" as const) : authorization.state,
      },
    };
    const isStanding = standingReasons({ subject: regulator.principal, now: at }, before).length === 0;
    if (rows[0].stands !== isStanding) differ.push(what);
  };
  const admin = new Client({ connectionString: log.database.adminUrl });
  await admin.connect();
  await pastTriggers(admin, ["access_grant", "legal_authorization"], async () => {
    for (const grant of GrantState.options)
      for (const state of AuthorizationState.options) {
        await admin.query("UPDATE access_grant SET state = $2 WHERE id = $1", [grantId, grant]);
        await admin.query("UPDATE legal_authorization SET state = $2 WHERE id = $1", [authority, state]);
        for (const days of [-2, 0, 40])
          await compare(`${grant} ${state} ${days}`, new Date(Date.now() + days * DAY_MS));
      }
  });
  await admin.end();
  expect(differ).toEqual([]);
});
