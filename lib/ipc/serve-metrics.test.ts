import { afterAll, beforeAll, expect, it } from "vitest";
import { generateX25519 } from "@/lib/crypto/primitives";
import { serveMetrics } from "@/lib/ipc/serve-metrics";
import { watchKeystore } from "@/lib/keystore/key-metrics";
import { createLogger } from "@/lib/telemetry/logger";
import { createTestKeystore } from "@/lib/testing/benches/audit-bench";
import { findFreePort } from "@/lib/testing/instance/instance";

const logger = createLogger("test", "silent");
let url: string;
let close: () => Promise<void>;
const ready = createTestKeystore("portal", "log.test/metrics");

beforeAll(async () => {
  url = `http://127.0.0.1:${await findFreePort()}`;
  ({ close } = await serveMetrics("portal", url, logger));
});
afterAll(() => close?.());

it("the hit rate of opened keys is at /metrics, without a name or a key", async () => {
  const keystore = await ready;
  watchKeystore(keystore, true);
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

it("every process has its name, event-loop delay, memory and handles", async () => {
  const text = await (await fetch(`${url}/metrics`)).text();
  expect(text).toContain('sealport_process_info{process="portal"} 1\n');
  expect(text).toMatch(/^nodejs_eventloop_lag_p99_seconds \d/m);
  expect(text).toMatch(/^process_resident_memory_bytes \d/m);
  expect(text).toMatch(/^nodejs_active_handles_total \d/m);
});

it("an alarm in a log line counts, from 0 on", async () => {
  const seriesOf = async () =>
    /sealport_alarm_events_total\{name="row.unreadable"\} (\d+)/.exec(
      await (await fetch(`${url}/metrics`)).text(),
    )?.[1];
  const before = Number(await seriesOf());
  createLogger("test", "info", { write: () => undefined }).error({ alarm: "row.unreadable" }, "a row");
  expect(Number(await seriesOf())).toBe(before + 1);
});

it("other addresses are not found", async () => {
  expect((await fetch(`${url}/`)).status).toBe(404);
  expect((await fetch(`${url}/metrics`, { method: "POST" })).status).toBe(405);
});
