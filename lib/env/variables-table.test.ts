import { readFileSync } from "node:fs";
import path from "node:path";
import { expect, it } from "vitest";
import { meanings, variables, variablesPage } from "@/lib/env/variables-table";

const lib = path.join(import.meta.dirname, "..");

it("every variable that an operator may set has its meaning where it is declared", () => {
  const known = meanings(lib);
  expect(
    variables()
      .map(({ name }) => name)
      .filter((name) => !known.has(name)),
  ).toEqual([]);
});

it("docs/variables.md is as the declarations are: run `npm run variables`", () => {
  expect(readFileSync(path.join(lib, "../docs/variables.md"), "utf8")).toBe(variablesPage(lib));
});
