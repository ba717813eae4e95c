import { expect, it } from "vitest";
import { routerOf } from "@/lib/http/dispatch/router";
import { type Endpoint, endpointAt } from "@/lib/http/endpoint/bind";

const FOLDERS = [
  "keys",
  "keys/[id]",
  "keys/[id]/state",
  "keys/escrow",
  "keys/escrow/[epoch]/destroy",
  "keys/register",
  "log/tile/[level]/[...index]",
  "log/tile/entries/[...index]",
] as const;
const table = FOLDERS.map((folder): [string, Endpoint] => [folder, endpointAt(folder, [])]);
const find = routerOf(table);
const found = (path: string) => {
  const at = find(`/confidential${path}`);
  return at === undefined ? undefined : [at.endpoint.path, at.params];
};

it("a fixed name wins over a parameter, and a parameter over the rest of an address", () => {
  expect(found("/keys")).toEqual(["keys", {}]);
  expect(found("/keys/register")).toEqual(["keys/register", {}]);
  expect(found("/keys/escrow")).toEqual(["keys/escrow", {}]);
  expect(found("/keys/7")).toEqual(["keys/[id]", { id: "7" }]);
  expect(found("/log/tile/entries/x001/067")).toEqual([
    "log/tile/entries/[...index]",
    { index: ["x001", "067"] },
  ]);
  expect(found("/log/tile/0/x001/067")).toEqual([
    "log/tile/[level]/[...index]",
    { level: "0", index: ["x001", "067"] },
  ]);
});

it("an address below a fixed name that has no endpoint there is taken by the parameter", () => {
  expect(found("/keys/register/state")).toEqual(["keys/[id]/state", { id: "register" }]);
  expect(found("/keys/escrow/state")).toEqual(["keys/[id]/state", { id: "escrow" }]);
  expect(found("/keys/escrow/3/destroy")).toEqual(["keys/escrow/[epoch]/destroy", { epoch: "3" }]);
});

it("an address without an endpoint is not found", () => {
  for (const path of ["", "/nothing", "/keys/1/2", "/keys/1/state/2", "/log/tile/entries", "/log/tile/0"])
    expect(found(path), path).toBeUndefined();
});

it("a fixed name has one spelling, and parameters stay as they were sent", () => {
  expect(found("/%6beys")).toBeUndefined();
  expect(found("/keys/%72egister")).toEqual(["keys/[id]", { id: "%72egister" }]);
  expect(found("/keys/a%2Fb%2541")).toEqual(["keys/[id]", { id: "a%2Fb%2541" }]);
  expect(found("/keys%2Fregister")).toBeUndefined();
});

it("two names for the parameter of one place are refused", () => {
  const clash = ["keys/[id]", "keys/[key]/state"].map((folder): [string, Endpoint] => [
    folder,
    endpointAt(folder, []),
  ]);
  expect(() => routerOf(clash)).toThrow("keys/[key]/state");
});
