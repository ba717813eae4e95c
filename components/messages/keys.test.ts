import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { CATALOGUES } from "@/components/messages/catalogue";

const SOURCES = ["app", "components"].flatMap((folder) => [...filesUnder(folder)]);

function* filesUnder(folder: string): Generator<string> {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const full = path.join(folder, entry.name);
    if (entry.isDirectory()) yield* filesUnder(full);
    else if (/\.tsx?$/.test(entry.name) && !entry.name.includes(".test.")) yield full;
  }
}

function lookUp(key: string): unknown {
  return key.split(".").reduce<unknown>((at, part) => {
    if (typeof at !== "object" || at === null) return undefined;
    return Object.entries(at).find(([name]) => name === part)?.[1];
  }, CATALOGUES.en);
}

interface Use {
  readonly file: string;
  readonly key: string;
  readonly isWhole: boolean;
}

/** Every key a source writes out. A file that names several namespaces has its keys in one of them. */
function usesIn(file: string): Use[] {
  const text = readFileSync(file, "utf8");
  const namespaces = [...text.matchAll(/(?:use|get)Translations\(\s*"([\w.-]+)"\s*\)/g)].map(
    (match) => match[1] ?? "",
  );
  if (namespaces.length === 0) return [];
  const names = [...text.matchAll(/(\w+)\s*=\s*(?:await\s+)?(?:use|get)Translations\(/g)].map(
    (match) => match[1] ?? "",
  );
  return [...new Set([...names, "t"])].flatMap((name) => {
    const calls = text.matchAll(
      new RegExp(`(?<![\\w.])${name}(?:\\.rich|\\.markup)?\\(\\s*"([\\w.-]+)"\\s*[,)]`, "g"),
    );
    return [...calls].map(([, key = ""]) => {
      const whole = namespaces.map((namespace) => `${namespace}.${key}`);
      return { file, key: whole.join(" or "), isWhole: whole.some((one) => typeof lookUp(one) === "string") };
    });
  });
}

test("every message that a source names is in the catalogue", () => {
  const uses = SOURCES.flatMap(usesIn);
  expect(uses.length).toBeGreaterThan(300);
  expect(uses.filter(({ isWhole }) => !isWhole).map(({ file, key }) => `${file}: ${key}`)).toEqual([]);
});

test("every namespace that a source names is in the catalogue", () => {
  const named = SOURCES.flatMap((file) =>
    [...readFileSync(file, "utf8").matchAll(/(?:use|get)Translations\(\s*"([\w.-]+)"\s*\)/g)].map(
      ([, namespace = ""]) => ({
        file,
        namespace,
      }),
    ),
  );
  expect(named.filter(({ namespace }) => typeof lookUp(namespace) !== "object")).toEqual([]);
});
