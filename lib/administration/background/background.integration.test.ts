import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readBackground, retryWork } from "@/lib/administration/background/background";
import { requestExport } from "@/lib/audit/export/jobs/request-export";
import { runNextExport } from "@/lib/audit/export/jobs/run-export";
import { NewExport } from "@/lib/audit/schema";
import { systemClock } from "@/lib/clock";
import { uuidv7 } from "@/lib/crypto/uuid";
import { findReaderById } from "@/lib/identity/people/holders-store";
import { JobReports, storeReports } from "@/lib/jobs/job-report";
import {
  type AdministrationBench,
  createAdministrationBench,
} from "@/lib/testing/benches/administration-bench";
import { outcomeOf } from "@/lib/testing/benches/refusal";

let bench: AdministrationBench;
beforeAll(async () => {
  bench = await createAdministrationBench();
});
afterAll(async () => {
  await bench?.close();
});

async function failedMail(): Promise<string> {
  const id = uuidv7(Date.now());
  await bench.query(
    `INSERT INTO notify_delivery (id, tenant_id, channel, user_id, event_id, kind, subject, state, at, status, attempts, next_at, ended_at)
     VALUES ($1::uuid, $2, 'mail', $3, $1::uuid, 'decision', $1::text, 'x', now(), 'failed', 5, now(), now())`,
    [id, bench.runtime.instance.tenantId, bench.greta.principal.userId],
  );
  return id;
}

const maker = () => ({
  ...bench.runtime,
  requestId: "test",
  client: {},
  system: "portal",
  findReader: (userId: string) => findReaderById(bench.runtime, userId),
  keepMs: 86_400_000,
});

describe("background work", () => {
  it("shows each job with its last and next pass, and a failure by its name alone, over all portals", async () => {
    const reports = new JobReports(systemClock);
    const good = reports.counted("exports", 1_000, async () => "done");
    const bad = reports.counted("deliveries", 60_000, async () => {
      throw new TypeError("a secret in a message");
    });
    expect(await good()).toBe("done");
    await expect(bad()).rejects.toThrow(TypeError);
    await expect(bad()).rejects.toThrow(TypeError);
    await storeReports(bench.runtime, reports);
    await bench.query(
      `INSERT INTO process_heartbeat (name, tenant_id, at, details)
       SELECT 'jobs of elsewhere 7', tenant_id, at, details FROM process_heartbeat WHERE name LIKE 'jobs of %'`,
    );
    const { jobs } = await readBackground(bench.greta);
    expect(
      jobs.map(({ name, processes, failures, failure }) => [name, processes, failures, failure]),
    ).toEqual([
      ["deliveries", 2, 4, "TypeError"],
      ["exports", 2, 0, null],
    ]);
    expect(JSON.stringify(jobs)).not.toContain("secret");
    for (const { last_at: last, next_at: next, every_ms: every } of jobs)
      expect(Date.parse(next ?? "") - Date.parse(last ?? "")).toBe(every);
    await bench.query(
      "UPDATE process_heartbeat SET at = now() - interval '2 minutes' WHERE name LIKE 'jobs of %'",
    );
    expect((await readBackground(bench.greta)).jobs).toEqual([]);
  });

  it("that used all its attempts is queued again by an administrator, with an entry, and once only", async () => {
    const id = await failedMail();
    const before = await readBackground(bench.greta);
    expect(before.dead).toMatchObject([{ kind: "mail", id, attempts: 5 }]);
    expect(before.queues.find(({ kind }) => kind === "mail")).toMatchObject({ dead: 1, waiting: 0 });
    const retries = await bench.entries("job.retry");
    expect((await retryWork(bench.greta, { kind: "mail", id })).receipt).toBeDefined();
    expect(await bench.entries("job.retry")).toBe(retries + 1);
    const after = await readBackground(bench.greta);
    expect(after.dead).toEqual([]);
    expect(after.queues.find(({ kind }) => kind === "mail")).toMatchObject({ dead: 0, waiting: 1 });
    expect(await outcomeOf(retryWork(bench.greta, { kind: "mail", id }))).toBe("delivery.state");
    expect(await outcomeOf(retryWork(bench.greta, { kind: "webhook", id }))).toBe("delivery.state");
    expect(await outcomeOf(retryWork(bench.greta, { kind: "export", id }))).toBe("export.not-found");
    expect(await bench.entries("job.retry")).toBe(retries + 1);
  });

  it("of a failed export has three attempts again, and its file is made for its maker", async () => {
    const auditor = await bench.person({ role: "auditor" });
    const { id } = await requestExport(auditor, NewExport.parse({ format: "csv" }));
    await bench.query(
      "UPDATE audit_export SET state = 'failed', attempt = 4, finished_at = now() WHERE id = $1",
      [id],
    );
    expect((await readBackground(bench.greta)).dead).toMatchObject([{ kind: "export", id, attempts: 4 }]);
    await retryWork(bench.greta, { kind: "export", id });
    expect(await runNextExport(maker())).toBe(true);
    const [row] = await bench.query("SELECT state, attempt, earlier FROM audit_export WHERE id = $1", [id]);
    expect(row).toEqual({ state: "done", attempt: 5, earlier: 4 });
  });
});
