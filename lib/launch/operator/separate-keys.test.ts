import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readCustody } from "@/lib/env/custody";
import { newKeyFileText, readRoots } from "@/lib/keystore/files/keystore-file";
import { createKeystore } from "@/lib/keystore/open-keystore";
import { requireRefusal } from "@/lib/launch/operator/separate-keys";
import { startTransitServer, type TransitServer } from "@/lib/testing/servers/transit-server";

type Variables = Readonly<Record<string, string>>;
const OPENS = /this part's credential opens them too/;
const UNPROVEN = /could not be tried, so no refusal is proved/;
let dir: string;
let server: TransitServer;
/** A portal's variables, and those of a custodian with a key and a credential of its own. */
let portal: Variables;
let custodian: Variables & { readonly KEY_DIR: string };

async function made<T extends Variables & { readonly KEY_DIR: string }>(variables: T): Promise<T> {
  (await createKeystore({ dir: variables.KEY_DIR, custody: readCustody(variables) })).close();
  return variables;
}

const pathsOf = (key: string) => [`keys/${key}`, `encrypt/${key}`, `decrypt/${key}`];

function atTransit(key: string, token: string) {
  return {
    KEY_DIR: path.join(dir, key),
    SEALPORT_CUSTODY: `transit:${key}`,
    VAULT_ADDR: server.url,
    VAULT_TOKEN: token,
  };
}

function atFile(name: string) {
  const file = path.join(dir, `${name}.key`);
  writeFileSync(file, newKeyFileText(), { mode: 0o400 });
  return { KEY_DIR: path.join(dir, name), KEK_FILE: file };
}

beforeAll(async () => {
  dir = mkdtempSync(path.join(tmpdir(), "sp-separate-"));
  server = await startTransitServer();
  for (const key of ["portal", "custodian"]) await server.admin("POST", `keys/${key}`);
  portal = await made(atTransit("portal", server.tokenFor(...pathsOf("portal"))));
  custodian = await made(atTransit("custodian", server.tokenFor(...pathsOf("custodian"))));
});
afterAll(async () => {
  await server.close();
  rmSync(dir, { recursive: true, force: true });
});

test("a credential that the key service refuses for another part's key is as it must be", async () => {
  const before = readRoots(custodian.KEY_DIR);
  await expect(requireRefusal(portal, custodian.KEY_DIR)).resolves.toBeUndefined();
  expect(readRoots(custodian.KEY_DIR)).toEqual(before);
});

test("a credential that opens another part's keys is a fault, also if it may not read the key's state", async () => {
  for (const token of [server.token, server.tokenFor(...pathsOf("portal"), "decrypt/custodian")])
    await expect(requireRefusal({ ...portal, VAULT_TOKEN: token }, custodian.KEY_DIR)).rejects.toThrow(OPENS);
});

test("a service that does not answer, or whose key is gone, refuses nothing", async () => {
  const away = { ...portal, VAULT_ADDR: "http://127.0.0.1:9" };
  await expect(requireRefusal(away, custodian.KEY_DIR)).rejects.toThrow(/proved: Transit does not answer/);
  await server.admin("POST", "keys/gone");
  const { KEY_DIR } = await made(atTransit("gone", server.token));
  await server.admin("POST", "keys/gone/config", { deletion_allowed: true });
  await server.admin("DELETE", "keys/gone");
  await expect(requireRefusal({ ...portal, VAULT_TOKEN: server.token }, KEY_DIR)).rejects.toThrow(UNPROVEN);
});

test("a credential that opens nothing, or is of no service, proves nothing", async () => {
  await expect(requireRefusal({ ...portal, VAULT_TOKEN: "hvs.ended" }, custodian.KEY_DIR)).rejects.toThrow(
    /this part's own keys do not open/,
  );
  const file = await made({ ...atFile("witness"), VAULT_ADDR: server.url });
  await expect(requireRefusal(file, custodian.KEY_DIR)).rejects.toThrow(UNPROVEN);
});

test("key files count in the same way", async () => {
  const [one, two] = [await made(atFile("one")), await made(atFile("two"))];
  await expect(requireRefusal(one, two.KEY_DIR)).resolves.toBeUndefined();
  await expect(requireRefusal({ ...one, KEK_FILE: two.KEK_FILE }, two.KEY_DIR)).rejects.toThrow(OPENS);
  await expect(requireRefusal({ ...one, KEK_FILE: path.join(dir, "none") }, two.KEY_DIR)).rejects.toThrow(
    UNPROVEN,
  );
});
