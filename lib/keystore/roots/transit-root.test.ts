import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { z } from "zod";
import { canonicalBytes } from "@/lib/crypto/json/canonical-json";
import { randomBytes } from "@/lib/crypto/primitives";
import { type CustodySettings, readCustody } from "@/lib/env/custody";
import { holderOf } from "@/lib/keystore/open-keystore";
import { contextMembers, type RootCustody } from "@/lib/keystore/roots/root-custody";
import { type CustodyBench, describeCustody } from "@/lib/testing/contracts/custody-contract";
import { startFaultyProxy } from "@/lib/testing/servers/faulty-proxy";
import { startTransitServer, type TransitServer } from "@/lib/testing/servers/transit-server";

const DENIED = { status: 403, body: JSON.stringify({ errors: ["permission denied"] }) };

async function transitBench(): Promise<CustodyBench> {
  const server = await startTransitServer("secure/transit", "team-a");
  const proxy = await startFaultyProxy(server.url, DENIED);
  await server.admin("POST", "keys/sealport");
  await server.admin("POST", "keys/other");
  server.makeLax();
  const settings = (name: string): CustodySettings =>
    readCustody({
      SEALPORT_CUSTODY: `transit:secure/transit/${name}`,
      VAULT_ADDR: proxy.url,
      VAULT_TOKEN: server.token,
      VAULT_NAMESPACE: "team-a",
    });
  return {
    settings: settings("sealport"),
    otherKey: settings("other"),
    secrets: [server.token],
    disable: async () => void (await server.admin("POST", "keys/sealport/soft-delete")),
    enable: async () => void (await server.admin("POST", "keys/sealport/soft-delete-restore")),
    service: { fail: (fault, times) => proxy.set(fault, times), calls: () => proxy.calls },
    close: async () => {
      await proxy.close();
      await server.close();
    },
  };
}

describeCustody("Transit", { isService: true, start: transitBench });

const PATIENT = { attempts: 1, callMs: 60_000, pauseMs: 1 };
const CONTEXT = { keystore: "ks-one", root: "1" };
let server: TransitServer;
beforeEach(async () => {
  server = await startTransitServer();
  await server.admin("POST", "keys/sealport");
});
afterEach(() => server.close());

function custodyOf(
  variables: Readonly<Record<string, string>> = {},
  name = "sealport",
): Promise<RootCustody> {
  const settings = readCustody({
    SEALPORT_CUSTODY: `transit:${name}`,
    VAULT_ADDR: server.url,
    VAULT_TOKEN: server.token,
    ...variables,
  });
  return holderOf(settings, PATIENT).then(({ custody }) => custody);
}

test("a rotated key opens what its older versions wrapped, until these are closed", async () => {
  const custody = await custodyOf();
  const key = randomBytes(32);
  const first = await custody.wrap(CONTEXT, key);
  expect(first.key).toBe("transit/sealport:v1");
  await server.admin("POST", "keys/sealport/rotate");
  expect(await custody.health()).toEqual({ key: "transit/sealport:v2" });
  expect(await custody.unwrap(CONTEXT, first)).toEqual(key);
  const second = await custody.wrap(CONTEXT, key);
  await server.admin("POST", "keys/sealport/config", { min_decryption_version: 2 });
  server.makeLax();
  await expect(custody.unwrap(CONTEXT, first)).rejects.toMatchObject({ code: "keystore.disabled" });
  expect(await custody.unwrap(CONTEXT, second)).toEqual(key);
});

test("a value that an operator rewrapped at the service opens under the same context", async () => {
  const custody = await custodyOf();
  const key = randomBytes(32);
  const { wrapped } = await custody.wrap(CONTEXT, key);
  await server.admin("POST", "keys/sealport/rotate");
  const associated = Buffer.from(canonicalBytes({ ...contextMembers(CONTEXT) })).toString("base64");
  const { body } = await server.admin("POST", "rewrap/sealport", {
    ciphertext: wrapped,
    associated_data: associated,
  });
  const { ciphertext } = z.object({ data: z.object({ ciphertext: z.string() }) }).parse(body).data;
  expect(ciphertext).toMatch(/^vault:v2:/);
  expect(await custody.unwrap(CONTEXT, { key: "", wrapped: ciphertext })).toEqual(key);
});

test("the token file is read for each call, and has priority over the variable", async () => {
  const dir = mkdtempSync(path.join(os.tmpdir(), "sealport-token-"));
  const file = path.join(dir, "token");
  writeFileSync(file, "hvs.expired\n");
  const custody = await custodyOf({ VAULT_TOKEN_FILE: file });
  await expect(custody.health()).rejects.toMatchObject({ code: "keystore.denied" });
  writeFileSync(file, `${server.token}\n`);
  expect(await custody.health()).toEqual({ key: "transit/sealport:v1" });
  rmSync(dir, { recursive: true });
  await expect(custody.health()).rejects.toThrow(/token file .* cannot be read/);
});

test("a revoked token is denied, and no message contains the token", async () => {
  const custody = await custodyOf();
  server.revokeToken();
  const error = await custody.health().catch((failure: unknown) => failure);
  expect(error).toMatchObject({ code: "keystore.denied" });
  expect(JSON.stringify(error) + String(error)).not.toContain(server.token);
});

test("a missing key and a key that derives are refused with their reason", async () => {
  await server.admin("POST", "keys/derived", { derived: true });
  for (const name of ["absent", "derived"]) {
    const custody = await custodyOf({}, name);
    await expect(custody.wrap(CONTEXT, randomBytes(32))).rejects.toMatchObject({ code: "keystore.disabled" });
  }
});

test("a name that leaves its mount is not a key", async () => {
  for (const name of ["../sys/seal", "a//b", "transit/key?x", "transit/"])
    await expect(custodyOf({}, name)).rejects.toMatchObject({ code: "keystore.unusable" });
});

test("token and key are sent in clear text to this machine only", async () => {
  for (const address of [
    "http://vault.example.test",
    "http://10.0.0.1:8200",
    "http://127.0.0.1.example.test",
  ])
    await expect(custodyOf({ VAULT_ADDR: address })).rejects.toThrow(/must be https/);
  for (const address of ["https://vault.example.test", "http://localhost:8200", "http://[::1]:8200"])
    expect((await custodyOf({ VAULT_ADDR: address })).kind).toBe("transit");
});

test("a redirection is not followed, because it would send the token elsewhere", async () => {
  const elsewhere: unknown[] = [];
  const other = createServer((message, answer) => {
    elsewhere.push(message.headers);
    answer.end();
  });
  const standby = createServer((_message, answer) => {
    const { port } = other.address() as AddressInfo;
    answer.writeHead(307, { location: `http://127.0.0.1:${port}/v1/transit/keys/sealport` }).end();
  });
  await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
  await new Promise<void>((resolve) => standby.listen(0, "127.0.0.1", resolve));
  const { port } = standby.address() as AddressInfo;
  const custody = await custodyOf({ VAULT_ADDR: `http://127.0.0.1:${port}` });
  await expect(custody.health()).rejects.toMatchObject({ code: "keystore.unavailable" });
  expect(elsewhere).toEqual([]);
  for (const one of [standby, other]) one.close();
});

test("an address that does not resolve is unavailable", async () => {
  const custody = await custodyOf({ VAULT_ADDR: "http://127.0.0.1:9" });
  await expect(custody.health()).rejects.toMatchObject({ code: "keystore.unavailable" });
});
