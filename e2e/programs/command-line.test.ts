import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { readFileSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { changeBundle } from "@/lib/audit/bundle-verifier/change-bundle";
import { type CommandLine, type Ended, openCommandLine } from "@/lib/testing/instance/command-line";
import { findFreePort } from "@/lib/testing/instance/instance";
import { pdf } from "../support/api";
import { demo } from "../support/instance";
import { accountOf } from "../support/sign-in";
import { orderFacts } from "../support/steps";

// docs/guides/command-line.md against the built program: from a key to a verified bundle, by commands alone.
const PEOPLE = [
  "client-456",
  "miner-456",
  "regulator-001",
  "coordinator-001:legal",
  "coordinator-001:approve",
  "auditor-001",
];
const job = `job-${randomBytes(6).toString("hex")}`;
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

beforeAll(() => {
  cli = openCommandLine();
});
afterAll(() => cli?.remove());

const inFolder = (name: string): string => path.join(cli.folder, name);
const profileOf = (person: string) => person.replace(":", ".");

/** Runs one command in this person's profile. The words of `command` are arguments; arguments that contain blanks come after it. */
const as = (person: string, command: string, ...more: readonly string[]): Promise<Ended> =>
  cli.run([...command.split(" "), ...more, "--profile", profileOf(person), "--json"]);

const linesOf = ({ stdout }: Ended) =>
  stdout
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));

async function list(person: string, command: string, ...more: readonly string[]) {
  const ended = await as(person, command, ...more);
  expect(ended.code, ended.stdout + ended.stderr).toBe(0);
  return linesOf(ended);
}

async function done(person: string, command: string, ...more: readonly string[]) {
  const ended = await as(person, command, ...more);
  expect(ended.code, ended.stdout + ended.stderr).toBe(0);
  return JSON.parse(ended.stdout);
}

/** Checks that a refusal under --json is one line of JSON on standard error, with standard output empty, and returns it. */
function outcome({ stdout, stderr }: Ended) {
  expect(stdout).toBe("");
  return JSON.parse(stderr);
}

test("each person's key is stored in a profile and never shown, and the doctor finds no problem", async () => {
  const keys = PEOPLE.map((person) => accountOf(person, demo()).api_key);
  for (const [at, person] of PEOPLE.entries()) {
    const args = ["profile", "add", profileOf(person), "--url", demo().base_url, "--json"];
    const added = await cli.run(args, { input: keys[at] ?? "" });
    expect(added.code, added.stderr).toBe(0);
  }
  const listed = await cli.run(["profile", "list", "--json"]);
  expect(linesOf(listed).map(({ name }) => name)).toEqual(PEOPLE.map(profileOf));
  const shown = await cli.run(["profile", "show", "client-456", "--json"]);
  for (const key of keys) expect(listed.stdout + shown.stdout).not.toContain(key);
  expect(statSync(inFolder("config/sealport/config.json")).mode & 0o777).toBe(0o600);
  const findings = await list("client-456", "doctor");
  const checks = ["configuration", "tls", "portal", "clock", "versions", "key", "key end", "signing"];
  expect(findings.map(({ check }) => check)).toEqual(expect.arrayContaining(checks));
  expect(findings.find(({ check }) => check === "key").detail).toContain("client-456, client:");
});

test("keys are listed, registered once and rotated until all wraps are moved", async () => {
  const participant = ["--participant", "miner-456"];
  const listed = await list("miner-456", "keys list", ...participant);
  const key = listed.find(({ state }) => state === "active");
  expect(key).toMatchObject({ participant_id: "miner-456", custody: "managed" });
  expect((await done("miner-456", "keys register", ...participant)).key_id).toBe(key.key_id);
  const rotated = await done("miner-456", "keys rotate", key.key_id, "--wait");
  expect(rotated).toMatchObject({ participant_id: "miner-456", state: "completed" });
  const states = (await list("miner-456", "keys list", ...participant)).map(({ state }) => state);
  expect(states.filter((state) => state === "active")).toHaveLength(1);
});

test("batches of NDJSON and CSV are made once, however often they are sent, and a refused line is named", async () => {
  const one = (amount: string) => ({
    job_id: job,
    amount,
    participants: ["miner-789"],
    confidential: true,
  });
  const ndjson = inFolder("many.ndjson");
  const lines = Array.from({ length: 12 }, (_, at) => JSON.stringify(one(`${at}.5`)));
  writeFileSync(ndjson, `${lines.join("\n")}\n`);
  const batch = (file: string, ...more: readonly string[]) =>
    as("client-456", "transactions batch", file, ...more);
  const first = await batch(ndjson, "--chunk", "5");
  expect(first.code, first.stderr).toBe(0);
  expect(linesOf(first).map(({ status }) => status)).toEqual(lines.map(() => 201));
  const again = await batch(ndjson, "--chunk", "5");
  expect(linesOf(again).map(({ transaction_id, made_before }) => [transaction_id, made_before])).toEqual(
    linesOf(first).map(({ transaction_id }) => [transaction_id, true]),
  );
  const csv = inFolder("many.csv");
  writeFileSync(
    csv,
    `job_id;amount;participants;confidential;narrative\n${job};1.5;miner-789;true;a;b\n${job};2.5;miner-789;true;by hand\n${job};3;unknown-here;true;\n`,
  );
  const refused = await batch(csv);
  expect(refused.code).toBe(5);
  const byLine = new Map(linesOf(refused).map((result) => [result.line, result]));
  expect([2, 3, 4].map((line) => byLine.get(line)?.status)).toEqual([400, 201, 422]);
  expect(byLine.get(4)?.problem.code).toBe("participant.unknown");
  const made = await list("client-456", "transactions list --all --job-id", job);
  expect(made).toHaveLength(lines.length + 1);
});

