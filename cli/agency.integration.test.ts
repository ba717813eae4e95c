import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { z } from "zod";
import { type CommandLine, openCommandLine } from "@/lib/testing/instance/command-line";
import { type ServedPortal, servePortal } from "@/lib/testing/instance/served-portal";

// A watchdog: each step runs in its own process.
vi.setConfig({ testTimeout: 900_000 });
const GUIDE = readFileSync(path.resolve(import.meta.dirname, "../docs/guides/agency.md"), "utf8");

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

/** Returns the blocks of one language in the guide. */
const blocks = (language: string): string[] =>
  [...GUIDE.matchAll(new RegExp(`^ *\`\`\`${language}\\n(.*?)\`\`\``, "gms"))].map(([, text]) => text ?? "");

/** Returns the guide's commands as lists of words, as a shell reads them. */
const commands = (): string[][] =>
  blocks("sh")
    .flatMap((block) => block.replaceAll("\\\n", " ").trim().split("\n"))
    .map((line) =>
      [...line.matchAll(/'([^']*)'|"([^"]*)"|(\S+)/g)].map(
        ([, one, two, three]) => one ?? two ?? three ?? "",
      ),
    );

const Answer = z.looseObject({
  id: z.string().optional(),
  user_id: z.string().optional(),
  agreement: z.looseObject({ id: z.string() }).nullish(),
  differences: z.array(z.looseObject({ person: z.string(), act: z.string() })).optional(),
});

test("every command of the guide Agency onboarding runs, in the order of the guide", async () => {
  writeFileSync(path.join(cli.folder, "officers.csv"), blocks("csv")[0] ?? "");
  const known = { AGREEMENT: "", HANDLE: "", ORGANISATION: "", PERSON: "" };
  const ran: string[] = [];
  for (const [program, ...words] of commands()) {
    expect(program).toBe("sealport");
    const args = words.map((word) =>
      word
        .replace("AGREEMENT", known.AGREEMENT)
        .replace("HANDLE", known.HANDLE)
        .replace("ORGANISATION", known.ORGANISATION)
        .replace("PERSON", known.PERSON),
    );
    const ended = await cli.run([...args, "--json"]);
    expect(ended.code, `${args.join(" ")}: ${ended.stdout}${ended.stderr}`).toBe(0);
    const [group = "", act = ""] = args;
    ran.push(`${group} ${act}`);
    if (act === "import" || act === "list") continue;
    const answer = Answer.parse(JSON.parse(ended.stdout));
    if (group === "organisations") known.ORGANISATION = answer.id ?? "";
    if (act === "invite") known.PERSON = answer.user_id ?? "";
    if (answer.agreement?.id !== undefined) known.AGREEMENT = answer.agreement.id;
    if (act === "show") known.HANDLE = answer.differences?.find((one) => one.act === "add")?.person ?? "";
  }
  expect(ran).toEqual([
    ...["organisations create", "agreements agree", "people invite", "agreements agree"],
    ...["people import", "people import", "agreements list"],
    ...["roster show", "roster ask", "reviews reviewer"],
  ]);
});
