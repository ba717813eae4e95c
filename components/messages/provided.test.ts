import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";

// A client component may only use wording that a layout, its page or a component around it sends to the browser:
// what is missing shows as its key. Read from the sources, by their static and their lazy imports.

const pages = readdirSync("app", { recursive: true, encoding: "utf8" })
  .filter((file) => /(^|\/)page\.tsx$/.test(file))
  .map((file) => path.join("app", file));

const baseText = /const BASE[^[]*\[\]? = \[([^\]]*)\]/.exec(
  readFileSync("components/messages/words.tsx", "utf8"),
)?.[1];
const BASE = namesIn(baseText ?? "");

function namesIn(list: string): string[] {
  return [...list.matchAll(/"([\w.-]+)"/g)].map(([, name = ""]) => name);
}

function resolve(from: string, name: string): string | undefined {
  const base = name.startsWith("@/") ? name.slice(2) : path.join(path.dirname(from), name);
  return [`${base}.tsx`, `${base}.ts`].find((file) => existsSync(file));
}

function importsOf(file: string): string[] {
  const text = readFileSync(file, "utf8");
  const named = [...text.matchAll(/(?:^import (?!type )[^;]*?from |import\()"((?:@\/|\.)[^"]+)"/gm)];
  return named.flatMap(([, name = ""]) => resolve(file, name) ?? []);
}

interface Reached {
  readonly used: Map<string, string>;
  readonly provided: Set<string>;
}

function walk(file: string, isClient: boolean, seen: Set<string>, reached: Reached): void {
  const text = readFileSync(file, "utf8");
  const inBrowser = isClient || text.startsWith('"use client"');
  const mark = `${file} ${inBrowser}`;
  if (seen.has(mark)) return;
  seen.add(mark);
  for (const [, list = ""] of text.matchAll(/<Words\s+namespaces=\{\[([^\]]*)\]\}/g))
    for (const name of namesIn(list)) reached.provided.add(name);
  if (inBrowser)
    for (const [, name = ""] of text.matchAll(/(?:useTranslations\(\s*|\bwords=)"([\w.-]+)/g))
      reached.used.set(name, reached.used.get(name) ?? file);
  for (const next of importsOf(file)) walk(next, inBrowser, seen, reached);
}

function missingOf(page: string): string[] {
  const reached: Reached = { used: new Map(), provided: new Set(BASE) };
  walk(page, false, new Set(), reached);
  for (let folder = path.dirname(page); folder !== "."; folder = path.dirname(folder)) {
    const layout = path.join(folder, "layout.tsx");
    if (existsSync(layout)) walk(layout, false, new Set(), reached);
  }
  const isProvided = (name: string) =>
    name.split(".").some((_, at, parts) => reached.provided.has(parts.slice(0, at + 1).join(".")));
  return [...reached.used]
    .filter(([name]) => !isProvided(name))
    .map(([name, file]) => `${page}: ${name}, used by ${file}`);
}

test("the browser is sent every wording that the client components of a page use", () => {
  expect(BASE).toContain("ui");
  expect(pages.length).toBeGreaterThan(25);
  expect(pages.flatMap(missingOf)).toEqual([]);
});
