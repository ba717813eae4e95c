import { Client } from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { decideRequest } from "@/lib/access/decisions/decide-request";
import { prepareStatement } from "@/lib/access/decisions/prepare-statement";
import { exportLogAsHolder, requestExportAsHolder } from "@/lib/access/grants/export-under-grant";
import { getGrant } from "@/lib/access/grants/get-grant";
import { revokeGrant } from "@/lib/access/grants/revoke-grant";
import { findGrant } from "@/lib/access/grants/store";
import { useExport } from "@/lib/access/grants/use-grant";
import { suspendAuthorization } from "@/lib/access/legal-authorities/end-authorization";
import { getRequest } from "@/lib/access/requests/request-view";
import { AuthorizationState, GrantState, NewStatement } from "@/lib/access/requests/schema";
import { reviewRequest } from "@/lib/access/review/review-request";
import { standingReasons } from "@/lib/access/rules/floor";
import { getExport } from "@/lib/audit/export/history/get-export";
import { listExports } from "@/lib/audit/export/history/list-exports";
import { cancelExport } from "@/lib/audit/export/jobs/cancel-export";
import { downloadExport } from "@/lib/audit/export/jobs/download-export";
import { expireExports } from "@/lib/audit/export/jobs/expire-exports";
import { type JobContext, runNextExport } from "@/lib/audit/export/jobs/run-export";
import { fencedConditions } from "@/lib/audit/reading/fence";
import { appendEntry } from "@/lib/audit/record/append-entry";
import { recordEvent } from "@/lib/audit/record/record-event";
import { ExportQuery, NewExport } from "@/lib/audit/schema";
import type { Context } from "@/lib/context/context";
import { toBase64url } from "@/lib/crypto/bytes";
import { ed25519PublicKey, randomBytes } from "@/lib/crypto/primitives";
import { signStatement } from "@/lib/crypto/statement";
import { uuidv7 } from "@/lib/crypto/uuid";
import { inSnapshot, inTransaction } from "@/lib/db/transaction";
import { DomainError } from "@/lib/errors";
import { findReaderById } from "@/lib/identity/people/holders-store";
import { createLogBench, type LogBench } from "@/lib/testing/benches/log-bench";
import { outcomeOf, refusalOf } from "@/lib/testing/benches/refusal";
import {
  approvalOf,
  approvedRequest,
  CONFIRMS,
  createRequestBench,
  ensureChecked,
  queryOwner,
  type RequestBench,
  type RequestPerson,
  submittedRequest,
} from "@/lib/testing/benches/request-bench";
import { called } from "@/lib/testing/called";
import { suspendPerson } from "@/lib/testing/instance/suspend-person";
import { pastTriggers } from "@/lib/testing/log/past-triggers";
import { LOCK_WAITS } from "@/lib/testing/servers/database";

let log: LogBench;
let bench: RequestBench;
beforeAll(async () => {
  log = await createLogBench();
  bench = await createRequestBench(
    [{ role: "auditor" }, { role: "regulator", isOfRegulator: true }],
    {},
    log,
  );
});
afterAll(() => bench.close());

/** The worker that makes exports of this bench. */
function workerOf(keepMs: number): JobContext {
  const { db, instance, clock, audit } = log.cx;
  return {
    db,
    instance,
    clock,
    audit,
    findReader: (id) => findReaderById({ db, instance }, id),
    keystore: log.keystore,
    logger: bench.regulator.logger,
    keepMs,
  };
}

describe("exports under seal", () => {
  let worker: JobContext;

  beforeAll(async () => {
    worker = workerOf(86_400_000);
  });

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

  it("a co-viewer cannot export, and uses no unit of the budget", async () => {
    const [, viewer] = bench.more;
    if (viewer === undefined) throw new Error("the bench has no other viewer");
    const { grantId } = await approvedRequest(bench, { coViewers: [viewer.principal.handle], maxExports: 2 });
    expect((await getGrant(viewer, grantId)).acts).toEqual(["open"]);
    const stream = () => exportLogAsHolder(viewer, ExportQuery.parse({ grant_id: grantId }));
    for (const run of [() => ask(grantId, viewer), stream])
      expect((await refusalOf(run())).code).toBe("access.no-grant");
    expect((await getGrant(bench.regulator, grantId)).exports_left).toBe(2);
    expect(
      await inSnapshot(viewer, (tx) =>
        tx.audit_export.count({ where: { by_user_id: viewer.principal.userId } }),
      ),
    ).toBe(0);
  });
});

