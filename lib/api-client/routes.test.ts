import path from "node:path";
import { expect, it } from "vitest";
import { routeDocument } from "@/lib/testing/routes/route-document";
import { routeFiles } from "@/lib/testing/routes/route-files";
import { GUARDED, OPEN, OTHER_ROUTES } from "@/lib/testing/routes/rows";
import { addressOf, sampleParams, sampleQuery } from "@/lib/testing/routes/sample";

const DOCUMENT = path.resolve(import.meta.dirname, "../../docs/routes.md");

/** Addresses of route files that no declaration and no exception names, and those named without a file. */
function unmatched(files: readonly string[]): { undeclared: string[]; unserved: string[] } {
  const named = new Set([...[...GUARDED, ...OPEN].map((one) => one.path), ...Object.keys(OTHER_ROUTES)]);
  return {
    undeclared: files.filter((file) => !named.has(file)),
    unserved: [...named].filter((one) => !files.includes(one)),
  };
}

it("has a row for every route file of the app, and a file for every row", () => {
  const files = routeFiles().map((file) => file.path);
  expect(files.length).toBeGreaterThan(100);
  expect(unmatched(files)).toEqual({ undeclared: [], unserved: [] });
  expect(unmatched([...files, "/confidential/backdoor"]).undeclared).toEqual(["/confidential/backdoor"]);
});

it("matches docs/routes.md", async () => {
  await expect(routeDocument()).toMatchFileSnapshot(DOCUMENT);
});

it("has parameters for every operation that have the right form and name no record", () => {
  for (const operation of GUARDED) {
    const params = sampleParams(operation);
    expect(addressOf(operation, params), operation.id).not.toMatch(/[{}]|\/\//);
    if (operation.params === undefined) expect(params, operation.id).toEqual({});
    else expect(operation.params.safeParse(params).success, operation.id).toBe(true);
    const query = Object.fromEntries(new URLSearchParams(sampleQuery(operation)));
    expect(operation.query?.safeParse(query).success ?? true, operation.id).toBe(true);
  }
});