test("a transaction is made, requested, approved by two people and opened under the grant", async () => {
  const pricing = { rate: "0.10" };
  const draft = { job_id: "job-command-line", pricing, participants: ["miner-789"] };
  writeFileSync(inFolder("transaction.json"), JSON.stringify(draft));
  const made = await done(
    "client-456",
    "transactions create --amount 17.25 --currency EUR --confidential --file",
    inFolder("transaction.json"),
  );
  transaction = made.transaction_id;
  writeFileSync(inFolder("receipt.json"), JSON.stringify(made));
  const own = await done("client-456", `transactions open ${transaction} --purpose settlement`);
  expect(own.data).toEqual({ amount: "17.25", currency: "EUR", pricing });

  writeFileSync(inFolder("order.json"), JSON.stringify(facts));
  writeFileSync(inFolder("order.pdf"), pdf(`Order ${facts.case_number}`));
  const asked = `requests create --purpose audit --field amount --transaction ${transaction} --justification`;
  const { id } = await done("regulator-001", asked, "Examination of the settlement");
  const attach = ["--facts", inFolder("order.json"), "--document", inFolder("order.pdf")];
  await done("regulator-001", `requests authorize ${id}`, ...attach);
  expect((await done("regulator-001", `requests submit ${id}`)).state).toBe("stage_1");
  const approve = (stage: string) => `decisions make ${id} --yes --stage ${stage} --decision approve`;
  const seen = ["--comment", "It names the transaction", ...reading];
  await done("coordinator-001:legal", approve("legal"), ...seen);
  grant = (await done("coordinator-001:approve", approve("coordinator"), ...seen)).grant_id;
  const opening = `transactions open ${transaction} --purpose audit --grant ${grant}`;
  expect((await done("regulator-001", opening)).data).toEqual({ amount: "17.25", currency: "EUR" });
  const other = await as("regulator-001", `${opening} --field pricing`);
  expect([other.code, outcome(other).status]).toEqual([4, 403]);
});

test("the log is exported and verified, and an altered copy is detected, each with its exit status", async () => {
  const policy = ["--policy", inFolder("policy.json")];
  const keys = await cli.run(["verify", "keys", "--profile", "auditor-001", "--json"]);
  writeFileSync(inFolder("policy.json"), keys.stdout);
  const verify = (what: string, file: string, ...more: readonly string[]) =>
    cli.run(["verify", what, inFolder(file), ...more, "--json"]);
  expect((await verify("receipt", "receipt.json", ...policy)).code).toBe(3);
  // The log promises a time by which it includes the entry: bundles are requested until one contains it.
  const exported = ["--output", inFolder("log.zip")];
  await expect
    .poll(
      async () => {
        await done("auditor-001", "export --format bundle --force", ...exported);
        return (await verify("receipt", "receipt.json", "--bundle", inFolder("log.zip"), ...policy)).code;
      },
      { timeout: 240_000, interval: 2_000 },
    )
    .toBe(0);
  expect(statSync(inFolder("log.zip")).mode & 0o777).toBe(0o600);
  expect((await verify("bundle", "log.zip")).code).toBe(3);
  const report = await verify("bundle", "log.zip", ...policy);
  expect(report.code, report.stdout).toBe(0);
  expect(JSON.parse(report.stdout).verdict).toBe("verified");
  writeFileSync(inFolder("changed.zip"), changeBundle(new Uint8Array(readFileSync(inFolder("log.zip"))), 40));
  const changed = await verify("bundle", "changed.zip", ...policy);
  expect([changed.code, JSON.parse(changed.stdout).verdict]).toEqual([1, "wrong"]);
  expect((await verify("bundle", "policy.json")).code).toBe(1);
  expect((await verify("bundle", "none.zip")).code).toBe(2);
});

test("a refused person reads status, code and request id, and a revoked grant opens no field", async () => {
  const refused = await as("client-456", "export --output", inFolder("no.ndjson"));
  expect(refused.code).toBe(4);
  expect(outcome(refused)).toMatchObject({ status: 403, code: "auth.scope", request_id: expect.any(String) });
  await done("coordinator-001:approve", `grants revoke ${grant} --yes --reason`, "The end of the story");
  const closed = await as(
    "regulator-001",
    `transactions open ${transaction} --purpose audit --grant ${grant}`,
  );
  expect([closed.code, outcome(closed).code]).toEqual([4, "access.no-grant"]);
  const unknown = await as("client-456", "transactions create --job-id j --participant unknown-here");
  expect([unknown.code, outcome(unknown).code]).toEqual([5, "participant.unknown"]);
  expect((await as("client-456", "transactions create --job-id j --amount many")).code).toBe(2);
  expect((await as("client-456", "transactions neverheard")).code).toBe(2);
  const down = `http://127.0.0.1:${await findFreePort()}`;
  const added = await cli.run(["profile", "add", "nowhere", "--url", down], {
    input: accountOf("client-456", demo()).api_key,
  });
  expect(added.code, added.stderr).toBe(0);
  const away = await as("nowhere", "transactions list");
  expect([away.code, outcome(away).exit]).toEqual([7, 7]);
});

test("shell completion offers the program's commands and options", async () => {
  for (const shell of ["bash", "zsh", "fish"]) {
    const { code, stdout } = await cli.run(["completion", shell]);
    expect([code, stdout.includes("sealport")], shell).toEqual([0, true]);
  }
  const { stdout: script } = await cli.run(["completion", "bash"]);
  const act = `${script}\nCOMP_WORDS=(sealport transactions b); COMP_CWORD=2; _sealport; printf '%s' "\${COMPREPLY[*]}"`;
  expect(execFileSync("bash", ["-c", act], { encoding: "utf8" })).toBe("batch");
});
