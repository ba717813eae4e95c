import { writeFileSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { type CommandLine, openCommandLine } from "@/lib/testing/instance/command-line";
import { type ServedPortal, servePortal } from "@/lib/testing/instance/served-portal";

// A watchdog: each step runs in its own process.
vi.setConfig({ testTimeout: 900_000 });

let portal: ServedPortal;
let cli: CommandLine;
let participant: string;

beforeAll(async () => {
  portal = await servePortal();
  cli = openCommandLine();
  participant = portal.bench.client.principal.participantId;
  const key = await portal.keyFor(portal.bench.client);
  const added = await cli.run(["profile", "add", "client", "--url", portal.url], { input: `${key}\n` });
  expect(added.code, added.stderr).toBe(0);
  expect(added.stdout + added.stderr).not.toContain(key);
});
afterAll(async () => {
  cli?.remove();
  await portal?.close();
});

const createFor = (job: string, ...more: readonly string[]) =>
  cli.run(["transactions", "create", "--job-id", job, "--participant", participant, ...more]);
const create = (...more: readonly string[]) => createFor("job-1", ...more);

test("a transaction is made, shown and opened, each answer being one JSON document", async () => {
  const made = await create("--amount", "17.25", "--currency", "EUR", "--confidential", "--json");
  expect(made.code, made.stderr).toBe(0);
  const { transaction_id, receipt } = JSON.parse(made.stdout);
  expect(receipt.entry_id).toBeTypeOf("string");
  const shown = await cli.run(["transactions", "show", transaction_id, "--json"]);
  expect(shown.code, shown.stderr).toBe(0);
  expect(JSON.parse(shown.stdout)).toMatchObject({
    transaction_id,
    job_id: "job-1",
    sealed_groups: ["amount"],
  });
  await portal.bench.anchor();
  const opened = await cli.run(["transactions", "open", transaction_id, "--purpose", "settlement", "--json"]);
  expect(opened.code, opened.stderr).toBe(0);
  expect(JSON.parse(opened.stdout).data).toMatchObject({ amount: "17.25", currency: "EUR" });
  const listed = await cli.run(["transactions", "list", "--all", "--json"]);
  const lines = listed.stdout
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
  expect(lines.map((line) => line.transaction_id)).toContain(transaction_id);
});

test("a lost answer is repeated by its key, and one transaction is made", async () => {
  let cut = true;
  portal.watch = {
    after: (method) => {
      const isFirst = cut && method === "POST";
      if (isFirst) cut = false;
      return !isFirst;
    },
  };
  const args = ["--idempotency-key", "mine", "--json"];
  const first = await createFor("job-lost", ...args);
  const second = first.code === 0 ? first : await createFor("job-lost", ...args);
  portal.watch = {};
  expect(cut).toBe(false);
  expect(second.code, second.stderr).toBe(0);
  const listed = await cli.run(["transactions", "list", "--job-id", "job-lost", "--json"]);
  expect(listed.stdout.trimEnd().split("\n")).toHaveLength(1);
  expect(JSON.parse(listed.stdout).transaction_id).toBe(JSON.parse(second.stdout).transaction_id);
});

test("a failed call has its exit status, message and the request's id", async () => {
  const missing = await cli.run(["transactions", "show", "0197c5f0-0000-7000-8000-000000000000"]);
  expect(missing.code).toBe(4);
  expect(missing.stdout).toBe("");
  expect(missing.stderr).toContain("Transaction not found (404 transaction.not-found)");
  expect(missing.stderr).toMatch(/request_id [0-9a-f-]{36}/);
  const refused = await create("--currency", "EUR", "--participant", "unknown-1");
  expect(refused.code).toBe(5);
  expect(refused.stderr).toContain("422 participant.unknown");
  const seen = await create("--participant", "unknown-1", "--json");
  expect(JSON.parse(seen.stderr)).toMatchObject({ status: 422, code: "participant.unknown" });
  const usage = await create("--amount", "1e5");
  expect(usage.code).toBe(2);
  expect(usage.stderr).toContain("amount: not a decimal number");
  const away = await cli.run(["transactions", "list"], {
    env: { SEALPORT_URL: "http://127.0.0.1:1", SEALPORT_API_KEY: `sp_0123456789_${"a".repeat(49)}` },
  });
  expect(away.code).toBe(7);
  expect(away.stderr).toContain("does not answer");
  const stranger = await cli.run(["transactions", "list"], {
    env: { SEALPORT_URL: portal.url, SEALPORT_API_KEY: `sp_0123456789_${"a".repeat(49)}` },
  });
  expect(stranger.code).toBe(4);
});

test("a profile's key is sent to no other address, and never unencrypted", async () => {
  const other = await cli.run(["transactions", "list", "--url", "https://other.example"]);
  expect(other.code).toBe(2);
  expect(other.stderr).toContain("is not sent to this one");
  const clear = await cli.run(["transactions", "list", "--url", "http://sealport.example"], {
    env: { SEALPORT_API_KEY: `sp_0123456789_${"a".repeat(49)}` },
  });
  expect(clear.code).toBe(2);
  expect(clear.stderr).toContain("is not encrypted");
});

test("what an attacker wrote is shown and not obeyed", async () => {
  const file = path.join(cli.folder, "evil.json");
  const evil = "before\u001b]0;owned\u0007\u001b[2Jafter\u202Edesrever\n\u009b31msecond line";
  writeFileSync(file, JSON.stringify({ job_id: "job-evil", participants: [participant], narrative: evil }));
  const made = await cli.run(["transactions", "create", "--file", file, "--json"]);
  expect(made.code, made.stderr).toBe(0);
  const { transaction_id } = JSON.parse(made.stdout);
  const args = ["transactions", "open", transaction_id, "--purpose", "settlement"];
  await portal.bench.anchor();
  const plain = await cli.run(args);
  expect(plain.code, plain.stderr).toBe(0);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: what must not be there is looked for.
  expect(plain.stdout.replaceAll("\n", "")).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202e]/);
  expect(plain.stdout).toContain("before\\u{1b}]0;owned\\u{7}\\u{1b}[2Jafter");
  const json = await cli.run([...args, "--json"]);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: what must not be there is looked for.
  expect(json.stdout.replaceAll("\n", "")).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202e]/);
  expect(JSON.parse(json.stdout).data.narrative).toBe(evil);
});
