import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { z } from "zod";
import { type CommandLine, openCommandLine } from "@/lib/testing/instance/command-line";
import { type ServedPortal, servePortal } from "@/lib/testing/instance/served-portal";
import {
  clientOf,
  startIdentityProvider,
  type TestIdentityProvider,
} from "@/lib/testing/servers/identity-provider";

// A watchdog: each step runs in its own process.
vi.setConfig({ testTimeout: 300_000 });
const GUIDE = readFileSync(path.resolve(import.meta.dirname, "../docs/guides/identity-provider.md"), "utf8");

let portal: ServedPortal;
let cli: CommandLine;
let idp: TestIdentityProvider;

const Answer = z.looseObject({
  id: z.string().optional(),
  agreement: z.looseObject({ id: z.string() }).nullish(),
});

async function run(...args: readonly string[]): Promise<z.infer<typeof Answer>> {
  const ended = await cli.run([...args, "--json"]);
  expect(ended.code, `${args.join(" ")}: ${ended.stderr}`).toBe(0);
  return Answer.parse(JSON.parse(ended.stdout));
}

beforeAll(async () => {
  portal = await servePortal({ writes: 10_000, reads: 10_000 });
  cli = openCommandLine();
  idp = await startIdentityProvider(clientOf(`${portal.url}/sign-in/return`));
  for (const name of ["ada", "ben"]) {
    const administrator = await portal.bench.person({ role: "admin", duties: ["admin"], hasKey: false });
    const args = ["profile", "add", name, "--url", portal.url];
    expect((await cli.run(args, { input: await portal.keyFor(administrator) })).code).toBe(0);
  }
  const made = await run(
    ...["organisations", "create", "--profile", "ada", "--name", "Market Office", "--reason", "joins"],
    ...["--domain", "market-office.example", "--number", "+49 30 1", "--source", "its own site"],
  );
  await run("agreements", "agree", "--profile", "ben", made.agreement?.id ?? "");
  writeFileSync(path.join(cli.folder, "client-secret.txt"), "a secret of sealport at its provider\n");
});
afterAll(async () => {
  await idp?.close();
  cli?.remove();
  await portal?.close();
});

/** Returns the guide's commands as lists of words. */
function commands(): string[][] {
  const blocks = [...GUIDE.matchAll(/```sh\n(.*?)```/gs)].map(([, text]) => text ?? "");
  const lines = blocks.flatMap((block) => block.replaceAll("\\\n", " ").trim().split("\n"));
  return lines.map((line) =>
    [...line.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, word]) => quoted ?? word ?? ""),
  );
}

test("every command of the guide Identity provider runs, in the order of the guide", async () => {
  let agreement = "";
  const ran: string[] = [];
  for (const [program, ...words] of commands()) {
    expect(program).toBe("sealport");
    const args = words.map((word) =>
      word.replace("https://login.market-office.example", idp.issuer).replace("AGREEMENT", agreement),
    );
    const answer = await run(...args);
    ran.push(args.slice(0, 2).join(" "));
    if (args[1] === "connect") agreement = answer.id ?? "";
  }
  expect(ran).toEqual([
    ...["providers show", "providers connect", "agreements agree", "providers test", "providers disconnect"],
  ]);
});

test("a connection that is not whole is refused before anything is sent, with the name of what is missing", async () => {
  const ended = await cli.run([
    ...[
      "providers",
      "connect",
      "Market Office",
      "--profile",
      "ada",
      "--issuer",
      idp.issuer,
      "--client-id",
      "x",
    ],
    ...["--domain", "market-office.example", "--map", "officers; king", "--reason", "r"],
  ]);
  expect([ended.code, ended.stdout]).toEqual([2, ""]);
  expect(ended.stderr).toMatch(/amr.*second factor|mapping/);
});
