import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import path from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type CommandLine, openCommandLine } from "@/lib/testing/instance/command-line";
import { exitOf } from "./describe-failure";

// These tests run the command line against a malicious portal.

const KEY = `sp_0123456789_${"k".repeat(49)}`;
const SIGNS = "\u001b]0;owned\u0007\u001b[2J\u202e";

let cli: CommandLine;
let server: Server;
let url: string;
let seen: IncomingMessage[];
let answer: (incoming: IncomingMessage, outgoing: ServerResponse) => void;

beforeAll(async () => {
  cli = openCommandLine();
  server = createServer((incoming, outgoing) => {
    seen.push(incoming);
    answer(incoming, outgoing);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  url = `http://127.0.0.1:${typeof address === "object" ? address?.port : 0}`;
});
beforeEach(() => {
  seen = [];
});
afterEach(() => server.closeAllConnections());
afterAll(async () => {
  cli?.remove();
  await new Promise((resolve) => server.close(resolve));
});

const run = (...args: readonly string[]) =>
  cli.run(args, { env: { SEALPORT_URL: url, SEALPORT_API_KEY: KEY } });

function says(status: number, body: unknown, headers: Record<string, string> = {}): void {
  answer = (_incoming, outgoing) => {
    outgoing.writeHead(status, { "content-type": "application/json", ...headers });
    outgoing.end(typeof body === "string" ? body : JSON.stringify(body));
  };
}

describe("an exit status", () => {
  it.each([
    [400, 5],
    [401, 4],
    [403, 4],
    [404, 4],
    [409, 5],
    [413, 5],
    [422, 5],
    [429, 6],
    [500, 7],
    [503, 7],
    [302, 7],
  ])("for %i is %i", (status, exit) => expect(exitOf(status)).toBe(exit));

  it("is 6 while the rate limit still applies after retries, and 7 when the portal fails", async () => {
    says(429, { title: "Too many calls", code: "rate.exceeded" }, { "retry-after": "0" });
    const limited = await run("transactions", "list");
    expect(limited.code, limited.stderr).toBe(6);
    expect(seen.length).toBeGreaterThan(1);
    says(500, "<html>oops</html>", { "content-type": "text/html" });
    expect((await run("transactions", "list")).code).toBe(7);
  });
});

describe("a hostile portal", () => {
  it("sends neither a user nor a key to another address", async () => {
    says(302, "", { location: `${url}/elsewhere` });
    const led = await run("transactions", "list");
    expect(led.code).toBe(7);
    expect(seen.map((one) => one.url).filter((path) => path === "/elsewhere")).toEqual([]);
  });

  it("cannot send control characters to the terminal in problems, lists or single answers", async () => {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: the test searches for control characters.
    const obeyed = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/;
    says(422, {
      title: SIGNS,
      detail: SIGNS,
      code: SIGNS,
      request_id: SIGNS,
      errors: [{ pointer: SIGNS, detail: SIGNS }, null, 5],
    });
    const shown = [await run("transactions", "list"), await run("transactions", "list", "--json")];
    const item = {
      transaction_id: SIGNS,
      job_id: SIGNS,
      timestamp: SIGNS,
      status: SIGNS,
      sealed_groups: [SIGNS],
      participants: [SIGNS],
    };
    says(200, { items: [item], next_cursor: null, [SIGNS]: SIGNS });
    shown.push(await run("transactions", "list"), await run("transactions", "list", "--json"));
    const csv = await run("transactions", "list", "--csv");
    says(200, { [SIGNS]: [SIGNS, { [SIGNS]: SIGNS }], a: { [SIGNS]: SIGNS } });
    shown.push(await run("transactions", "show", "x"), await run("transactions", "show", "x", "--json"));
    for (const { stdout, stderr } of [...shown, { ...csv, stdout: csv.stdout.replaceAll("\r\n", "\n") }])
      expect(stdout + stderr).not.toMatch(obeyed);
    expect(shown.map(({ code }) => code)).toEqual([5, 5, 0, 0, 0, 0]);
  });

  it("cannot get a formula into a CSV cell", async () => {
    const item = {
      transaction_id: "=cmd|' /C calc'!A0",
      job_id: "@SUM(1)",
      timestamp: "-1",
      status: "+1",
      sealed_groups: [],
      participants: ["a,b"],
    };
    says(200, { items: [item], next_cursor: null });
    const { stdout } = await run("transactions", "list", "--csv");
    expect(stdout.split("\r\n")[1]).toBe("'=cmd|' /C calc'!A0,'@SUM(1),'-1,'+1,,\"a,b\"");
  });

  it("that repeats a cursor or sends invalid answers ends the run with a message and no stack trace", async () => {
    const wrong: [number, unknown][] = [
      [200, { items: [], next_cursor: "again" }],
      [200, "not json"],
      [200, "null"],
      [200, { items: "many", next_cursor: null }],
      [200, { items: [null, 5, "x", {}], next_cursor: null }],
    ];
    for (const [status, body] of wrong) {
      says(status, body);
      const ended = await run("transactions", "list", "--all");
      expect(ended.code, JSON.stringify([body, ended])).toBe(7);
      expect(ended.stderr).not.toContain("    at ");
    }
  });

  it("does not get another decision signed than the one on the page", async () => {
    const id = "0197c5f0-0000-7000-8000-000000000001";
    let wantsSigned = true;
    answer = (incoming, outgoing) => {
      const path = incoming.url ?? "";
      if (path.endsWith("/decisions")) wantsSigned = false;
      const statement = {
        request: id,
        stage: "legal",
        decision: "approve",
        transactions: [id],
        groups: ["amount"],
      };
      const body = path.endsWith("/review")
        ? { may_decide: true, signing: { by: "portal" } }
        : path.endsWith("/statement")
          ? { statement }
          : { id, reference: "AR-1", requester: { name: "x" }, purpose: "audit" };
      outgoing.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(body));
    };
    const deny = await run(
      "decisions",
      "make",
      id,
      "--stage",
      "legal",
      "--decision",
      "deny",
      "--comment",
      "No",
      "--yes",
    );
    expect(deny.code).toBe(1);
    expect(deny.stderr).toContain("is not about this decision");
    expect(wantsSigned).toBe(true);
  });
});

describe("a file that arrives", () => {
  it("is not kept and replaces no other file, when it differs from what the portal announced", async () => {
    const name = path.join(cli.folder, "log.ndjson");
    const item = { id: "e-1", format: "ndjson", state: "done", bytes: 5, entries: 1, sha256: "A".repeat(43) };
    answer = (incoming, outgoing) => {
      const isFile = incoming.url?.endsWith("/file") === true;
      outgoing.writeHead(200, { "content-type": "application/json" });
      outgoing.end(isFile ? "hello" : JSON.stringify(item));
    };
    const swapped = await run("export", "--output", name);
    expect(swapped.code, swapped.stderr).toBe(1);
    expect(swapped.stderr).toContain("it was not kept");
    writeFileSync(name, "mine");
    expect((await run("export", "--output", name)).code).toBe(2);
    expect((await run("export", "--output", name, "--force")).code).toBe(1);
    expect(readFileSync(name, "utf8")).toBe("mine");
    expect(existsSync(`${name}.part`)).toBe(false);
  });
});

describe("a run", () => {
  it("ends without a message when the reader of its output is gone", async () => {
    const items = Array.from({ length: 20_000 }, (_, at) => ({
      transaction_id: `t-${at}`,
      job_id: "j".repeat(50),
      timestamp: "",
      status: "",
      sealed_groups: [],
      participants: [],
    }));
    says(200, { items, next_cursor: null });
    const { child, ended } = cli.start(["transactions", "list", "--all", "--json"], {
      env: { SEALPORT_URL: url, SEALPORT_API_KEY: KEY },
    });
    child.stdout?.once("data", () => child.stdout?.destroy());
    const { code, stderr } = await ended;
    expect(stderr).toBe("");
    expect(code).toBe(141);
  });

  it("ends at once with 130 if it is interrupted while the portal works", async () => {
    let child: ReturnType<CommandLine["start"]>["child"] | undefined;
    answer = () => void child?.kill("SIGINT");
    const started = cli.start(["transactions", "list"], {
      env: { SEALPORT_URL: url, SEALPORT_API_KEY: KEY },
    });
    child = started.child;
    expect(await started.ended).toMatchObject({ code: 130, stdout: "" });
  });
});
