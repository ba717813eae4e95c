import { fork } from "node:child_process";
import { createHash, randomUUID } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { Policy } from "@/lib/audit/bundle-verifier/claims/bundle-format";
import { verifyBundle } from "@/lib/audit/bundle-verifier/verify-bundle";
import { exportLog, readerStanding } from "@/lib/audit/export/export-log";
import { getExport } from "@/lib/audit/export/history/get-export";
import { listExports } from "@/lib/audit/export/history/list-exports";
import { cancelExport } from "@/lib/audit/export/jobs/cancel-export";
import { type AskedRange, downloadExport } from "@/lib/audit/export/jobs/download-export";
import { expireExports } from "@/lib/audit/export/jobs/expire-exports";
import { requestExport } from "@/lib/audit/export/jobs/request-export";
import { type JobContext, runNextExport } from "@/lib/audit/export/jobs/run-export";
import { CHUNK_BYTES } from "@/lib/audit/export/jobs/seal-chunk";
import { claimJob, finishJob, insertChunk } from "@/lib/audit/export/jobs/store";
import { recordEvent } from "@/lib/audit/record/record-event";
import { ExportQuery, NewExport } from "@/lib/audit/schema";
import type { Context } from "@/lib/context/context";
import { inRawTransaction, inTransaction } from "@/lib/db/transaction";
import { findReaderById } from "@/lib/identity/people/holders-store";
import { fixedFlags } from "@/lib/testing/benches/bench-flags";
import { createLogBench, type LogBench } from "@/lib/testing/benches/log-bench";
import { forgeEntry, refusalCode } from "@/lib/testing/log/forge-entry";
import { createOwnedLog, type OwnedLog } from "@/lib/testing/log/owned-log";
import { LOCK_WAITS } from "@/lib/testing/servers/database";

