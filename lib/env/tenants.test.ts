import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect, it } from "vitest";
import { ownVariables, perTenant, runForTenant, servedTenant } from "@/lib/env/served-tenant";
import { readTenants, tenantOfCall } from "@/lib/env/tenants";

const OWN = {
  TENANT_ID: "1",
  PORTAL_ORIGIN: "https://one.example.org",
  KEY_DIR: "/keys/one",
  KEK_FILE: "/keys/one.key",
  DATABASE_URL: "postgresql://shared",
  METRICS_URL: "http://127.0.0.1:1",
  PORT: "3000",
};

function folderOf(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(path.join(tmpdir(), "sealport-tenants-"));
  for (const [name, text] of Object.entries(files)) writeFileSync(path.join(folder, name), text);
  return folder;
}

const TWO = "TENANT_ID=2\nPORTAL_ORIGIN=https://two.example.org\nKEY_DIR=/keys/two\n";

it("a further tenant shares what is the machine's and nothing that is a tenant's", () => {
  const [two] = readTenants(folderOf({ "two.env": `# the second\n${TWO}`, "notes.txt": "" }), OWN);
  expect(two).toEqual({
    name: "two",
    host: "two.example.org",
    variables: {
      TENANT_ID: "2",
      PORTAL_ORIGIN: "https://two.example.org",
      KEY_DIR: "/keys/two",
      DATABASE_URL: "postgresql://shared",
      PORT: "3000",
    },
  });
  const [other] = readTenants(folderOf({ "two.env": `${TWO}DATABASE_URL_FILE=/run/two\n` }), OWN);
  expect(other?.variables).toMatchObject({ DATABASE_URL_FILE: "/run/two" });
  expect(other?.variables).not.toHaveProperty("DATABASE_URL");
});

it("a tenant with a database of its own gets no listener and no replica of the shared one", () => {
  const shared = { DATABASE_LISTEN_URL: "postgresql://direct", DATABASE_REPLICA_URL_FILE: "/run/replica" };
  const variablesFor = (lines: string) =>
    readTenants(folderOf({ "two.env": `${TWO}${lines}` }), { ...OWN, ...shared })[0]?.variables;
  expect(variablesFor("")).toMatchObject(shared);
  const own = variablesFor("DATABASE_URL=postgresql://two\n");
  for (const name of Object.keys(shared)) expect(own).not.toHaveProperty(name);
  const named = "DATABASE_URL=postgresql://two\nDATABASE_REPLICA_URL=postgresql://two-replica\n";
  expect(variablesFor(named)).toMatchObject({ DATABASE_REPLICA_URL: "postgresql://two-replica" });
});

it("a file that names the machine's variables, has another's host or folder, or no address is refused by name", () => {
  const refusals: readonly (readonly [Record<string, string>, RegExp])[] = [
    [{ "two.env": `${TWO}PORT=3001\n` }, /two\.env must not set PORT/],
    [{ "two.env": "TENANT_ID=2\n" }, /two\.env needs INSTANCE_FILE or PORTAL_ORIGIN/],
    [{ "two.env": TWO.replace("two.example.org", "one.example.org") }, /two have the same host name/],
    [{ "two.env": TWO.replace("/keys/two", "/keys/one") }, /two have the same KEY_DIR/],
    [{ "two.env": TWO.replace("/keys/two", "/keys/x/../one/") }, /two have the same KEY_DIR/],
    [
      { "three.env": TWO, "two.env": TWO.replace("two.ex", "three.ex") },
      /three and two have the same KEY_DIR/,
    ],
    [{ "Two.env": TWO }, /is called NAME\.env/],
  ];
  for (const [files, message] of refusals) expect(() => readTenants(folderOf(files), OWN)).toThrow(message);
  expect(() => readTenants("/nonexistent", OWN)).toThrow(/TENANTS_DIR names a folder/);
  expect(readTenants(undefined, {})).toEqual([]);
});

it("a call belongs to the tenant of its host name, whatever its port and case; probes need none", () => {
  const tenants = readTenants(folderOf({ "two.env": TWO }), OWN);
  const find = (host: string, url = "/") => tenantOfCall(tenants, ["one.example.org"], { host, url });
  expect(find("two.example.org")).toBe(tenants[0]);
  expect(find("TWO.example.org:443")).toBe(tenants[0]);
  expect(find("one.example.org")).toBe("own");
  for (const host of [
    "three.example.org",
    "",
    "two.example.org.",
    "x@two.example.org:1:2",
    "x@two.example.org",
    "two.example.org/x",
  ])
    expect([host, find(host)]).toEqual([host, undefined]);
  expect(find("10.0.0.1:3000", "/readyz")).toBe("own");
  expect(find("10.0.0.1:3000", "/readyzx")).toBeUndefined();
});

it("what runs for a tenant, and what it starts, sees that tenant's variables and keeps its own values", async () => {
  const tenant = { name: "two", host: "two", variables: { LOG_ORIGIN: "two/log" } };
  const count = perTenant(() => ({ n: 0 }));
  const later = runForTenant(tenant, async () => {
    await new Promise((resolve) => setImmediate(resolve));
    count().n += 1;
    return [servedTenant()?.name, ownVariables().LOG_ORIGIN];
  });
  expect(servedTenant()).toBeUndefined();
  expect(ownVariables()).toBe(process.env);
  expect(await later).toEqual(["two", "two/log"]);
  expect([count().n, runForTenant(tenant, count).n]).toEqual([0, 1]);
});
