import { afterEach, beforeEach, expect, test } from "vitest";
import { startTransitServer, type TransitServer } from "@/lib/testing/servers/transit-server";

// Compared with the requests and answers of the API's own documentation (Transit secrets engine, HTTP API).
let server: TransitServer;
beforeEach(async () => {
  server = await startTransitServer();
  await server.admin("POST", "keys/k");
});
afterEach(() => server.close());

const PLAINTEXT = Buffer.from("the quick brown fox").toString("base64");

async function encrypt(fields: Record<string, unknown> = {}, name = "k"): Promise<string> {
  const { body } = await server.admin("POST", `encrypt/${name}`, { plaintext: PLAINTEXT, ...fields });
  return (body as { data: { ciphertext: string } }).data.ciphertext;
}

test("encrypts to vault:vN: and decrypts it again, with the context of associated data", async () => {
  const associated_data = Buffer.from("context").toString("base64");
  const ciphertext = await encrypt({ associated_data });
  expect(ciphertext).toMatch(/^vault:v1:[A-Za-z0-9+/=]+$/);
  expect(await server.admin("POST", "decrypt/k", { ciphertext, associated_data })).toEqual({
    status: 200,
    body: { data: { plaintext: PLAINTEXT } },
  });
  expect((await server.admin("POST", "decrypt/k", { ciphertext })).status).toBe(400);
});

test("a derived key needs its context, the same one", async () => {
  await server.admin("POST", "keys/d", { derived: true });
  const context = Buffer.from("one").toString("base64");
  const ciphertext = await encrypt({ context }, "d");
  expect((await server.admin("POST", "decrypt/d", { ciphertext, context })).status).toBe(200);
  expect((await server.admin("POST", "decrypt/d", { ciphertext })).body).toEqual({
    errors: ["missing 'context' for key derivation; the key was created using a derived key"],
  });
  const other = Buffer.from("two").toString("base64");
  expect((await server.admin("POST", "decrypt/d", { ciphertext, context: other })).status).toBe(400);
});

test("rotates, rewraps to the newest version, and disables older ones", async () => {
  const old = await encrypt();
  await server.admin("POST", "keys/k/rotate");
  const { body } = await server.admin("POST", "rewrap/k", { ciphertext: old });
  const fresh = (body as { data: { ciphertext: string } }).data.ciphertext;
  expect(fresh).toMatch(/^vault:v2:/);
  await server.admin("POST", "keys/k/config", { min_decryption_version: 2 });
  expect(await server.admin("POST", "decrypt/k", { ciphertext: old })).toEqual({
    status: 400,
    body: { errors: ["ciphertext or signature version is disallowed by policy (too old)"] },
  });
  expect((await server.admin("POST", "decrypt/k", { ciphertext: fresh })).status).toBe(200);
});

test("errors are a list of texts: missing token, key or ciphertext, and a key that cannot be deleted", async () => {
  const denied = await fetch(`${server.url}/v1/transit/keys/k`, { headers: { "x-vault-request": "true" } });
  expect([denied.status, await denied.json()]).toEqual([403, { errors: ["permission denied"] }]);
  expect(await server.admin("GET", "keys/none")).toEqual({ status: 404, body: { errors: [] } });
  expect(await server.admin("POST", "decrypt/k", { ciphertext: "vault:x" })).toMatchObject({ status: 400 });
  expect(await server.admin("DELETE", "keys/k")).toMatchObject({ status: 400 });
  await server.admin("POST", "keys/k/config", { deletion_allowed: true });
  expect((await server.admin("DELETE", "keys/k")).status).toBe(204);
  expect((await server.admin("GET", "keys/k")).status).toBe(404);
});

test("the token of a process encrypts and decrypts, and cannot make or change a key", async () => {
  const headers = { "x-vault-token": server.token, "x-vault-request": "true" };
  const call = (path: string) =>
    fetch(`${server.url}/v1/transit/${path}`, {
      method: "POST",
      headers,
      body: JSON.stringify({ plaintext: PLAINTEXT }),
    });
  expect((await call("encrypt/k")).status).toBe(200);
  expect((await call("keys/k/rotate")).status).toBe(403);
});
