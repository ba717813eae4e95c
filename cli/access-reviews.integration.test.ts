import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { type CommandLine, openCommandLine } from "@/lib/testing/instance/command-line";
import { type ServedPortal, servePortal } from "@/lib/testing/instance/served-portal";

// A watchdog: each step runs in its own process.
vi.setConfig({ testTimeout: 900_000 });

let portal: ServedPortal;
let cli: CommandLine;
let record: string;
let officer: { readonly userId: string; readonly organisationId: string };

beforeAll(async () => {
  portal = await servePortal({ writes: 10_000, reads: 10_000 });
  cli = openCommandLine();
  const staff = { organisation: "operator", hasKey: false } as const;
  const anke = await portal.bench.person({ ...staff, role: "coordinator", duties: ["compliance"] });
  const greta = await portal.bench.person({ ...staff, role: "admin", duties: ["admin"] });
  officer = (await portal.bench.person({ role: "regulator", hasKey: false })).principal;
  record = officer.userId;
  for (const [name, who] of [
    ["anke", anke],
    ["greta", greta],
  ] as const) {
    const input = { input: await portal.keyFor(who) };
    const ended = await cli.run(["profile", "add", name, "--url", portal.url], input);
    expect([name, ended.code, ended.stderr]).toEqual([name, 0, expect.any(String)]);
  }
});
afterAll(async () => {
  cli?.remove();
  await portal?.close();
});

/** Runs a command of reviews as this person, and returns its output. */
async function reviews(who: string, ...args: readonly string[]): Promise<string> {
  const ended = await cli.run(["reviews", ...args, "--profile", who]);
  expect([args, ended.code, ended.stderr.includes("error")]).toEqual([args, 0, false]);
  return ended.stdout;
}
interface Row {
  readonly id: string;
  readonly subject: { readonly id: string };
  readonly may_decide: boolean;
}
const rowsOf = (text: string): Row[] =>
  text
    .trim()
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line));

test("every command of the guide on access reviews runs, from the beginning to the signed result", async () => {
  await reviews("greta", "reviewer", officer.organisationId, officer.userId, "--json");
  await reviews("greta", "reviewer", officer.organisationId, "--json");
  const { id } = JSON.parse(await reviews("anke", "begin", "--json"));
  expect(await reviews("anke", "list", "--json")).toContain(id);
  const rows = rowsOf(await reviews("anke", "show", id, "--all", "--json"));
  const [first, ...others] = rows.filter((row) => row.may_decide);
  const theirs = rows.find(({ subject }) => subject.id === officer.userId);
  const removed = await reviews(
    "anke",
    "remove",
    id,
    "--row",
    theirs?.id ?? "",
    "--reason",
    "left",
    "--json",
  );
  expect(JSON.parse(removed).agreement_id).not.toBeNull();
  await reviews("anke", "keep", id, "--row", first?.id ?? "", "--json");
  const left = others.flatMap(({ id: row }) => (row === theirs?.id ? [] : ["--row", row]));
  await reviews("anke", "keep", id, ...left, "--json");
  expect(rowsOf(await reviews("anke", "show", id, "--view", "left", "--all", "--json"))).toHaveLength(2);
  const mine = rowsOf(await reviews("greta", "show", id, "--all", "--json")).filter((row) => row.may_decide);
  await reviews("greta", "keep", id, ...mine.flatMap((row) => ["--row", row.id]), "--json");
  await reviews("anke", "sign", id, "--json");
  expect(JSON.parse(await reviews("greta", "sign", id, "--json")).state).toBe("signed");
  expect(JSON.parse(await reviews("anke", "export", id, "--json")).digest).toMatch(/^[A-Za-z0-9_-]{43}$/);
  expect(await reviews("anke", "export", id, "--csv")).toMatch(/^kind,name,belongs_to/);
  const unknown = await cli.run(["reviews", "record", record, "--profile", "anke"]);
  expect(unknown.code).not.toBe(0);
  expect(unknown.stderr).toContain("Transaction not found");
});

test("a change by the command line is refused without its reason", async () => {
  const { id } = JSON.parse(await reviews("anke", "begin", "--json"));
  const [row] = rowsOf(await reviews("anke", "show", id, "--all", "--json")).filter((one) => one.may_decide);
  const without = await cli.run([
    "reviews",
    "change",
    id,
    "--row",
    row?.id ?? "",
    "--role",
    "regulator",
    "--profile",
    "anke",
  ]);
  expect([without.code === 0, without.stderr.includes("--reason")]).toEqual([false, true]);
});