describe("jobs", () => {
  const DAY_MS = 24 * 60 * 60_000;
  let bench: LogBench;
  let auditor: Context;
  let worker: JobContext;

  /** The same context at another time. */
  function later<C extends Pick<Context, "clock">>(cx: C, ms: number): C {
    const { clock } = cx;
    return {
      ...cx,
      clock: {
        ...clock,
        now: () => new Date(clock.nowMs() + ms),
        nowMs: () => clock.nowMs() + ms,
      },
    };
  }

  const ask = (cx: Context, wanted: Record<string, string> = {}) =>
    requestExport(cx, NewExport.parse({ format: "ndjson", ...wanted }));

  it("are refused where the switch is off, before anything is recorded, and exports are still streamed", async () => {
    const flags = fixedFlags({ "export.background": false });
    const before = await entriesOf("audit.export");
    expect(await refusalCode(ask({ ...auditor, flags }))).toBe("export.foreground");
    expect(await refusalCode(ask({ ...auditor, flags: undefined }))).toBe("export.foreground");
    expect(await entriesOf("audit.export")).toBe(before);
    const { response } = await exportLog({ ...auditor, flags }, ExportQuery.parse({ format: "ndjson" }));
    expect(await response.text()).toContain("{");
  });

  async function made(cx: Context, wanted: Record<string, string> = {}): Promise<string> {
    const { id } = await ask(cx, wanted);
    while (await runNextExport(worker));
    return id;
  }

  async function fetchBytes(cx: Context, id: string, asked: AskedRange = {}) {
    const { response } = await downloadExport(cx, id, asked);
    return { response, bytes: Buffer.from(await response.arrayBuffer()) };
  }

  async function entriesOf(action: string): Promise<number> {
    const { rows } = await bench.appPool.query(
      "SELECT count(*)::int AS n FROM audit_index WHERE action = $1",
      [action],
    );
    return rows[0].n;
  }

  async function chunksOf(id: string): Promise<number> {
    const { rows } = await bench.appPool.query(
      "SELECT count(*)::int AS n FROM audit_export_chunk WHERE export_id = $1",
      [id],
    );
    return rows[0].n;
  }

  beforeAll(async () => {
    bench = await createLogBench();
    auditor = await bench.person({ role: "auditor" });
    const findReader = (userId: string) => findReaderById(bench.cx, userId);
    const { db, instance, clock, audit } = bench.cx;
    worker = {
      db,
      instance,
      clock,
      audit,
      findReader,
      keystore: bench.keystore,
      logger: auditor.logger,
      keepMs: 7 * DAY_MS,
    };
    // Long details, so that a file with few entries has several chunks.
    const details = { note: "0123456789abcdef".repeat(40_000) };
    for (let n = 0; n < 4; n += 1)
      await recordEvent(auditor, {
        class: "log",
        outcome: "done",
        action: "audit.read",
        subjects: [],
        details,
      });
    await bench.anchor();
  });
  afterAll(async () => {
    await bench.close();
  });
  beforeEach(async () => {
    // A day later, no lease of an earlier test is valid, whatever that test did.
    while (await runNextExport(later(worker, DAY_MS)));
  });

  describe("background export", () => {
    it("a background export is recorded when it is requested, and its file equals the stream of the same snapshot", async () => {
      const before = await entriesOf("audit.export");
      const asked = await ask(auditor);
      expect(asked).toMatchObject({ kind: "job", state: "queued", is_own: true });
      expect(asked.receipt.entry_id).toBe(asked.entry_id);
      expect(await entriesOf("audit.export")).toBe(before + 1);
      await expect(fetchBytes(auditor, asked.id)).rejects.toMatchObject({ code: "export.unfinished" });
      expect(await runNextExport(worker)).toBe(true);
      const item = await getExport(auditor, asked.id);
      expect(item).toMatchObject({ state: "done", progress: item.entries, total: item.entries });
      const { response, bytes } = await fetchBytes(auditor, asked.id);
      const streamed = await exportLog(auditor, ExportQuery.parse({ format: "ndjson" }));
      expect(bytes.equals(Buffer.from(await streamed.response.arrayBuffer()))).toBe(true);
      expect(createHash("sha256").update(bytes).digest("base64url")).toBe(item.sha256);
      expect(response.headers.get("content-length")).toBe(String(bytes.length));
      expect(bytes.length).toBeGreaterThan(2 * CHUNK_BYTES);
    });

    it("every format can be made in the background, and a bundle verifies", async () => {
      for (const format of ["csv", "json", "xlsx", "bundle"] as const) {
        const { bytes } = await fetchBytes(auditor, await made(auditor, { format }));
        if (format !== "bundle") expect(bytes.length).toBeGreaterThan(100);
        else {
          const policy = Policy.parse(bench.policy);
          expect((await verifyBundle(new Uint8Array(bytes), { policy })).verdict).toBe("verified");
        }
      }
    });

    it("the file is stored sealed: no byte of it can be read in the database", async () => {
      const id = await made(auditor);
      const { rows } = await bench.appPool.query(
        "SELECT sealed FROM audit_export_chunk WHERE export_id = $1 ORDER BY number",
        [id],
      );
      expect(rows.length).toBeGreaterThan(2);
      for (const { sealed } of rows) expect(sealed.includes("0123456789abcdef")).toBe(false);
    });

    it("the file has the entries within its maker's fence and no others", async () => {
      const regulator = await bench.person({ role: "regulator" });
      const caseId = regulator.requestId;
      await recordEvent(regulator, {
        class: "access",
        outcome: "done",
        action: "request.create",
        subjects: [],
        caseId,
        caseDetails: { order: "order-of-this-case-only" },
      });
      await bench.anchor();
      const filter = { action: "request.create" };
      const decider = await bench.person({ role: "coordinator", duties: ["legal"] });
      expect((await fetchBytes(auditor, await made(auditor, filter))).bytes.length).toBe(0);
      expect((await fetchBytes(decider, await made(decider, filter))).bytes.toString()).toContain(
        "order-of-this-case-only",
      );
    });
  });

  describe("export download", () => {
    it("an interrupted download continues where it ended, and gives the file's digest", async () => {
      const id = await made(auditor);
      const { sha256, bytes: size } = await getExport(auditor, id);
      const { response } = await downloadExport(auditor, id, {});
      const reader = response.body?.getReader();
      const first = Buffer.from((await reader?.read())?.value ?? []).subarray(0, 700_001);
      await reader?.cancel();
      const etag = response.headers.get("etag") ?? "";
      const rest = await fetchBytes(auditor, id, { range: `bytes=${first.length}-`, ifRange: etag });
      expect(rest.response.status).toBe(206);
      expect(rest.response.headers.get("content-range")).toBe(`bytes 700001-${(size ?? 0) - 1}/${size}`);
      const digest = createHash("sha256").update(first).update(rest.bytes).digest("base64url");
      expect(digest).toBe(sha256);
    });

    it("a download of any range has the bytes of that range", async () => {
      const id = await made(auditor);
      const { bytes } = await fetchBytes(auditor, id);
      for (const [from, to] of [
        [0, 0],
        [CHUNK_BYTES - 1, CHUNK_BYTES],
        [CHUNK_BYTES, 2 * CHUNK_BYTES - 1],
        [5, bytes.length + 5],
      ] as const) {
        const part = await fetchBytes(auditor, id, { range: `bytes=${from}-${to}` });
        expect(part.bytes.equals(bytes.subarray(from, to + 1))).toBe(true);
      }
      await expect(fetchBytes(auditor, id, { range: `bytes=${bytes.length}-` })).rejects.toMatchObject({
        code: "export.range",
        extra: { size: bytes.length },
      });
      const other = await fetchBytes(auditor, id, { range: "bytes=5-", ifRange: '"another file"' });
      expect([other.response.status, other.bytes.length]).toEqual([200, bytes.length]);
    });

    it("a download is recorded once, however many pieces it has, and so is a piece without a beginning", async () => {
      const id = await made(auditor);
      const before = await entriesOf("export.download");
      await fetchBytes(auditor, id, { range: "bytes=5-" });
      expect(await entriesOf("export.download")).toBe(before + 1);
      await fetchBytes(auditor, id, { range: "bytes=10-20" });
      await fetchBytes(auditor, id, { range: "bytes=30-" });
      expect(await entriesOf("export.download")).toBe(before + 1);
      await fetchBytes(auditor, id);
      expect(await entriesOf("export.download")).toBe(before + 2);
      await fetchBytes(later(auditor, 2 * 60 * 60_000), id, { range: "bytes=5-" });
      expect(await entriesOf("export.download")).toBe(before + 3);
    });

    it("only the maker finds the file; an attempt by any other person, including a coordinator, is not recorded", async () => {
      const id = await made(auditor);
      const before = await entriesOf("export.download");
      for (const role of ["auditor", "coordinator", "regulator"] as const) {
        const other = await bench.person({ role });
        await expect(fetchBytes(other, id)).rejects.toMatchObject({ code: "export.not-found", status: 404 });
        await expect(cancelExport(other, id)).rejects.toMatchObject({ code: "export.not-found" });
      }
      expect(await entriesOf("export.download")).toBe(before);
    });

    it("a download by its maker is refused after the maker's access has changed", async () => {
      const id = await made(auditor);
      const { principal } = auditor;
      for (const now of [
        { ...principal, role: "regulator" as const },
        { ...principal, duties: ["support" as const] },
        { ...principal, organisationId: id },
      ])
        await expect(fetchBytes({ ...auditor, principal: now }, id)).rejects.toMatchObject({
          code: "export.standing",
        });
    });

    it("a download after expiry fails: the file is removed with its key, and the removal is recorded", async () => {
      const id = await made(auditor);
      const then = later(auditor, 7 * DAY_MS + 1_000);
      await expect(fetchBytes(then, id)).rejects.toMatchObject({ code: "export.expired", status: 410 });
      const system = { ...bench.cx, system: "portal" };
      const before = await entriesOf("export.expire");
      expect(await expireExports(system)).toBe(0);
      expect(await expireExports(later(system, 7 * DAY_MS + 1_000))).toBeGreaterThan(0);
      expect(await entriesOf("export.expire")).toBeGreaterThan(before);
      await expect(fetchBytes(auditor, id)).rejects.toMatchObject({ code: "export.expired" });
      expect(await chunksOf(id)).toBe(0);
      const { rows } = await bench.appPool.query("SELECT state, file_key FROM audit_export WHERE id = $1", [
        id,
      ]);
      expect(rows).toEqual([{ state: "expired", file_key: null }]);
      expect((await getExport(auditor, id)).sha256).not.toBeNull();
    });

    it("a download with changed or moved stored bytes fails and returns none of them", async () => {
      const id = await made(auditor);
      await bench.appPool.query("DELETE FROM audit_export_chunk WHERE export_id = $1 AND number = 1", [id]);
      await bench.appPool.query(
        `INSERT INTO audit_export_chunk SELECT export_id, attempt, 1, tenant_id, sealed FROM audit_export_chunk
       WHERE export_id = $1 AND number = 0`,
        [id],
      );
      const { response } = await downloadExport(auditor, id, { range: `bytes=${CHUNK_BYTES}-` });
      await expect(response.arrayBuffer()).rejects.toThrow();
    });
  });

  describe("export job", () => {
    const lease = (ms: number) => ({
      now: new Date(Date.now() + ms),
      until: new Date(Date.now() + ms + 30_000),
    });
    const claim = async (ms = 0) => {
      const claimed = await inTransaction(bench.cx, (tx) => claimJob(tx, bench.place.tenantId, lease(ms)));
      return claimed.is === "job" ? claimed.job : undefined;
    };

    it("a job whose worker dies begins again when its lease ends, and never returns a partial file", async () => {
      const { id } = await ask(auditor);
      const dead = await claim();
      expect(dead).toMatchObject({ id, attempt: 1 });
      if (dead === undefined) return;
      const half = Buffer.from("half a file");
      const chunk = { number: 0, sealed: half, at: new Date() };
      expect(await inRawTransaction(bench.cx, (tx) => insertChunk(tx, dead, chunk))).toBe(true);
      expect(await runNextExport(worker)).toBe(false);
      await expect(fetchBytes(auditor, id)).rejects.toMatchObject({ code: "export.unfinished" });
      expect(await runNextExport(later(worker, 60_000))).toBe(true);
      const { bytes } = await fetchBytes(auditor, id);
      expect(bytes.includes(half)).toBe(false);
      expect(bytes.length).toBe((await getExport(auditor, id)).bytes);
    });

    it("a job whose process is killed with -9 while it stores its file is made again, complete", async () => {
      const { id } = await ask(auditor);
      const rival = await bench.appPool.connect();
      let isReleased = false;
      await rival.query("BEGIN");
      // The second chunk waits for our lock on this row, and so does the process.
      await rival.query(
        "INSERT INTO audit_export_chunk (export_id, attempt, number, tenant_id, sealed) VALUES ($1, 1, 1, $2, '')",
        [id, bench.place.tenantId],
      );
      const child = fork(
        "lib/testing/children/export-child.ts",
        [bench.keyDir, bench.database.appUrl, JSON.stringify(bench.cx.instance)],
        {
          execArgv: ["--import", "tsx", "--conditions=react-server"],
        },
      );
      const exited = new Promise((resolve) => child.once("exit", (_code, signal) => resolve(signal)));
      onTestFinished(() => {
        child.kill("SIGKILL");
        if (!isReleased) rival.release(true);
      });
      const isStuck = async () => {
        const { rows } = await bench.appPool.query(
          `SELECT count(*)::int AS n FROM pg_stat_activity WHERE pid IN (${LOCK_WAITS}) AND query LIKE '%audit_export_chunk%'`,
        );
        return rows[0].n > 0 && (await chunksOf(id)) === 1;
      };
      await expect.poll(isStuck, { timeout: 150_000 }).toBe(true);
      child.kill("SIGKILL");
      expect(await exited).toBe("SIGKILL");
      await rival.query("ROLLBACK");
      rival.release();
      isReleased = true;
      expect((await getExport(auditor, id)).state).toBe("running");
      await expect(fetchBytes(auditor, id)).rejects.toMatchObject({ code: "export.unfinished" });
      expect(await runNextExport(later(worker, 60_000))).toBe(true);
      const { sha256, state } = await getExport(auditor, id);
      const { bytes } = await fetchBytes(auditor, id);
      expect([state, createHash("sha256").update(bytes).digest("base64url")]).toEqual(["done", sha256]);
      const { rows } = await bench.appPool.query(
        "SELECT DISTINCT attempt FROM audit_export_chunk WHERE export_id = $1",
        [id],
      );
      expect(rows).toEqual([{ attempt: 2 }]);
    });

    it("a job belongs to one worker at a time: a worker that lost it can neither store nor finish", async () => {
      const { id } = await ask(auditor);
      const old = await claim();
      const mine = await claim(60_000);
      expect([old?.attempt, mine?.attempt]).toEqual([1, 2]);
      const hold = { id, attempt: 1 };
      const chunk = { number: 0, sealed: Buffer.from("late"), at: new Date() };
      expect(await inRawTransaction(bench.cx, (tx) => insertChunk(tx, hold, chunk))).toBe(false);
      const file = {
        at: new Date(),
        expiresAt: new Date(),
        sealedKey: Buffer.alloc(1),
        bytes: 1,
        sha256: "x",
        entries: 1,
        size: 1,
        flaw: undefined,
      };
      expect(await inTransaction(bench.cx, (tx) => finishJob(tx, hold, file))).toBe(false);
      await cancelExport(auditor, id);
    });

    it("a job that kills every worker ends as failed", async () => {
      const { id } = await ask(auditor);
      for (const ms of [0, 60_000, 120_000]) expect((await claim(ms))?.id).toBe(id);
      expect(await runNextExport(later(worker, 240_000))).toBe(true);
      expect((await getExport(auditor, id)).state).toBe("failed");
      await expect(fetchBytes(auditor, id)).rejects.toMatchObject({ code: "export.ended" });
    });

    it("a job cancelled while it runs stores no more bytes, and the cancellation is recorded", async () => {
      const before = await entriesOf("export.cancel");
      const { id } = await ask(auditor);
      const cancelling: JobContext = {
        ...worker,
        findReader: async (userId) => {
          await cancelExport(auditor, id);
          return worker.findReader(userId);
        },
      };
      expect(await runNextExport(cancelling)).toBe(true);
      expect((await getExport(auditor, id)).state).toBe("cancelled");
      expect(await chunksOf(id)).toBe(0);
      expect(await entriesOf("export.cancel")).toBe(before + 1);
      await expect(cancelExport(auditor, id)).rejects.toMatchObject({ code: "export.ended" });
    });

    it("a job of a person whose access has changed is not made", async () => {
      const { id } = await ask(auditor);
      const other: JobContext = {
        ...worker,
        findReader: async () => ({ role: "coordinator", duties: ["legal"], organisationId: id, userId: id }),
      };
      expect(await runNextExport(other)).toBe(true);
      expect((await getExport(auditor, id)).state).toBe("failed");
      const gone = await ask(auditor);
      expect(await runNextExport({ ...worker, findReader: async () => undefined })).toBe(true);
      expect((await getExport(auditor, gone.id)).state).toBe("failed");
    });

    it("a sixth waiting job of one person is refused, also when the requests come at once", async () => {
      const person = await bench.person({ role: "auditor" });
      const asked = await Promise.allSettled(Array.from({ length: 8 }, () => ask(person)));
      const refused = asked.flatMap((one) => (one.status === "rejected" ? [one.reason.code] : []));
      expect(refused).toEqual(["export.too-many", "export.too-many", "export.too-many"]);
      while (await runNextExport(worker));
    });

    it("a finished file that its maker removes no longer exists, and the removal is recorded", async () => {
      const id = await made(auditor);
      const before = await entriesOf("export.remove");
      expect(await cancelExport(auditor, id)).toMatchObject({ state: "expired" });
      expect(await entriesOf("export.remove")).toBe(before + 1);
      expect(await chunksOf(id)).toBe(0);
    });
  });
});

