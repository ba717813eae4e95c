import { afterAll, beforeAll, expect, it } from "vitest";
import { generateX25519 } from "@/lib/crypto/primitives";
import { serveMetrics } from "@/lib/runtime/serve-metrics";
import { createLogger } from "@/lib/telemetry/logger";
import { createTestKeystore } from "@/lib/testing/benches/audit-bench";
import { findFreePort } from "@/lib/testing/instance/instance";

const logger = createLogger("test", "silent");
let url: string;
let close: () => Promise<void>;
const ready = createTestKeystore("portal", "log.test/metrics");

beforeAll(async () => {
  url = `http://127.0.0.1:${await findFreePort()}`;
  ({ close } = await serveMetrics({ keystore: await ready, logger }, url));
});
afterAll(() => close?.());

it("the hit rate of opened keys is at /metrics, without a name or a key", async () => {
  const keystore = await ready;
  const { publicKey, privateKey } = generateX25519();
  const key = { purpose: "participant", participant: "client-456", version: 1, publicKey } as const;
  const ref = { ...key, ...keystore.sealPrivateKey({ ...key, privateKey }) };
  for (let use = 0; use < 4; use += 1) await keystore.derive(ref, publicKey);
  const answer = await fetch(`${url}/metrics`);
  expect(answer.headers.get("content-type")).toBe("text/plain; version=0.0.4; charset=utf-8");
  const text = await answer.text();
  expect(text).toContain('sealport_opened_key_lookups_total{result="hit"} 3\n');
  expect(text).toContain('sealport_opened_key_lookups_total{result="miss"} 1\n');
  expect(text).toContain("sealport_opened_keys 1\n");
  expect(text).toContain('sealport_opened_key_evictions_total{why="taken"} 0\n');
  expect(text).not.toContain("client-456");
});

it("other addresses are not found", async () => {
  expect((await fetch(`${url}/`)).status).toBe(404);
  expect((await fetch(`${url}/metrics`, { method: "POST" })).status).toBe(405);
});
