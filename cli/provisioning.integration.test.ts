import { readFileSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { z } from "zod";
import { type CommandLine, openCommandLine } from "@/lib/testing/instance/command-line";
import { type ServedPortal, servePortal } from "@/lib/testing/instance/served-portal";

// A watchdog: each step runs in its own process.
vi.setConfig({ testTimeout: 900_000 });
const GUIDE = readFileSync(path.resolve(import.meta.dirname, "../docs/guides/provisioning.md"), "utf8");

let portal: ServedPortal;
let cli: CommandLine;
beforeAll(async () => {
  portal = await servePortal({ writes: 10_000, reads: 10_000 });
  cli = openCommandLine();
  for (const name of ["ada", "ben"]) {
    const administrator = await portal.bench.person({ role: "admin", duties: ["admin"], hasKey: false });
    const input = { input: await portal.keyFor(administrator) };
    expect((await cli.run(["profile", "add", name, "--url", portal.url], input)).code).toBe(0);
  }
});
afterAll(async () => {
  cli?.remove();
  await portal?.close();
});

/** Returns the words of a command as a shell reads them. */
function wordsOf(command: string): string[] {
  return [...command.matchAll(/'([^']*)'|(\S+)/g)].map(([, one, two]) => one ?? two ?? "");
}

const commands = () =>
  [...GUIDE.matchAll(/```sh\n(.*?)```/gs)]
    .flatMap(([, block = ""]) => block.replaceAll("\\\n", " ").trim().split("\n"))
    .map((line) => wordsOf(line.trim()));

const Answer = z.looseObject({ id: z.string().optional(), token: z.string().optional() });

async function run(profile: string, words: readonly string[]) {
  const ended = await cli.run([...words, "--profile", profile, "--json"]);
  expect(ended.code, `${words.join(" ")}: ${ended.stderr}`).toBe(0);
  return Answer.parse(JSON.parse(ended.stdout));
}

test("every command of the guide Provisioning runs, in the order of the guide", async () => {
  const contact = ["--number", "+49 30 1", "--source", "their site", "--reason", "supervises"];
  const agency = ["organisations", "create", "--name", "Market Office", "--domain", "market-office.example"];
  const asked = z
    .object({ agreement: z.object({ id: z.string() }) })
    .parse(await run("ada", [...agency, ...contact]));
  await run("ben", ["agreements", "agree", asked.agreement.id]);
  const known = { AGREEMENT: "", TOKEN_ID: "", TOKEN: "" };
  const ran: string[] = [];
  for (const [program, ...words] of commands()) {
    const args = words.map((word) =>
      word
        .replace("https://portal.example", portal.url)
        .replace("AGREEMENT", known.AGREEMENT)
        .replace("TOKEN_ID", known.TOKEN_ID)
        .replace("Bearer TOKEN", `Bearer ${known.TOKEN}`),
    );
    ran.push(args.slice(0, 2).join(" "));
    if (program === "curl") {
      const [authorization = ""] = args.filter((word) => word.startsWith("Authorization: "));
      const headers = { authorization: authorization.replace("Authorization: ", "") };
      const answer = await fetch(args.at(-1) ?? "", { headers });
      expect([answer.status, await answer.json()]).toEqual([
        200,
        expect.objectContaining({ totalResults: 0 }),
      ]);
      continue;
    }
    expect(program).toBe("sealport");
    const ended = await cli.run([...args, "--json"]);
    expect(ended.code, `${args.join(" ")}: ${ended.stderr}`).toBe(0);
    const answer = Answer.parse(JSON.parse(ended.stdout));
    if (args[1] === "set") known.AGREEMENT = answer.id ?? "";
    if (args[1] === "token") Object.assign(known, { TOKEN: answer.token, TOKEN_ID: answer.id });
  }
  expect(ran.length).toBeGreaterThan(7);
});

test("a mapping with an unknown duty is refused before any call", async () => {
  const words = ["provisioning", "set", "Operator", "--group", "Team; coordinator; lega", "--reason", "x"];
  const ended = await cli.run([...words, "--profile", "ada"]);
  expect([ended.code, ended.stderr]).toEqual([2, expect.stringContaining("groups.0.name")]);
});
