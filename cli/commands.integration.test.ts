import type { ChildProcess } from "node:child_process";
import { readFileSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { changeBundle } from "@/lib/audit/bundle-verifier/change-bundle";
import { runNextExport } from "@/lib/audit/export/jobs/run-export";
import { findReaderById } from "@/lib/identity/people/holders-store";
import type { BenchPerson } from "@/lib/testing/benches/access-bench";
import { type CommandLine, openCommandLine } from "@/lib/testing/instance/command-line";
import { type ServedPortal, servePortal } from "@/lib/testing/instance/served-portal";

describe("transactions", () => {
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
    const opened = await cli.run([
      "transactions",
      "open",
      transaction_id,
      "--purpose",
      "settlement",
      "--json",
    ]);
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
});

describe("batches", () => {
  // A watchdog: each step runs in its own process.
  vi.setConfig({ testTimeout: 900_000 });
  const BATCH = "/confidential/transactions/batch";

  let portal: ServedPortal;
  let cli: CommandLine;
  let participant: string;

  beforeAll(async () => {
    portal = await servePortal();
    cli = openCommandLine();
    participant = portal.bench.client.principal.participantId;
    const key = await portal.keyFor(portal.bench.client);
    await cli.run(["profile", "add", "client", "--url", portal.url], { input: key });
  });
  afterEach(() => {
    portal.watch = {};
  });
  afterAll(async () => {
    cli?.remove();
    await portal?.close();
  });

  interface Line {
    readonly line: number;
    readonly status: number;
    readonly transaction_id?: string;
    readonly made_before?: boolean;
    readonly receipt?: object;
    readonly problem?: { readonly code: string; readonly errors?: unknown };
  }

  const linesOf = (text: string): Line[] =>
    text
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => JSON.parse(line));

  function inputOf(name: string, job: string, count: number): string {
    const one = (at: number) => ({
      job_id: job,
      amount: `${at}.5`,
      participants: [participant],
      confidential: true,
    });
    const file = path.join(cli.folder, name);
    writeFileSync(file, Array.from({ length: count }, (_, at) => `${JSON.stringify(one(at))}\n`).join(""));
    return file;
  }

  async function countOf(job: string): Promise<number> {
    const listed = await cli.run(["transactions", "list", "--job-id", job, "--all", "--json"]);
    expect(listed.code, listed.stderr).toBe(0);
    return linesOf(listed.stdout).length;
  }

  test("1,500 lines of which runs are killed in the middle are 1,500 transactions when it is repeated", async () => {
    const file = inputOf("many.ndjson", "job-many", 1_500);
    const args = ["transactions", "batch", file, "--chunk", "300"];
    let posts = 0;
    let child: ChildProcess | undefined;
    const isBatch = (method: string, pathname: string) => method === "POST" && pathname === BATCH;
    const kill = (): "held" => {
      child?.kill("SIGKILL");
      return "held";
    };
    // Killed when the portal has stored the second chunk, and its answer is on the way.
    portal.watch = {
      after: (method, pathname) => {
        if (isBatch(method, pathname)) posts += 1;
        return posts === 2 ? kill() : true;
      },
    };
    const first = cli.start(args);
    child = first.child;
    expect((await first.ended).signal).toBe("SIGKILL");
    portal.watch = {};
    expect(await countOf("job-many")).toBe(600);
    // Killed again when the fourth chunk is on its way to the portal.
    let sent = 0;
    portal.watch = {
      before: (method, pathname) => {
        if (isBatch(method, pathname)) sent += 1;
        return sent === 4 ? kill() : true;
      },
    };
    const second = cli.start(args);
    child = second.child;
    expect((await second.ended).signal).toBe("SIGKILL");
    portal.watch = {};
    const third = await cli.run(args);
    expect(third.code, third.stderr).toBe(0);
    const results = linesOf(third.stdout);
    expect(new Set(results.map(({ line }) => line)).size).toBe(1_500);
    expect(results).toHaveLength(1_500);
    expect(new Set(results.map(({ transaction_id }) => transaction_id)).size).toBe(1_500);
    expect(results.some(({ made_before }) => made_before === true)).toBe(true);
    expect(await countOf("job-many")).toBe(1_500);
    // A further repetition sends no item.
    portal.watch = { before: (method) => method !== "POST" };
    const fourth = await cli.run(args);
    expect(fourth.code, fourth.stderr).toBe(0);
    expect(linesOf(fourth.stdout).every(({ made_before }) => made_before === true)).toBe(true);
  });

  test("an interrupted run ends at once with 130, and two runs at once make each transaction once", async () => {
    const file = inputOf("two.ndjson", "job-two", 60);
    const args = ["transactions", "batch", file, "--chunk", "20"];
    let child: ChildProcess | undefined;
    portal.watch = {
      after: () => {
        child?.kill("SIGINT");
        return "held";
      },
    };
    const first = cli.start(args);
    child = first.child;
    expect((await first.ended).code).toBe(130);
    portal.watch = {};
    const both = await Promise.all([cli.run(args), cli.run(args)]);
    expect(
      both.map(({ code }) => code),
      both.map(({ stderr }) => stderr).join(),
    ).toEqual([0, 0]);
    const ids = both.map(({ stdout }) =>
      linesOf(stdout)
        .map(({ transaction_id }) => transaction_id)
        .sort(),
    );
    expect(ids[0]).toEqual(ids[1]);
    expect(await countOf("job-two")).toBe(60);
  });

  test("a CSV's lines are made, a refused line is reported by its number and tried again on a repetition", async () => {
    const csv = [
      "job_id;amount;currency;participants;confidential;pricing.rate;narrative",
      `job-csv;-5;EUR;${participant};true;0.10;"two",`,
      `job-csv;12.50;EUR;${participant};true;0.10;"two\r\nlines ""quoted"""`,
      `job-csv;1e5;EUR;${participant};true;;`,
      "job-csv;1;EUR;unknown-here;;;",
      "job-csv;1;EUR",
    ];
    const broken = await cli.run(["transactions", "batch", "-", "--format", "csv"], {
      input: csv.join("\r\n"),
    });
    expect(broken.code).toBe(2);
    const away = await cli.run(["transactions", "batch", "away.csv"]);
    expect([away.code, away.stderr]).toEqual([2, "file not found: away.csv\n"]);
    expect(broken.stderr).toContain("line 2 of the CSV continues after a closed quote");
    csv[1] = `job-csv;-5;EUR;${participant};true;0.10;plain`;
    const input = csv.join("\r\n");
    const run = () => cli.run(["transactions", "batch", "-", "--format", "csv"], { input });
    const first = await run();
    expect(first.code, first.stderr).toBe(5);
    const seen = new Map(linesOf(first.stdout).map((one) => [one.line, one]));
    expect([2, 3, 5, 6, 7].map((line) => seen.get(line)?.status)).toEqual([201, 201, 422, 422, 400]);
    expect(seen.get(6)?.problem?.code).toBe("participant.unknown");
    expect(seen.get(5)?.problem?.errors).toMatchObject([{ pointer: "/amount" }]);
    const id = seen.get(3)?.transaction_id ?? "";
    await portal.bench.anchor();
    const opened = await cli.run(["transactions", "open", id, "--purpose", "settlement", "--json"]);
    expect(JSON.parse(opened.stdout).data).toMatchObject({
      amount: "12.50",
      pricing: { rate: "0.10" },
      narrative: 'two\r\nlines "quoted"',
    });
    const second = await run();
    expect(second.code).toBe(5);
    expect(linesOf(second.stdout).filter(({ made_before }) => made_before)).toHaveLength(2);
    expect(await countOf("job-csv")).toBe(2);
    const dry = await cli.run(["transactions", "batch", "-", "--format", "csv", "--dry-run"], { input });
    expect(dry.code).toBe(5);
    expect(linesOf(dry.stdout).map(({ line }) => line)).toEqual([5, 7]);
  });

  test("an id in the input that is another's transaction is refused, one's own is made once", async () => {
    const [other] = portal.bench.transactions;
    const own = "0197c5f0-0000-7000-8000-00000000abcd";
    const one = (transaction_id: string) =>
      JSON.stringify({ job_id: "job-ids", participants: [participant], transaction_id });
    const run = (more: string) =>
      cli.run(["transactions", "batch", "-", "--format", "ndjson"], {
        input: `${one(own)}\n${one(other)}\n${more}`,
      });
    const first = await run("");
    expect(linesOf(first.stdout).map(({ status }) => status)).toEqual([201, 409]);
    // Another input, with the same ids.
    const second = await run("\n");
    expect(linesOf(second.stdout).map(({ status, made_before }) => [status, made_before])).toEqual([
      [200, true],
      [409, undefined],
    ]);
  });
});

