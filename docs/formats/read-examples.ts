import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** A fenced block of a page, unchanged. */
export interface Block {
  readonly language: string;
  readonly text: string;
}

const BLOCK = /^```(\w+) (example|file)=([\w.-]+)\n([\s\S]*?)^```$/gm;

function blocksOf(page: string, wanted: string): ReadonlyMap<string, Block> {
  const text = readFileSync(fileURLToPath(new URL(`${page}.md`, import.meta.url)), "utf8");
  const blocks = new Map<string, Block>();
  for (const [, language = "", kind, name = "", content = ""] of text.matchAll(BLOCK)) {
    if (kind !== wanted) continue;
    if (blocks.has(name)) throw new Error(`${page}.md has two blocks ${name}`);
    blocks.set(name, { language, text: content });
  }
  return blocks;
}

/** Returns the examples of one page by name. */
export function examplesOf(page: string): ReadonlyMap<string, Block> {
  return blocksOf(page, "example");
}

/** Returns the files that one page shows whole. */
export function filesOf(page: string): ReadonlyMap<string, Block> {
  return blocksOf(page, "file");
}

/** Returns the one value in backticks that follows a phrase in a page's text. */
export function valueAfter(page: string, phrase: string): string {
  const text = readFileSync(fileURLToPath(new URL(`${page}.md`, import.meta.url)), "utf8").replace(
    /\n/g,
    " ",
  );
  const at = text.indexOf(phrase);
  const value = /^[^`]*`([^`]+)`/.exec(text.slice(at + phrase.length))?.[1];
  if (at < 0 || value === undefined) throw new Error(`${page}.md has no value after "${phrase}"`);
  return value;
}
