import { existsSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";

const page = readFileSync("docs/invariants.md", "utf8");
const rows = new Map(
  [...page.matchAll(/^\| (I\d+) +\|(.*)$/gm)].map(([, name = "", rest = ""]) => [name, rest]),
);
const INVARIANTS = Array.from({ length: 12 }, (_, at) => `I${at + 1}`);

/** A literal as the first argument of a call, such as a test's title. */
const TITLE = /\(\s*(["'`])((?:\\.|(?!\1)[^\\])+)\1,/gs;

const titlesOf = (file: string): string[] =>
  [...readFileSync(file, "utf8").matchAll(TITLE)].map((match) => match[2] ?? "");

/** Returns the tests that a row names: `file` "a part of its title", where … matches any text. */
const namedIn = (row: string): { file: string; parts: string[] }[] =>
  [...row.matchAll(/`([^`]+\.(?:test|spec)\.tsx?)` "([^"]+)"/g)].map(([, file = "", name = ""]) => ({
    file,
    parts: name.split("…").map((part) => part.trim().replaceAll("\\|", "|")),
  }));

const isIn = (title: string, parts: readonly string[]): boolean => {
  let from = 0;
  return parts.every((part) => {
    const at = title.indexOf(part, from);
    from = at + part.length;
    return at >= 0;
  });
};

/** Returns the tests that a row names and that do not exist, or are not of npm test. */
const missingIn = (row: string) =>
  namedIn(row).filter(({ file, parts }) => {
    const title = existsSync(file) ? titlesOf(file).find((one) => isIn(one, parts)) : undefined;
    return title === undefined || title.includes("@deep");
  });

describe("the page of invariants", () => {
  it.each(INVARIANTS)("names for %s an existing test of npm test", (name) => {
    const row = rows.get(name) ?? "";
    const isOfNpmTest = ({ file }: { readonly file: string }) =>
      !file.includes(".deep.") && !file.startsWith("e2e/");
    expect(namedIn(row).filter(isOfNpmTest).length).toBeGreaterThan(0);
    expect(missingIn(row)).toEqual([]);
  });

  it("names only existing files", () => {
    const files = [...page.matchAll(/`([^`]+\.(?:test|spec)\.tsx?)`/g)].map((match) => match[1] ?? "");
    expect(files.length).toBeGreaterThan(20);
    expect(files.filter((file) => !existsSync(file))).toEqual([]);
  });
});

it("the table of a portal's caches names existing tests", () => {
  const scaling = readFileSync("docs/scaling.md", "utf8");
  const table = scaling.slice(scaling.indexOf("## What a portal keeps"), scaling.indexOf("## A pooler"));
  expect(namedIn(table).length).toBeGreaterThan(20);
  expect(missingIn(table)).toEqual([]);
});