describe("a forged job", () => {
  let bench: OwnedLog;
  let auditor: Context;
  let worker: JobContext;

  beforeAll(async () => {
    bench = await createOwnedLog();
    auditor = bench.auditor;
    const { db, instance, clock, audit } = bench.cx;
    worker = {
      db,
      instance,
      clock,
      audit,
      findReader: (id) => findReaderById({ db, instance }, id),
      keystore: bench.keystore,
      logger: auditor.logger,
      keepMs: 60_000,
    };
    await bench.anchor();
  });
  afterAll(() => bench.close());

  const ask = (wanted: Record<string, string> = {}) =>
    requestExport(auditor, NewExport.parse({ format: "ndjson", ...wanted }));

  async function runAll(): Promise<void> {
    while (await runNextExport(worker));
  }

  /** Writes a job's row as the portal's database login can, before all other waiting jobs. */
  async function forgeJob(said: Record<string, unknown>): Promise<string> {
    const { principal } = auditor;
    const row = {
      id: `00000000-0000-7000-8000-${randomUUID().slice(-12)}`,
      tenant_id: bench.place.tenantId,
      by_user_id: principal.userId,
      format: "ndjson",
      filter: "{}",
      options: "{}",
      fence: readerStanding(principal),
      entry_id: randomUUID(),
      state: "queued",
      kind: "job",
      ...said,
    };
    const places = Object.keys(row).map((_, at) => `$${at + 1}`);
    await bench.appPool.query(
      `INSERT INTO audit_export (${Object.keys(row).join()}) VALUES (${places.join()})`,
      Object.values(row),
    );
    return row.id;
  }

  describe("a job row that the portal's database login forges", () => {
    it.each([
      ["a format that there is not", { format: "x" }],
      ["an invalid filter", { filter: "5" }],
      ["a filter by something else than text", { filter: '{"action":["x"]}' }],
      ["invalid options", { options: "[]" }],
      ["options of something else than text", { options: '{"bom":true}' }],
      ["a number of attempts that none can follow", { attempt: 2147483647 }],
      ["fewer entries than none", { state: "done", entries: -1 }],
      ["more bytes than a number says exactly", { state: "done", bytes: "9007199254740992" }],
      ["a time that no clock shows", { started_at: "infinity" }],
    ])("is refused: %s", async (_, said) => {
      expect(await refusalCode(forgeJob(said))).toBe("23514");
    });

    it("the database refuses the row if its entry records another export", async () => {
      const { entry_id } = await ask();
      expect(await refusalCode(forgeJob({ entry_id }))).toBe("23505");
      await runAll();
    });
  });

  it("a job with the largest number of attempts, set by the login, does not delay other jobs", async () => {
    const counted = await ask();
    const { id } = await ask();
    await bench.appPool.query("UPDATE audit_export SET attempt = 100 WHERE id = $1", [counted.id]);
    await runAll();
    expect((await getExport(auditor, counted.id)).state).toBe("failed");
    expect((await getExport(auditor, id)).state).toBe("done");
  });

  describe("an invalid job row from before the rules existed", () => {
    it("such a row ends as failed and does not delay other jobs or stop a list", async () => {
      await bench.admin.query("ALTER TABLE audit_export DROP CONSTRAINT audit_export_format_known");
      const forged = await forgeJob({ format: "x" });
      const { id } = await ask();
      await runAll();
      const { items } = await listExports(auditor, { limit: 50 });
      const states = items.map((one) => [one.id, one.state]);
      expect(states).toContainEqual([forged, "failed"]);
      expect(states).toContainEqual([id, "done"]);
    });
  });

  describe("a job whose entry does not request it is not made", () => {
    const stateAfter = async (id: string) => {
      await runAll();
      return (await getExport(auditor, id)).state;
    };

    it("a job without an entry is not made", async () => {
      expect(await stateAfter(await forgeJob({}))).toBe("failed");
    });

    it("a job with an entry that the login wrote is not made", async () => {
      const { rows } = await bench.admin.query("SELECT id FROM audit_compartment WHERE kind = 'org'");
      const part = { c: "org", stored: Buffer.alloc(60), compartmentId: rows[0].id };
      const entry_id = await forgeEntry(bench.appPool, bench.place, { parts: [part] });
      expect(await stateAfter(await forgeJob({ entry_id }))).toBe("failed");
    });

    it("a job with the entry of a streamed export without a row is not made", async () => {
      const { id: entry_id } = await recordEvent(auditor, {
        class: "export",
        outcome: "done",
        action: "audit.export",
        subjects: [],
        details: { format: "ndjson", filter: [] },
      });
      expect(await stateAfter(await forgeJob({ entry_id }))).toBe("failed");
    });

    it.each([
      ["another format", "format = 'csv'"],
      ["a filter less", "filter = '{}'"],
      ["readable parts", "options = '{}'"],
      ["another person", "by_user_id = $2, fence = $3"],
    ])("with a row that the owner changed to %s", async (_, change) => {
      const { id } = await ask({ action: "audit.keys", parts: "none" });
      const other = (await bench.person({ role: "auditor" })).principal;
      const values = change.includes("$") ? [id, other.userId, readerStanding(other)] : [id];
      await bench.admin.query(`UPDATE audit_export SET ${change} WHERE id = $1`, values);
      await runAll();
      const { rows } = await bench.admin.query("SELECT state FROM audit_export WHERE id = $1", [id]);
      expect(rows).toEqual([{ state: "failed" }]);
    });

    it("a job that its entry requests is made, with filter and options", async () => {
      const { id } = await ask({
        format: "csv",
        action: "audit.keys",
        parts: "none",
        delimiter: ";",
        bom: "true",
      });
      expect(await stateAfter(id)).toBe("done");
    });
  });
});