describe("exports of a narrowed grant", () => {
  beforeAll(async () => {
    await ensureChecked(bench, await submittedRequest(bench));
  });

  const legal = (id: string, more: object) => decideRequest(bench.legal, id, approvalOf("legal", more));
  const last = (id: string, more: object = {}) =>
    decideRequest(bench.approver, id, approvalOf("coordinator", more));
  const submitted = (maxExports?: number) =>
    submittedRequest(bench, maxExports === undefined ? {} : { maxExports });
  const ask = (grant_id: string) =>
    requestExportAsHolder(bench.regulator, NewExport.parse({ format: "ndjson", grant_id }));
  const rows = async (text: string, values: readonly unknown[]) =>
    (await queryOwner(bench, text, values)).rows;

  describe("a narrowed number of exports", () => {
    it("after the first decider leaves none, no export is possible, and the record still opens", async () => {
      const id = await submitted();
      await legal(id, { max_exports: 0 });
      const { grant_id = "", decisions } = await last(id);
      expect(decisions[0]).toMatchObject({
        narrowed: true,
        taken_away: { max_exports: { before: 5, after: 0 } },
      });
      expect(decisions[1]).toMatchObject({ narrowed: false });
      expect(await getGrant(bench.regulator, grant_id)).toMatchObject({ max_exports: 0, exports_left: 0 });
      expect(await outcomeOf(ask(grant_id))).toBe("access.exports-exhausted");
      expect((await getRequest(bench.regulator, id)).max_exports).toBe(5);
    });

    it("the smaller of the two numbers applies, set by the first or the second decider", async () => {
      const [one, other] = [await submitted(4), await submitted(4)];
      await legal(one, { max_exports: 3 });
      const left = await reviewRequest(bench.approver, one);
      expect(left.remaining.max_exports).toBe(3);
      const { grant_id: narrowed = "" } = await last(one, { max_exports: 1 });
      expect(await getGrant(bench.regulator, narrowed)).toMatchObject({ max_exports: 1 });
      await legal(other, { max_exports: 2 });
      const { grant_id: kept = "" } = await last(other);
      expect(await getGrant(bench.regulator, kept)).toMatchObject({ max_exports: 2 });
    });

    it("a number above the request or above the first decider's is refused, and no decision is stored", async () => {
      const id = await submitted(3);
      const wider = await refusalOf(legal(id, { max_exports: 4 }));
      expect([wider.code, wider.status]).toEqual(["decision.not-narrower", 422]);
      expect(wider.errors).toEqual([{ pointer: "/max_exports", detail: "is more than what remains" }]);
      await legal(id, { max_exports: 1 });
      expect(await outcomeOf(last(id, { max_exports: 2 }))).toBe("decision.not-narrower");
      expect((await getRequest(bench.regulator, id)).state).toBe("stage_2");
    });

    it("a signature answers only the number of exports that was prepared with it", async () => {
      const id = await submitted();
      const { principal } = bench.legal;
      const seed = randomBytes(32);
      const admin = new Client({ connectionString: bench.database.adminUrl });
      await admin.connect();
      await pastTriggers(admin, ["credential"], () =>
        admin.query(
          "INSERT INTO credential (id, tenant_id, user_id, kind, external_id, public_key) VALUES ($1, $2, $3, 'ed25519', 'k-exports', $4)",
          [uuidv7(Date.now()), principal.tenantId, principal.userId, Buffer.from(ed25519PublicKey(seed))],
        ),
      );
      await admin.end();
      const body = { stage: "legal", decision: "approve", comment: "No copies", confirms: CONFIRMS } as const;
      const { statement } = await prepareStatement(
        bench.legal,
        id,
        NewStatement.parse({ ...body, max_exports: 0 }),
      );
      // The form of crypto.md has no member for exports. The requested number is part of the signed digest.
      expect(Object.keys(statement)).not.toContain("max_exports");
      const signature = {
        kind: "ed25519" as const,
        key_id: "k-exports",
        signature: toBase64url(signStatement(seed, "decision", statement)),
      };
      expect(await outcomeOf(legal(id, { ...body, signature }))).toBe("statement.invalid");
      expect(await outcomeOf(legal(id, { ...body, signature, max_exports: 5 }))).toBe("statement.invalid");
      const answer = await legal(id, { ...body, signature, max_exports: 0 });
      expect(answer.decisions[0]).toMatchObject({ proof: "ed25519", narrowed: true });
    });

    it("the database refuses a grant of more exports than were asked for and left", async () => {
      const id = await submitted(3);
      await legal(id, { max_exports: 1 });
      const insert = (exports: number) =>
        rows(
          `INSERT INTO access_grant (id, tenant_id, request_id, authorization_id, subject_user_id, transactions, groups, level, purpose,
           not_before, not_after, max_views, max_exports, state, policy_version, assurance)
         SELECT $1, r.tenant_id, r.id, a.id, r.requester_user_id, r.transactions, r.groups, r.level, r.purpose, now(),
           now() + interval '1 hour', 1, $3, 'pending', 'p', 'evaluation'
         FROM access_request r JOIN legal_authorization a ON a.request_id = r.id WHERE r.id = $2`,
          [uuidv7(Date.now()), id, exports],
        );
      await expect(insert(2)).rejects.toThrow(/cannot allow more exports/);
      await expect(insert(4)).rejects.toThrow(/cannot allow more exports/);
      const change = rows("UPDATE decision SET max_exports = 3 WHERE request_id = $1", [id]);
      await expect(change).rejects.toThrow();
    });
  });
});

describe("exports of a grant", () => {
  const DAY_MS = 24 * 60 * 60_000;
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

  /** Makes the export until its second chunk waits for a row that the test locks, calls `act`, and lets it continue. */
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
    regulator = bench.regulator;
    worker = workerOf(7 * DAY_MS);
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
  });

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
});
