import { spawn } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import path from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type CommandLine, openCommandLine } from "@/lib/testing/instance/command-line";

// At a real terminal, which `script` makes: questions, hidden input, and lines that the next one replaces.

const KEY = `sp_0123456789_${"k".repeat(49)}`;
let cli: CommandLine;

beforeAll(() => {
  cli = openCommandLine();
});
afterAll(() => cli?.remove());

/** Runs a command at a terminal; types each answer when its question appears. */
async function atTerminal(command: string, answers: readonly (readonly [string, string])[]) {
  const program = path.join(cli.folder, "sealport.mjs");
  const line = `${process.execPath} ${program} ${command}`;
  const child = spawn("script", ["-qefc", line, "/dev/null"], {
    env: {
      NODE_ENV: "production",
      PATH: process.env.PATH ?? "",
      HOME: cli.folder,
      TERM: "xterm",
      XDG_CONFIG_HOME: path.join(cli.folder, "config"),
      XDG_STATE_HOME: path.join(cli.folder, "state"),
    },
    stdio: ["pipe", "pipe", "pipe"],
  });
  let seen = "";
  let waiting = [...answers];
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    seen += text;
    const [next] = waiting;
    if (next === undefined || !seen.includes(next[0])) return;
    waiting = waiting.slice(1);
    child.stdin.write(next[1]);
  });
  const code = await new Promise<number | null>((resolve) => child.once("close", resolve));
  return { code, seen };
}

it("asks for a key without showing it, also after a wrong first try", async () => {
  const typed = `sp_wrong\u007f\u007f\u007f\u007f\u007f${KEY.slice(3)}\r`;
  const { code, seen } = await atTerminal("profile add typed --url http://localhost:1", [["API key", typed]]);
  expect(code, seen).toBe(0);
  expect(seen).not.toContain("kkk");
  expect(seen).not.toContain("wrong");
  expect(seen).toContain("0123456789");
  const config = JSON.parse(readFileSync(path.join(cli.folder, "config/sealport/config.json"), "utf8"));
  expect(config.profiles.typed.api_key).toBe(KEY);
});

it("Ctrl-C at the question ends with 130 and stores no key", async () => {
  const { code, seen } = await atTerminal("profile add gone --url http://localhost:1", [
    ["API key", "sp_\u0003"],
  ]);
  expect(code, seen).toBe(130);
  const config = readFileSync(path.join(cli.folder, "config/sealport/config.json"), "utf8");
  expect(config).not.toContain("gone");
});

it("asks before an act that cannot be undone, and takes only yes as consent", async () => {
  const act = "keys state 0197c5f0-0000-7000-8000-000000000001 destroyed --reason done --profile typed";
  const { code, seen } = await atTerminal(act, [["[y/N]", "maybe\r"]]);
  expect(code, seen).toBe(2);
  expect(seen).toContain("nothing was changed");
});

it("a batch shows how far it is, and NO_COLOR or a pipe leaves tables plain", async () => {
  const server = createServer(async (incoming, outgoing) => {
    let text = "";
    for await (const chunk of incoming) text += chunk;
    const { transactions } = JSON.parse(text);
    const results = transactions.map((_: unknown, index: number) => ({
      index,
      status: 201,
      transaction_id: `t-${index}`,
    }));
    outgoing.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify({ results }));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const url = `http://127.0.0.1:${typeof address === "object" ? address?.port : 0}`;
  writeFileSync(path.join(cli.folder, "key"), KEY);
  await cli.run(["profile", "add", "near", "--url", url, "--key-file", "key"]);
  const file = path.join(cli.folder, "four.ndjson");
  writeFileSync(file, '{"job_id":"j"}\n'.repeat(4));
  const { code, seen } = await atTerminal(`transactions batch ${file} --chunk 2 --profile near`, []);
  server.close();
  expect(code, seen).toBe(0);
  expect(seen).toContain("[############............] 2 of 4 (50 %)");
  expect(seen).toContain("4 made, 0 refused.");
  const bold = await atTerminal("profile list", []);
  expect(bold.seen).toContain("\u001b[1m");
  const plain = await cli.run(["profile", "list"]);
  expect(plain.stdout).not.toContain("\u001b");
});
