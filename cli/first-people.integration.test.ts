import type { ChildProcess } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { z } from "zod";
import { type CommandLine, openCommandLine } from "@/lib/testing/instance/command-line";
import { type ServedPortal, servePortal } from "@/lib/testing/instance/served-portal";

// A watchdog: each step runs in its own process.
vi.setConfig({ testTimeout: 900_000 });
const GUIDE = readFileSync(path.resolve(import.meta.dirname, "../docs/guides/first-people.md"), "utf8");

let portal: ServedPortal;
let cli: CommandLine;
const keys: Record<string, string> = {};

beforeAll(async () => {
  portal = await servePortal({ writes: 10_000, reads: 10_000 });
  cli = openCommandLine();
  const administrator = () => portal.bench.person({ role: "admin", duties: ["admin"], hasKey: false });
  for (const name of ["ada", "ben"]) keys[name] = await portal.keyFor(await administrator());
});
afterAll(async () => {
  cli?.remove();
  await portal?.close();
});

/** Returns the blocks of one language in the guide. */
function blocks(language: string): string[] {
  return [...GUIDE.matchAll(new RegExp(`\`\`\`${language}\\n(.*?)\`\`\``, "gs"))].map(
    ([, text]) => text ?? "",
  );
}

/** Returns the words of a command as a shell reads them: quotes, and lines that continue after a backslash. */
function wordsOf(command: string): string[] {
  return [...command.matchAll(/'([^']*)'|"([^"]*)"|(\S+)/g)].map(
    ([, one, two, three]) => one ?? two ?? three ?? "",
  );
}

const commands = () =>
  blocks("sh").flatMap((block) => block.replaceAll("\\\n", " ").trim().split("\n").map(wordsOf));

const Named = z.looseObject({
  id: z.string().optional(),
  user_id: z.string().optional(),
  agreement: z.looseObject({ id: z.string() }).nullish(),
  invitation: z.unknown().optional(),
  kind: z.string().optional(),
});

test("every command of the guide First people runs, in the order of the guide", async () => {
  const [participants = "", people = ""] = blocks("csv");
  writeFileSync(path.join(cli.folder, "participants.csv"), participants);
  writeFileSync(path.join(cli.folder, "people.csv"), people.replaceAll("Harbour Operations", "Operator"));
  const known = { AGREEMENT: "", PERSON: "" };
  const ran: string[] = [];
  for (const [program, ...words] of commands()) {
    expect(program).toBe("sealport");
    const args = words.map((word) =>
      word
        .replace("https://portal.example", portal.url)
        .replace("Harbour Operations", "Operator")
        .replace("AGREEMENT", known.AGREEMENT)
        .replace("PERSON", known.PERSON),
    );
    const [group = "", act = "", name = ""] = args;
    const isList = act === "list" || act === "import";
    const input = group === "profile" ? { input: keys[name] ?? "" } : {};
    const ended = await cli.run([...args, ...(group === "profile" ? [] : ["--json"])], input);
    expect(ended.code, `${args.join(" ")}: ${ended.stderr}`).toBe(0);
    ran.push(`${group} ${act}`);
    if (isList || group === "profile") continue;
    const answer = Named.parse(JSON.parse(ended.stdout));
    if (answer.agreement?.id !== undefined) known.AGREEMENT = answer.agreement.id;
    if ((act === "resume" || act === "rules") && answer.id !== undefined) known.AGREEMENT = answer.id;
    if (act === "invite" && answer.user_id !== undefined) known.PERSON = answer.user_id;
    if (act === "agree" && answer.kind === "invitation")
      expect(answer.invitation).toMatchObject({ link: expect.stringContaining("/invitation#") });
  }
  expect(ran.length).toBeGreaterThan(15);
});

const linesOf = (text: string) =>
  text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => z.looseObject({ line: z.number(), what: z.string() }).parse(JSON.parse(line)));

async function importFile(name: string, content: string | Uint8Array, ...more: readonly string[]) {
  writeFileSync(path.join(cli.folder, name), content);
  return cli.run(["participants", "import", "--profile", "ada", "--json", name, ...more]);
}

test("an import that is run twice changes nothing, and one that was cut continues where it ended", async () => {
  const rows = ["client-901", "client-902", "client-903"].map((id) => `${id},Alder & Finch Ltd,client`);
  const csv = `id,organisation,role\n${rows.join("\n")}\n`;
  const dry = await importFile("a.csv", csv, "--dry-run");
  expect(linesOf(dry.stdout).map(({ what }) => what)).toEqual(["create", "create", "create"]);
  let calls = 0;
  portal.watch = {
    before: (method, pathname) => {
      if (method === "POST" && pathname.endsWith("/participants")) calls += 1;
      return calls < 2 || method !== "POST";
    },
  };
  expect((await importFile("a.csv", csv)).code).toBe(7);
  portal.watch = {};
  const again = await importFile("a.csv", csv);
  expect(linesOf(again.stdout).map(({ what }) => what)).toEqual(["exists", "active", "active"]);
  const third = await importFile("a.csv", csv);
  expect(linesOf(third.stdout).map(({ what }) => what)).toEqual(["exists", "exists", "exists"]);
});

