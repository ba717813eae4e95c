import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { toBase64url } from "@/lib/crypto/bytes";
import { cosignerVkey, vkey } from "@/lib/crypto/log/signed-note";
import { ed25519PublicKey, ed25519Sign } from "@/lib/crypto/primitives";
import { statementBytes } from "@/lib/crypto/statement-bytes";
import { askPeer, askPeerIfUp, withProof } from "@/lib/ipc/peer-proof";
import { type ServiceHandler, type ServiceServer, serveHttp } from "@/lib/ipc/server";

const SEED = new Uint8Array(32).fill(7);
const OWN = vkey("peer.test/part", ed25519PublicKey(SEED));
const key = { sign: async (message: Uint8Array) => ed25519Sign(SEED, message) };
const health: ServiceHandler = async ({ path: at }) =>
  at === "/healthz" ? { status: 200, body: { size: 3 } } : { status: 404 };

/** Passes the part's own answer on, with these members changed. */
function relayed(changed: object): ServiceHandler {
  return async (request) => {
    const answer = await withProof(health, key)(request);
    return { ...answer, body: { ...Object(answer.body), ...changed } };
  };
}

let folder: string;
let url: string;
let server: ServiceServer | undefined;
beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), "sp-peer-"));
  url = `unix:${path.join(folder, "s.sock")}`;
});
afterEach(async () => {
  await server?.close(0);
  server = undefined;
  await rm(folder, { recursive: true });
});
const serve = async (handler: ServiceHandler) => {
  server = await serveHttp(url, handler);
};

test("a part counts as up if it answers with its health and proves its key, a witness's too", async () => {
  await serve(withProof(health, key));
  expect(await askPeer(url, OWN, 5_000)).toMatchObject({ size: 3 });
  expect(await askPeerIfUp(url, cosignerVkey("peer.test/part", ed25519PublicKey(SEED)), 5_000)).toBeDefined();
});

test("a part says where its keys are kept, and its proof covers that", async () => {
  await serve(withProof(health, key, "local"));
  expect(await askPeer(url, OWN, 5_000)).toMatchObject({ custody: "local" });
  await server?.close(0);
  await serve(async (request) => {
    const answer = await withProof(health, key, "local")(request);
    return { ...answer, body: { ...Object(answer.body), custody: "pkcs11" } };
  });
  expect(await askPeerIfUp(url, OWN, 5_000)).toBeUndefined();
});

test.each<[string, ServiceHandler, string]>([
  ["another key", withProof(health, key), vkey("peer.test/part", ed25519PublicKey(new Uint8Array(32)))],
  ["no key", health, OWN],
  ["a proxy's page", async () => ({ status: 200, body: "<html>502</html>" }), OWN],
  ["400", async () => ({ status: 400 }), OWN],
  ["502", withProof(async () => ({ status: 502, body: {} }), key), OWN],
  [
    "a proof that was recorded",
    async () => {
      const before = await key.sign(statementBytes("health", { challenge: "A".repeat(43), health: {} }));
      return { status: 200, body: { proof: toBase64url(before) } };
    },
    OWN,
  ],
  ["a relay that changes what the part said", relayed({ size: 2 }), OWN],
  ["a relay that adds to what the part said", relayed({ refusing: { reason: "fork" } }), OWN],
])("what answers in its place is not up: %s", async (_what, handler, expected) => {
  await serve(handler);
  await expect(askPeer(url, expected, 5_000)).rejects.toMatchObject({ name: "NotThePart" });
  expect(await askPeerIfUp(url, expected, 5_000)).toBeUndefined();
});

test("a part that does not answer is not up, and a challenge of another form is not signed", async () => {
  expect(await askPeerIfUp(url, OWN, 5_000)).toBeUndefined();
  const signed: unknown[] = [];
  const counting = {
    sign: async (message: Uint8Array) => {
      signed.push(message);
      return key.sign(message);
    },
  };
  const handler = withProof(health, counting);
  const request = { method: "GET", path: "/healthz", headers: {}, body: Buffer.alloc(0) };
  const asked = (challenge: string) => handler({ ...request, query: new URLSearchParams({ challenge }) });
  expect(await asked("portal.example.org/log1\n5\nroot")).toEqual({ status: 400 });
  expect(signed).toEqual([]);
});
