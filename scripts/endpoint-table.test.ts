import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { expect, it } from "vitest";
import { ENDPOINTS } from "@/app/confidential/endpoints";
import { OPERATIONS } from "@/lib/api-client/registry";
import { ENDPOINT_TABLE_FILE, endpointFolders, endpointTableModule } from "./endpoint-table.mjs";

const ROOT = path.dirname(import.meta.dirname);

it("the generated table has every endpoint of the app; else run `npm run generate`", () => {
  const text = readFileSync(path.join(ROOT, ENDPOINT_TABLE_FILE), "utf8");
  expect(text).toBe(endpointTableModule(endpointFolders(ROOT)));
});

it("each endpoint answers at the address of its folder, and together they answer every operation", () => {
  expect(ENDPOINTS.length).toBeGreaterThan(100);
  for (const [folder, { path: address }] of ENDPOINTS)
    expect(address).toBe(`/confidential/${folder.replaceAll(/\[(?:\.\.\.)?([^\]]+)\]/g, "{$1}")}`);
  const bound = ENDPOINTS.flatMap(([, { bindings }]) => bindings.map(({ operation }) => operation.id));
  const declared = OPERATIONS.filter(({ scopes }) => scopes !== "none").map(({ id }) => id);
  expect(bound.sort()).toEqual(declared.sort());
});

it("no route file under /confidential takes calls from the table but the catch-all", () => {
  const files = readdirSync(path.join(ROOT, "app/confidential"), { recursive: true, encoding: "utf8" });
  const routes = files.filter((name) => /(^|\/)(route|page)\.[cm]?[jt]sx?$/.test(name));
  expect(routes).toEqual([path.join("[[...rest]]", "route.ts")]);
});
