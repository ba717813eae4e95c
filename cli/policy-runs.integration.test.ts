import { setTimeout as wait } from "node:timers/promises";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { createDraft } from "@/lib/policies/create-draft";
import { runNextPolicyRun } from "@/lib/policies/dry-run/run-next";
import { openBenchPolicies } from "@/lib/testing/benches/bench-policies";
import { type CommandLine, openCommandLine } from "@/lib/testing/instance/command-line";
import { type ServedPortal, servePortal } from "@/lib/testing/instance/served-portal";

// A watchdog: each step runs in its own process.
vi.setConfig({ testTimeout: 900_000 });

let portal: ServedPortal;
let cli: CommandLine;
let number: number;
const stop = new AbortController();
let jobs: Promise<void>;

beforeAll(async () => {
  portal = await servePortal({ writes: 10_000, reads: 10_000 });
  cli = openCommandLine();
  const staff = { organisation: "operator", hasKey: false } as const;
  const anke = await portal.bench.person({ ...staff, role: "coordinator", duties: ["compliance"] });
  await openBenchPolicies(portal.bench.cx);
  number = (await createDraft(anke, { title: "The same", reason: "for a test" })).number;
  const input = { input: await portal.keyFor(anke) };
  const ended = await cli.run(["profile", "add", "anke", "--url", portal.url], input);
  expect([ended.code, ended.stderr]).toEqual([0, expect.any(String)]);
  const job = { ...portal.bench.cx, logger: anke.logger, system: "portal" };
  jobs = (async () => {
    while (!stop.signal.aborted) if (!(await runNextPolicyRun(job))) await wait(100);
  })();
});
afterAll(async () => {
  stop.abort();
  await jobs;
  cli?.remove();
  await portal?.close();
});

const policies = (...args: readonly string[]) => cli.run(["policies", ...args, "--profile", "anke"]);

test("a dry run is begun, waited for, shown again, and its question is written", async () => {
  const waited = await policies("dry-run", String(number), "--wait", "--json");
  expect([waited.code, waited.stderr]).toEqual([0, expect.not.stringContaining("error")]);
  const run = JSON.parse(waited.stdout);
  expect(run).toMatchObject({ state: "done", number, result: { proof: { outcome: "proved" } } });
  const shown = await policies("dry-run", String(number), "--id", run.id);
  expect(shown.stdout).toContain("proved: no new permission against version 1");
  const question = await policies("dry-run", String(number), "--id", run.id, "--question", "request");
  expect(question.stdout).toContain("(check-sat)");
  expect((await policies("dry-run", String(number), "--id", run.id, "--cancel")).code).toBe(5);
  expect((await policies("dry-run", String(number), "--cancel")).code).toBe(2);
  expect((await policies("dry-run", "first")).code).toBe(2);
});

test("a replay decides recorded decisions again and ends with 0 where none differs", async () => {
  const ended = await policies("replay", "--from", "2026-01-01T00:00:00Z");
  expect([ended.code, ended.stderr]).toEqual([0, expect.not.stringContaining("error")]);
  expect(ended.stdout).toMatch(/decisions: \d+ the same, 0 differ, 0 by another build, 0 unreadable/);
});
