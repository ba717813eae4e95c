import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { parseCommandLine } from "@/cli/parse";
import { COMMANDS } from "@/cli/table";

// Commands of the pages in docs/. Tests of their own run them against a portal (cli/*.integration.test.ts, e2e/programs, and the story
// outside evaluation for the guide Deploying). This one finds each that no longer exists, also where no test can run it.
const ROOT = path.resolve(import.meta.dirname, "..");
const textOf = (file: string): string => readFileSync(path.join(ROOT, file), "utf8");
const pages = readdirSync(path.join(ROOT, "docs"), { recursive: true, encoding: "utf8" })
  .filter((name) => name.endsWith(".md"))
  .map((name) => path.join("docs", name));

interface Command {
  readonly file: string;
  readonly line: string;
  readonly words: readonly string[];
}

const blocksOf = (file: string): string[] =>
  [...textOf(file).matchAll(/^ *```sh\n(.*?)^ *```/gms)].map(([, block = ""]) => block);

const unquoted = (word: string): string => word.replace(/['"]/g, "");

/** The commands of a line, each with its words as a shell reads them, without what is redirected. */
function split(line: string): string[][] {
  const found: string[][] = [[]];
  let isRedirected = false;
  for (const [word] of line.matchAll(/(?:'[^']*'|"(?:\\.|[^"\\])*"|[^\s'"])+/g)) {
    const isEnd = /^(?:\||&&|;)$/.test(word);
    if (isEnd) found.push([]);
    isRedirected = !isEnd && (isRedirected || /^[<>]/.test(word));
    if (isEnd || isRedirected) continue;
    found.at(-1)?.push(unquoted(word.replace(/;$/, "")));
    if (word.endsWith(";")) found.push([]);
  }
  return found;
}

const commands: readonly Command[] = pages.flatMap((file) =>
  blocksOf(file).flatMap((block) =>
    block
      .replaceAll(/\\\n\s*/g, "")
      .split("\n")
      .flatMap((line) => split(line).map((words) => ({ file, line: line.trim(), words }))),
  ),
);

const rest = (command: Command): Command => ({ ...command, words: command.words.slice(1) });

/** What follows these words wherever a command has them, such as after variables or `setpriv`. */
function following(...begin: readonly string[]): Command[] {
  return commands.flatMap((command) => {
    const at = command.words.findIndex((_, index) =>
      begin.every((word, n) => command.words[index + n] === word),
    );
    return at < 0 ? [] : [{ ...command, words: command.words.slice(at + begin.length) }];
  });
}

/** Commands of a script of package.json, with npm's own `-s` and `--` left out. */
function ofScript(name: string): Command[] {
  return following("npm", "run")
    .map((command) => ({ ...command, words: command.words.filter((word) => word !== "-s" && word !== "--") }))
    .filter(({ words }) => words[0] === name)
    .map(rest);
}

describe("the commands of docs/", () => {
  it("are read by bash", () => {
    expect(pages.length).toBeGreaterThan(50);
    for (const file of pages) {
      const input = blocksOf(file).join("\n");
      expect(() => execFileSync("bash", ["-n"], { input, stdio: "pipe" }), file).not.toThrow();
    }
  });

  it("of sealport name commands, operands and options that it has", () => {
    const installed = commands.filter(({ words }) => words[0] === "sealport");
    const found = [...installed.map(rest), ...ofScript("sealport")];
    expect(found.length).toBeGreaterThan(60);
    for (const { file, line, words } of found)
      expect(() => parseCommandLine(words, COMMANDS), `${file}: ${line}`).not.toThrow();
  });

  it("of npm name scripts of package.json", () => {
    const { scripts } = JSON.parse(textOf("package.json"));
    const found = following("npm", "run");
    expect(found.length).toBeGreaterThan(30);
    for (const { file, line, words } of found)
      expect(Object.keys(scripts), `${file}: ${line}`).toContain(words.find((word) => !word.startsWith("-")));
  });

  it("of sealport-op name acts that it has", () => {
    const source = ["scripts/op.ts", "lib/launch/backup/command.ts"].map(textOf).join("\n");
    const found = [...ofScript("op"), ...following("node", "op/sealport-op.mjs")];
    expect(found.length).toBeGreaterThan(15);
    for (const { file, line, words } of found) {
      const [first = "", second = ""] = words;
      const acts = [first, `${first} ${second}`, ...(first === "backup" ? [second] : [])];
      expect(
        acts.some((act) => source.includes(`"${act}"`) || source.includes(`  ${act}: `)),
        `${file}: ${line}`,
      ).toBe(true);
    }
  });

  it("of node name files of this project", () => {
    const found = following("node").filter(({ words }) =>
      /^(?:interop|scripts|deploy)\//.test(words[0] ?? ""),
    );
    expect(found.length).toBeGreaterThan(5);
    for (const { file, line, words } of found)
      expect(existsSync(path.join(ROOT, words[0] ?? "")), `${file}: ${line}`).toBe(true);
  });
});