test("an import killed after more lines than two pages of the list have, continues with exactly the lines that are missing", async () => {
  const [total, cut] = [1_040, 1_020];
  const rows = Array.from({ length: total }, (_, at) => `client-long-${at},Alder & Finch Ltd,client`);
  writeFileSync(path.join(cli.folder, "long.csv"), `id,organisation,role\n${rows.join("\n")}\n`);
  const args = ["participants", "import", "--profile", "ada", "--json", "long.csv"];
  let sent = 0;
  let child: ChildProcess | undefined;
  const isCreation = (method: string, pathname: string) =>
    method === "POST" && pathname.endsWith("/participants");
  portal.watch = {
    before: (method, pathname) => {
      if (isCreation(method, pathname)) sent += 1;
      if (sent < cut) return true;
      child?.kill("SIGKILL");
      return "held";
    },
  };
  const first = cli.start(args);
  child = first.child;
  expect((await first.ended).signal).toBe("SIGKILL");
  let more = 0;
  portal.watch = {
    before: (method, pathname) => {
      if (isCreation(method, pathname)) more += 1;
      return true;
    },
  };
  const second = await cli.run(args);
  portal.watch = {};
  expect(second.code, second.stderr).toBe(0);
  const outcomes = linesOf(second.stdout).map(({ what }) => what);
  expect(outcomes).toEqual([...Array(cut - 1).fill("exists"), ...Array(total - cut + 1).fill("active")]);
  expect(more).toBe(total - cut + 1);
  const listed = await cli.run(["participants", "list", "--profile", "ada", "--all", "--json"]);
  expect(listed.stdout.match(/"client-long-\d+"/g)).toHaveLength(total);
});

test("an import names the line of what is wrong, and sends nothing", async () => {
  const head = "id,organisation,role\n";
  const wrong = await importFile(
    "b.csv",
    `${head}client-904,Alder & Finch Ltd,client\n=1+1,Alder & Finch Ltd,client\nclient-904,Alder & Finch Ltd,client\nx,Nowhere Ltd,owner\n`,
  );
  expect(wrong.code).toBe(5);
  expect(linesOf(wrong.stdout).map(({ line, what }) => [line, what])).toEqual([
    [2, "create"],
    [3, "wrong"],
    [4, "wrong"],
    [5, "wrong"],
  ]);
  expect(wrong.stderr).toContain("nothing was sent");
  const latin = await importFile(
    "c.csv",
    Buffer.from(`${head}client-905,Pr\u00FCfverband,client\n`, "latin1"),
  );
  expect([latin.code, latin.stderr]).toEqual([2, expect.stringContaining("line 2 is not UTF-8")]);
  const many = Array.from({ length: 10_001 }, (_, at) => `client-9${at},Alder & Finch Ltd,client`);
  const long = await importFile("d.csv", `${head}${many.join("\n")}\n`);
  expect([long.code, long.stderr]).toEqual([2, expect.stringContaining("line 10002 is over the limit")]);
  const other = await importFile("e.csv", "id,organisation,roles\n");
  expect([other.code, other.stderr]).toEqual([
    2,
    expect.stringContaining("columns are id, organisation, role, kind"),
  ]);
  const listed = await cli.run(["participants", "list", "--profile", "ada", "--all", "--json"]);
  expect(listed.stdout).not.toContain("client-904");
});

test("an import and the readiness list print lines for a person unless JSON is asked for", async () => {
  const lines = (text: string) => text.trimEnd().split("\n");
  writeFileSync(
    path.join(cli.folder, "f.csv"),
    "name,email,organisation,role,duties,participant\nIda Finch,ida@alderfinch.example,Alder & Finch Ltd,client,,client-901\nIvo Finch,ivo@alderfinch.example,Alder & Finch Ltd,client,,client-901\n",
  );
  const importPeople = (...more: readonly string[]) =>
    cli.run(["people", "import", "--profile", "ada", "f.csv", ...more]);
  const dry = await importPeople("--dry-run");
  expect(lines(dry.stdout)).toEqual([
    "    2  new       ida@alderfinch.example",
    "    3  new       ivo@alderfinch.example  a second administrator has to agree",
  ]);
  const refused = await importPeople();
  expect([refused.code, refused.stdout, refused.stderr]).toEqual([
    2,
    "",
    expect.stringContaining("--reason"),
  ]);
  const sent = await importPeople("--reason", "First team");
  expect(lines(sent.stdout)).toEqual([
    expect.stringMatching(/^ {4}2 {2}invited {3}ida@alderfinch\.example {2}http\S+\/invitation#\S+$/),
    "    3  waits     ivo@alderfinch.example  a second administrator has to agree",
  ]);
  const ready = await cli.run(["readiness", "show", "--profile", "ada"]);
  expect(ready.code).toBe(0);
  expect(ready.stdout).toMatch(/^part +state +needed +/);
  expect(ready.stdout).not.toContain("{");
});

test("the roster command shows who is missing, and asks for a version with them once", async () => {
  const json = async (...words: readonly string[]) => {
    const ended = await cli.run(["roster", ...words, "--profile", "ada", "--json"]);
    return { code: ended.code, answer: JSON.parse(ended.stdout === "" ? "null" : ended.stdout) };
  };
  const shown = await cli.run(["roster", "show", "--profile", "ada"]);
  expect(shown.stdout).toMatch(
    /^Roster version 1, digest [\w-]{43}\n\nOn the roster\nperson +name +organisation +role /,
  );
  expect(shown.stdout).toMatch(/\n\nDifferences from the portal\n.*\n.* adds\n/);
  expect(shown.stdout).not.toContain("{");
  const { answer: page } = await json("show");
  const people = z.array(z.looseObject({ person: z.string(), act: z.string() })).parse(page.differences);
  const missing = people.find(({ act }) => act === "add")?.person ?? "";
  const asked = await json("ask", "--people", missing, "--reason", "A new colleague");
  expect(asked).toMatchObject({ code: 0, answer: { kind: "people", state: "pending", version: 2 } });
  expect((await json("ask", "--people", missing, "--reason", "Again")).code).not.toBe(0);
  expect((await json("draft")).code).not.toBe(0);
});
