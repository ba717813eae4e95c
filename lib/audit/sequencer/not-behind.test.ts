import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect, test } from "vitest";
import { vkey } from "@/lib/crypto/log/signed-note";
import { ed25519PublicKey, ed25519Sign } from "@/lib/crypto/primitives";
import { withProof } from "@/lib/ipc/peer-proof";
import { type ServiceHandler, serveHttp } from "@/lib/ipc/server";
import { askFloorDays } from "./not-behind";

const SEED = new Uint8Array(32).fill(5);
const logVkey = vkey("log.test/one", ed25519PublicKey(SEED));
const key = { sign: async (message: Uint8Array) => ed25519Sign(SEED, message) };
const health: ServiceHandler = async () => ({ status: 200, body: { size: 3, floor_days: 30 } });

test.each<[string, ServiceHandler, number | undefined]>([
  ["the signer itself", withProof(health, key), 30],
  ["a proxy's page for it", async () => ({ status: 502, body: "<html>502</html>" }), undefined],
  ["another program", health, undefined],
])("the days are the signer's own: %s", async (_what, handler, days) => {
  const folder = await mkdtemp(path.join(tmpdir(), "sp-behind-"));
  const signerUrl = `unix:${folder}/s.sock`;
  const server = await serveHttp(signerUrl, handler);
  expect(await askFloorDays({ signerUrl, logVkey })).toBe(days);
  await server.close(0);
  await rm(folder, { recursive: true });
});