describe("verify", () => {
  // A watchdog: each step runs in its own process.
  vi.setConfig({ testTimeout: 900_000 });

  let portal: ServedPortal;
  let cli: CommandLine;

  beforeAll(async () => {
    portal = await servePortal();
    cli = openCommandLine();
    const worker = {
      ...portal.runtime,
      findReader: (userId: string) => findReaderById(portal.runtime, userId),
      keepMs: 86_400_000,
    };
    portal.watch = {
      after: async (method, pathname) => {
        if (method === "POST" && pathname === "/confidential/audit/exports")
          while (await runNextExport(worker));
        return true;
      },
    };
  });
  afterAll(async () => {
    cli?.remove();
    await portal?.close();
  });

  async function as(who: BenchPerson, ...args: readonly string[]) {
    const key = await portal.keyFor(who);
    return cli.run(args, { env: { SEALPORT_URL: portal.url, SEALPORT_API_KEY: key } });
  }

  test("a bundle and a receipt are verified, and an altered copy is found out, with the exit status of each", async () => {
    const { client, auditor, anchor, policy: trusted } = portal.bench;
    const inFolder = (name: string): string => path.join(cli.folder, name);
    const participant = client.principal.participantId;
    const made = await as(
      client,
      "transactions",
      "create",
      "--job-id",
      "j",
      "--participant",
      participant,
      "--json",
    );
    expect(made.code, made.stderr).toBe(0);
    writeFileSync(inFolder("answer.json"), made.stdout);
    await anchor();
    const bundle = inFolder("log.zip");
    const exported = await as(auditor, "export", "--format", "bundle", "--output", bundle, "--json");
    expect(exported.code, exported.stderr).toBe(0);
    expect(statSync(bundle).mode & 0o777).toBe(0o600);
    writeFileSync(inFolder("policy.json"), JSON.stringify({ ...trusted, witnesses: [], time_stamp: [] }));

    const check = (...args: readonly string[]) => cli.run(["verify", ...args]);
    const policy = ["--policy", inFolder("policy.json")];
    expect((await check("bundle", bundle)).code).toBe(3);
    const verified = await check("bundle", bundle, ...policy, "--receipt", inFolder("answer.json"), "--json");
    expect(verified.code, verified.stdout).toBe(0);
    expect(JSON.parse(verified.stdout)).toMatchObject({ verdict: "verified", receipts: [{ is: "kept" }] });
    expect((await check("receipt", inFolder("answer.json"), "--bundle", bundle, ...policy)).code).toBe(0);

    // Without a bundle only the signature is checked: by the policy's keys, or by those that the portal names.
    const promised = await check("receipt", inFolder("answer.json"), ...policy, "--json");
    expect(promised.code, promised.stderr).toBe(3);
    expect(JSON.parse(promised.stdout)).toMatchObject({ verdict: "consistent", keys: "policy" });
    const answer = JSON.parse(made.stdout);
    answer.receipt.integrate_by = answer.receipt.integrate_by.replace(/^2/, "3");
    writeFileSync(inFolder("later.json"), JSON.stringify(answer));
    expect((await check("receipt", inFolder("later.json"), ...policy)).code).toBe(1);

    writeFileSync(inFolder("changed.zip"), changeBundle(new Uint8Array(readFileSync(bundle)), 1));
    expect((await check("bundle", inFolder("changed.zip"), ...policy)).code).toBe(1);
    expect((await check("bundle", inFolder("policy.json"))).code).toBe(1);
    expect((await check("bundle", inFolder("none.zip"))).code).toBe(2);
    expect((await check("bundle", bundle, "--policy", inFolder("answer.json"))).code).toBe(2);

    const kept = await check("bundle", bundle, "--keep", inFolder("policy.json"));
    expect(kept.code, kept.stderr).toBe(0);
    expect(JSON.parse(readFileSync(inFolder("policy.json"), "utf8")).checkpoints).toBeDefined();
  });
});
