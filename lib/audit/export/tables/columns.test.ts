import { readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { CELL_WORDS } from "./columns";

const here = (name: string) => readFileSync(path.join(import.meta.dirname, name), "utf8");
const page = here("../../../../docs/formats/exports.md");

test("the workbook and the format's page explain every bracketed text that a cell can contain", () => {
  const written = ["columns.ts", "shown-row.ts"].flatMap((name) =>
    [...here(name).matchAll(/"(\[[a-z ]+\])"/g)].map(([, word = ""]) => word),
  );
  expect(written.length).toBeGreaterThan(4);
  expect(CELL_WORDS.map(([word]) => word).sort()).toEqual([...new Set(written)].sort());
  for (const [word] of CELL_WORDS) expect(page).toContain(`\`${word}\``);
});
