import { readFileSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { observe } from "@/lib/alerts/observe";
import { type CommandLine, openCommandLine } from "@/lib/testing/instance/command-line";
import { type ServedPortal, servePortal } from "@/lib/testing/instance/served-portal";

// A watchdog: each step runs in its own process.
vi.setConfig({ testTimeout: 120_000 });
const GUIDE = readFileSync(path.resolve(import.meta.dirname, "../docs/guides/alerts.md"), "utf8");

let portal: ServedPortal;
let cli: CommandLine;
beforeAll(async () => {
  portal = await servePortal({ writes: 10_000, reads: 10_000 });
  cli = openCommandLine();
  const ada = await portal.bench.person({ role: "admin", duties: ["admin"], hasKey: false });
  const args = ["profile", "add", "ada", "--url", portal.url];
  expect((await cli.run(args, { input: await portal.keyFor(ada) })).code).toBe(0);
});
afterAll(async () => {
  cli?.remove();
  await portal?.close();
});

/** The commands of the guide, as lists of words. */
function commands(): string[][] {
  const [, block = ""] = /```sh\n(sealport alerts .*?)```/s.exec(GUIDE) ?? [];
  const words = (line: string) =>
    [...line.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, word]) => quoted ?? word ?? "");
  return block.trim().split("\n").map(words);
}

test("every command of the guide Alerts runs, in its order, on an alert of the portal", async () => {
  const cx = { ...portal.bench.cx, system: "portal" };
  await observe(cx, [
    { name: "row.unreadable", subject: "requests:r-1", at: new Date(), count: 1, entries: [] },
  ]);
  const states: unknown[] = [];
  let id = "";
  for (const [program, ...words] of commands()) {
    expect(program).toBe("sealport");
    const ended = await cli.run([...words.map((word) => word.replace("ALERT", id)), "--json"]);
    expect(ended.code, `${words.join(" ")}: ${ended.stderr}`).toBe(0);
    const answer = JSON.parse(ended.stdout);
    id = answer.id;
    states.push([words[1], answer.name, answer.state]);
  }
  expect(states).toEqual([
    ["list", "row.unreadable", "open"],
    ["show", "row.unreadable", "open"],
    ["acknowledge", "row.unreadable", "acknowledged"],
    ["resolve", "row.unreadable", "resolved"],
  ]);
  const again = await cli.run(["alerts", "resolve", "--profile", "ada", id, "--reason", "again"]);
  expect([again.code, again.stdout]).toEqual([5, ""]);
  expect(again.stderr).toContain("already resolved");
  expect((await cli.run(["alerts", "acknowledge", "--profile", "ada", id])).code).toBe(2);
});
