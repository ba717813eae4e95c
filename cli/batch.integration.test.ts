import type { ChildProcess } from "node:child_process";
import { writeFileSync } from "node:fs";
import path from "node:path";
import { afterAll, afterEach, beforeAll, expect, test, vi } from "vitest";
import { type CommandLine, openCommandLine } from "@/lib/testing/instance/command-line";
import { type ServedPortal, servePortal } from "@/lib/testing/instance/served-portal";

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
