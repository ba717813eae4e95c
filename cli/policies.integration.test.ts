import { writeFileSync } from "node:fs";
import path from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { runNextPolicyRun } from "@/lib/policies/dry-run/run-next";
import { openBenchPolicies } from "@/lib/testing/benches/bench-policies";
import { type CommandLine, openCommandLine } from "@/lib/testing/instance/command-line";
import { type ServedPortal, servePortal } from "@/lib/testing/instance/served-portal";

// A watchdog: each step runs in its own process.
vi.setConfig({ testTimeout: 900_000 });

let portal: ServedPortal;
let cli: CommandLine;
const stop = new AbortController();
let jobs: Promise<void>;

beforeAll(async () => {
  portal = await servePortal({ writes: 10_000, reads: 10_000 });
  cli = openCommandLine();
  const anke = await portal.bench.person({
    ...{ organisation: "operator", hasKey: false, role: "coordinator", duties: ["compliance"] },
  });
  // On the custodian's roster: an approval and the way back are signed for it.
  const jonas = portal.bench.approver;
  await openBenchPolicies(portal.bench.cx);
  const job = { ...portal.bench.cx, logger: anke.logger, system: "portal" };
  jobs = (async () => {
    while (!stop.signal.aborted) if (!(await runNextPolicyRun(job))) await wait(100);
  })();
  for (const [name, who] of [
    ["anke", anke],
    ["jonas", jonas],
  ] as const) {
    const input = { input: await portal.keyFor(who) };
    const ended = await cli.run(["profile", "add", name, "--url", portal.url], input);
    expect([name, ended.code, ended.stderr]).toEqual([name, 0, expect.any(String)]);
  }
});
afterAll(async () => {
  stop.abort();
  await jobs;
  cli?.remove();
  await portal?.close();
});

/** Runs a command of policies as this person, and returns its output. */
async function policies(who: string, ...args: readonly string[]): Promise<string> {
  const ended = await cli.run(["policies", ...args, "--profile", who]);
  expect([args, ended.code, ended.stderr]).toEqual([args, 0, expect.not.stringContaining("error")]);
  return ended.stdout;
}
const as = async (who: string, ...args: readonly string[]) =>
  JSON.parse(await policies(who, ...args, "--json"));

/** Runs a dry run by its command, and waits for it. */
async function dryRun(number: number): Promise<void> {
  const run = await as("anke", "dry-run", String(number), "--wait");
  expect(run).toMatchObject({ state: "done", is_current: true, result: { proof: { outcome: "proved" } } });
}

function fileOf(document: unknown): string {
  const file = path.join(cli.folder, "policies.json");
  writeFileSync(file, JSON.stringify(document));
  return file;
}

test("a set goes by commands from the draft to the active one, and back to the one before", async () => {
  const reason = ["--reason", "agreed in the team"];
  expect(await as("anke", "show")).toMatchObject({ number: 1, state: "active" });
  const { number } = await as("anke", "draft", "--title", "Shorter review", ...reason, "--from", "1");
  const document = JSON.parse(await policies("anke", "show", String(number), "--only-document"));
  const wrong = fileOf({ ...document, policies: [{ id: "a", text: "permit(", examples: [] }] });
  expect(await as("anke", "validate", String(number), wrong)).toMatchObject({
    valid: false,
    faults: [{ policy: "a", line: 1 }],
  });
  const refused = await cli.run(["policies", "save", String(number), wrong, "--profile", "anke"]);
  expect([refused.code === 0, refused.stderr]).toEqual([false, expect.stringContaining("has faults")]);
  const right = fileOf({ ...document, settings: { ...document.settings, review_days: 7 } });
  await policies("anke", "save", String(number), right, "--title", "A week to review");
  expect(await policies("anke", "validate", String(number))).toContain("No faults.");
  expect((await cli.run(["policies", "submit", String(number), "--profile", "anke"])).stderr).toContain(
    "dry run",
  );
  await dryRun(number);
  const submitted = await as("anke", "submit", String(number));
  expect(submitted).toMatchObject({ state: "submitted", gains: false, needs: ["approval"] });
  const decide = ["decide", String(number), "approve", ...reason];
  const stale = await cli.run(["policies", ...decide, "--revision", "1", "--profile", "jonas"]);
  expect([stale.code === 0, stale.stderr]).toEqual([false, expect.stringContaining("Read it again")]);
  const own = await cli.run(["policies", ...decide, "--profile", "anke"]);
  expect(own.code).not.toBe(0);
  const revision = ["--revision", String(submitted.revision)];
  expect(await as("jonas", ...decide, ...revision)).toMatchObject({ state: "approved" });
  const at = new Date(Date.now() + 86_400_000).toISOString();
  expect(await as("anke", "schedule", String(number), at)).toMatchObject({
    state: "scheduled",
    active_from: at,
  });
  expect(await as("jonas", "activate", String(number))).toMatchObject({ state: "active" });
  expect(await policies("anke", "list")).toContain("A week to review");
  await dryRun(1);
  expect(await as("jonas", "roll-back", "1", ...reason)).toMatchObject({ number: 1, state: "active" });
  const other = await as("anke", "draft", "--title", "Another", ...reason);
  expect(await as("anke", "withdraw", String(other.number), ...reason)).toMatchObject({ state: "withdrawn" });
});

test("a word that is no number and a decision that does not exist are refused before a call", async () => {
  for (const args of [
    ["submit", "first"],
    ["decide", "1", "perhaps", "--reason", "r"],
    ["roll-back", "1"],
  ]) {
    const ended = await cli.run(["policies", ...args, "--profile", "anke"]);
    expect([args, ended.code]).toEqual([args, 2]);
  }
});
