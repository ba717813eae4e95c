import { readFileSync } from "node:fs";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { fixedClock } from "@/lib/clock";
import { readCustody } from "@/lib/env/custody";
import { stageRoot } from "@/lib/keystore/files/move-root";
import { holderOf, openKeystore } from "@/lib/keystore/open-keystore";
import { RENEWAL_PAUSE_MS } from "@/lib/keystore/roots/leased-keks";
import { TestCustodian } from "@/lib/testing/custodian/custodian";
import { type FaultyProxy, startFaultyProxy } from "@/lib/testing/servers/faulty-proxy";
import { startTransitServer, type TransitServer } from "@/lib/testing/servers/transit-server";

const LEASE_MS = 900_000;
const clock = fixedClock(new Date("2026-11-24T15:00:00Z"));
let t: TestCustodian;
let server: TransitServer;
let proxy: FaultyProxy;
beforeEach(async () => {
  t = await TestCustodian.start();
  server = await startTransitServer();
  await server.admin("POST", "keys/custodian");
  proxy = await startFaultyProxy(server.url, { status: 403, body: '{"errors":["permission denied"]}' });
});
afterEach(async () => {
  await t.stop();
  await proxy.close();
  await server.close();
});

/** The same custodian's keys, moved to a key service. */
async function moved() {
  const dir = path.join(t.dir, "keys");
  const custody = readCustody({
    SEALPORT_CUSTODY: "transit:custodian",
    VAULT_ADDR: proxy.url,
    VAULT_TOKEN: server.token,
  });
  const file = readCustody({ KEK_FILE: path.join(dir, "kek.key") });
  await stageRoot(dir, await holderOf(file), await holderOf(custody));
  return openKeystore({
    dir,
    custody: { ...custody, leaseMs: LEASE_MS },
    patience: { attempts: 1, callMs: 60_000, pauseMs: 1 },
    time: { nowMs: clock.nowMs, later: () => undefined },
  });
}

test("an opening while the key service is away is a 503 that uses no view and no nonce", async () => {
  const { items, grant } = await t.granted();
  await t.restart({ keystore: await moved() });
  const opening = t.opening(grant, items);
  const before = readFileSync(t.journalFile, "utf8");
  proxy.set("gone");
  clock.advance(LEASE_MS);
  await expect(t.client.open(opening)).rejects.toMatchObject({ code: "custodian.unavailable" });
  expect(readFileSync(t.journalFile, "utf8")).toBe(before);
  proxy.set(undefined);
  clock.advance(RENEWAL_PAUSE_MS);
  expect((await t.client.open(opening)).viewsLeft).toBe(2);
  expect((await t.client.open(t.opening(grant, items))).viewsLeft).toBe(1);
});
