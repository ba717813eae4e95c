import { readFileSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "@playwright/test";
import { changeBundle } from "@/lib/audit/tour/change-bundle";
import { type CommandLine, type Ended, openCommandLine } from "../lib/testing/command-line";
import { pdf } from "./support/api";
import { demo } from "./support/instance";
import { accountOf } from "./support/sign-in";
import { orderFacts } from "./support/steps";

// docs/guides/command-line.md against the built program: from a key to a verified bundle, by commands alone.
test.describe.configure({ mode: "serial", timeout: 300_000 });

const PEOPLE = [
  "client-456",
  "regulator-001",
  "coordinator-001:legal",
  "coordinator-001:approve",
  "auditor-001",
];
const facts = orderFacts();
const reading = [
  ["--issuer", facts.issuer],
  ["--case-number", facts.case_number],
  ["--valid-from", facts.valid_from],
  ["--valid-until", facts.valid_until],
].flat();

let cli: CommandLine;
let transaction: string;
let grant: string;

test.beforeAll(() => {
  cli = openCommandLine();
});
test.afterAll(() => cli?.remove());

const profileOf = (person: string) => person.replace(":", ".");
const as = (person: string, ...args: readonly string[]): Promise<Ended> =>
  cli.run([...args, "--profile", profileOf(person), "--json"]);

async function done(person: string, ...args: readonly string[]) {
  const ended = await as(person, ...args);
  expect(ended.code, ended.stderr).toBe(0);
  return JSON.parse(ended.stdout);
}

const inFolder = (name: string): string => path.join(cli.folder, name);

test("each person's key is kept in a profile, and the doctor finds nothing in the way", async () => {
  for (const person of PEOPLE) {
    const added = await cli.run(["profile", "add", profileOf(person), "--url", demo().base_url], {
      input: accountOf(person, demo()).api_key,
    });
    expect(added.code, added.stderr).toBe(0);
  }
  const examined = await cli.run(["doctor", "--profile", "client-456", "--json"]);
  expect(examined.code, examined.stdout + examined.stderr).toBe(0);
  const findings = examined.stdout
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
  expect(findings.map(({ check }) => check)).toEqual(
    expect.arrayContaining([
      "configuration",
      "tls",
      "portal",
      "clock",
      "versions",
      "key",
      "key end",
      "signing",
    ]),
  );
  expect(findings.find(({ check }) => check === "key").detail).toContain("client-456, client:");
});

test("a transaction is made, asked for, decided by two people and opened under the grant", async () => {
  const file = inFolder("transaction.json");
  writeFileSync(
    file,
    JSON.stringify({ job_id: "job-command-line", pricing: { rate: "0.10" }, participants: ["miner-789"] }),
  );
  const made = await done(
    "client-456",
    "transactions",
    "create",
    "--file",
    file,
    "--amount",
    "17.25",
    "--currency",
    "EUR",
    "--confidential",
  );
  transaction = made.transaction_id;
  writeFileSync(inFolder("receipt.json"), JSON.stringify(made));
  writeFileSync(inFolder("order.json"), JSON.stringify(facts));
  writeFileSync(inFolder("order.pdf"), pdf(`Order ${facts.case_number}`));
  const asked = [
    "--purpose",
    "audit",
    "--justification",
    "Examination of the settlement",
    "--field",
    "amount",
  ];
  const { id } = await done("regulator-001", "requests", "create", ...asked, "--transaction", transaction);
  const attach = ["--facts", inFolder("order.json"), "--document", inFolder("order.pdf")];
  await done("regulator-001", "requests", "authorize", id, ...attach);
  expect((await done("regulator-001", "requests", "submit", id)).state).toBe("stage_1");
  const decide = (stage: string) => [
    "decisions",
    "make",
    id,
    "--stage",
    stage,
    "--decision",
    "approve",
    "--comment",
    "It names it",
    ...reading,
    "--yes",
  ];
  await done("coordinator-001:legal", ...decide("legal"));
  grant = (await done("coordinator-001:approve", ...decide("coordinator"))).grant_id;
  const opened = await done(
    "regulator-001",
    "transactions",
    "open",
    transaction,
    "--purpose",
    "audit",
    "--grant",
    grant,
  );
  expect(opened.data).toEqual({ amount: "17.25", currency: "EUR" });
  const other = await as(
    "regulator-001",
    "transactions",
    "open",
    transaction,
    "--purpose",
    "audit",
    "--grant",
    grant,
    "--field",
    "pricing",
  );
  expect(other.code).toBe(4);
});

test("the log is exported, verified, and an altered copy is found out, with the exit status of each", async () => {
  const policy = inFolder("policy.json");
  const keys = await cli.run(["verify", "keys", "--profile", "auditor-001"]);
  writeFileSync(policy, keys.stdout);
  const alone = await cli.run(["verify", "receipt", inFolder("receipt.json"), "--policy", policy, "--json"]);
  expect(alone.code, alone.stderr).toBe(3);
  const bundle = inFolder("log.zip");
  // The log promises when it will hold the entry: bundles are asked for until one shows it.
  await expect
    .poll(
      async () => {
        await done("auditor-001", "export", "--format", "bundle", "--output", bundle, "--force");
        return (
          await cli.run([
            "verify",
            "receipt",
            inFolder("receipt.json"),
            "--bundle",
            bundle,
            "--policy",
            policy,
          ])
        ).code;
      },
      { timeout: 240_000, intervals: [2_000] },
    )
    .toBe(0);
  expect(statSync(bundle).mode & 0o777).toBe(0o600);
  expect((await cli.run(["verify", "bundle", bundle])).code).toBe(3);
  const report = await cli.run(["verify", "bundle", bundle, "--policy", policy, "--json"]);
  expect(report.code, report.stdout).toBe(0);
  expect(JSON.parse(report.stdout).verdict).toBe("verified");
  const changed = inFolder("changed.zip");
  writeFileSync(changed, changeBundle(new Uint8Array(readFileSync(bundle)), 40));
  expect((await cli.run(["verify", "bundle", changed, "--policy", policy])).code).toBe(1);
  expect((await cli.run(["verify", "bundle", policy])).code).toBe(1);
  expect((await cli.run(["verify", "bundle", inFolder("none.zip")])).code).toBe(2);
});

test("who may not is told so, and nothing is made", async () => {
  const refused = await as("client-456", "export", "--output", inFolder("no.ndjson"));
  expect(refused.code).toBe(4);
  expect(JSON.parse(refused.stderr)).toMatchObject({ status: 403 });
  await done(
    "coordinator-001:approve",
    "grants",
    "revoke",
    grant,
    "--reason",
    "The end of the story",
    "--yes",
  );
  const closed = await as(
    "regulator-001",
    "transactions",
    "open",
    transaction,
    "--purpose",
    "audit",
    "--grant",
    grant,
  );
  expect(closed.code).toBe(4);
});
