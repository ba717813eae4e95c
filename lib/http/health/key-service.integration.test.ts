import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { endpoint as atKeysBackup } from "@/app/confidential/keys/backup/endpoint";
import { endpoint as atKeys } from "@/app/confidential/keys/endpoint";
import { createAuditRecorder } from "@/lib/audit/record/recorder";
import { fixedClock } from "@/lib/clock";
import { vkey } from "@/lib/crypto/log/signed-note";
import { uuidv7 } from "@/lib/crypto/uuid";
import { inSnapshot } from "@/lib/db/transaction";
import { readCustody } from "@/lib/env/custody";
import { readHealth } from "@/lib/http/health/read-health";
import { createApiKey } from "@/lib/identity/api-keys/create-api-key";
import { createOrganisation } from "@/lib/identity/people/create-organisation";
import { createUser } from "@/lib/identity/people/create-user";
import { findActiveKeys } from "@/lib/keys/active-keys";
import { makeBackup } from "@/lib/keystore/backup/ceremony";
import { stageRoot } from "@/lib/keystore/files/move-root";
import { holderOf, openKeystore } from "@/lib/keystore/open-keystore";
import { RENEWAL_PAUSE_MS } from "@/lib/keystore/roots/leased-keks";
import { localHolder } from "@/lib/keystore/roots/open-roots";
import { provideRuntime, type Runtime, useRuntime } from "@/lib/runtime/slot";
import { TEST_PASSPHRASE } from "@/lib/testing/benches/audit-bench";
import { createCaller, createPortalBench, type PortalBench } from "@/lib/testing/benches/portal-bench";
import { handlersAt } from "@/lib/testing/routes/route-files";
import { type FaultyProxy, startFaultyProxy } from "@/lib/testing/servers/faulty-proxy";
import { startTransitServer, type TransitServer } from "@/lib/testing/servers/transit-server";
import type { Role } from "@/lib/vocabulary";

/** A key that no part has. */
const A_KEY = vkey("log.test/none", new Uint8Array(32));

const { GET: getBackup } = handlersAt(atKeysBackup);
const { GET, POST } = handlersAt(atKeys);

let bench: PortalBench;
beforeAll(async () => {
  bench = await createPortalBench({});
});
afterAll(() => bench.close());

describe("the key service", () => {
  const LEASE_MS = 900_000;
  const DENIED = { status: 403, body: JSON.stringify({ errors: ["permission denied"] }) };

  let bench: PortalBench;
  let server: TransitServer;
  let proxy: FaultyProxy;
  const clock = fixedClock(new Date("2026-11-26T10:00:00Z"));
  let apiKey: string;
  let moved: Runtime;

  /** The portal's own view of its environment, for its health and for a start. */
  function portalVariables(dir: string): Record<string, string> {
    const { log, tenantId } = bench.audit.place;
    return {
      LOG_LEVEL: "silent",
      LOG_ORIGIN: log,
      TENANT_ID: tenantId,
      KEY_DIR: dir,
      DATABASE_URL: bench.audit.database.appUrl,
      CUSTODIAN_URL: `unix:${dir}/none.sock`,
      CUSTODIAN_VKEY: A_KEY,
      LOG_VKEY: A_KEY,
      SEALPORT_CUSTODY: "transit:portal",
      VAULT_ADDR: proxy.url,
      VAULT_TOKEN: server.token,
    };
  }

  /** A portal whose keys were moved from a passphrase to Transit, with a lease that the test ends. */
  beforeAll(async () => {
    bench = await createPortalBench({});
    server = await startTransitServer();
    proxy = await startFaultyProxy(server.url, DENIED);
    await server.admin("POST", "keys/portal");
    const dir = bench.audit.keyDir;
    const custody = readCustody({
      SEALPORT_CUSTODY: "transit:portal",
      VAULT_ADDR: proxy.url,
      VAULT_TOKEN: server.token,
    });
    await stageRoot(
      dir,
      await holderOf(readCustody({ KEK_PASSPHRASE: TEST_PASSPHRASE })),
      await holderOf(custody),
    );
    Object.assign(process.env, portalVariables(dir));
    const keystore = await openKeystore({
      dir,
      custody: { ...custody, leaseMs: LEASE_MS },
      patience: { attempts: 2, callMs: 60_000, pauseMs: 1 },
      time: { nowMs: clock.nowMs, later: () => undefined },
    });
    const receiptKey = keystore.readNamedKey("receipt");
    if (receiptKey === undefined) throw new Error("a receipt key expected");
    const { instance } = bench.runtime;
    const audit = createAuditRecorder({ pool: bench.audit.appPool, keystore, instance, receiptKey });
    moved = { ...bench.runtime, keystore, audit };
    useRuntime(moved);
    apiKey = (await createCaller(moved, "client", ["keys", "read"])).key;
  });
  afterAll(async () => {
    await proxy?.close();
    await server?.close();
    await bench?.close();
  });

  const route = { params: Promise.resolve({}) };
  const headers = (): Record<string, string> => ({
    authorization: `Bearer ${apiKey}`,
    "content-type": "application/json",
    "idempotency-key": uuidv7(Date.now()),
  });

  async function participantId(): Promise<string> {
    const { rows } = await bench.audit.appPool.query<{ id: string }>("SELECT id FROM participant LIMIT 1");
    return rows[0]?.id ?? "";
  }

  async function register(): Promise<Response> {
    const body = JSON.stringify({
      participant_id: await participantId(),
      algorithm: "X25519",
      custody: "managed",
    });
    const url = "http://localhost/confidential/keys";
    return POST(new Request(url, { method: "POST", headers: headers(), body }), route);
  }

  async function count(table: "key_version" | "audit_entry"): Promise<number> {
    const { rows } = await bench.audit.appPool.query<{ n: number }>(
      `SELECT count(*)::int AS n FROM ${table}`,
    );
    return rows[0]?.n ?? Number.NaN;
  }

  test("a key service that disappears during a call is a 503, no change is stored, and calls succeed after its return", async () => {
    expect(
      (await GET(new Request("http://localhost/confidential/keys", { headers: headers() }), route)).status,
    ).toBe(200);
    const before = [await count("key_version"), await count("audit_entry")];
    proxy.set("gone");
    clock.advance(LEASE_MS);
    const refused = await register();
    expect(refused.status).toBe(503);
    expect(refused.headers.get("content-type")).toBe("application/problem+json");
    expect(refused.headers.get("retry-after")).toBe("5");
    const problem = await refused.json();
    expect(problem).toMatchObject({ code: "service.keystore-unavailable", status: 503 });
    expect(JSON.stringify(problem)).not.toContain(server.token);
    expect(bench.lines.join("\n")).not.toContain(server.token);
    expect([await count("key_version"), await count("audit_entry")]).toEqual(before);
    const { parts, alarms } = await readHealth();
    expect(parts).toContainEqual({ name: "keystore", state: "down" });
    expect(parts).toContainEqual({ name: "database", state: "up" });
    expect(alarms).toContain("keystore-down");
    proxy.set(undefined);
    clock.advance(RENEWAL_PAUSE_MS);
    expect((await register()).status).toBe(503);
    await expect.poll(async () => (await register()).status).toBe(201);
    expect(await count("key_version")).toBe((before[0] ?? 0) + 1);
  });

  test("keys that cannot be checked while the service is down are a 503, not a broken row", async () => {
    const id = await participantId();
    const look = () => inSnapshot(moved, (tx) => findActiveKeys(moved, tx, [id]));
    proxy.set("gone");
    clock.advance(LEASE_MS);
    await expect(look()).rejects.toMatchObject({ code: "service.keystore-unavailable" });
    proxy.set(undefined);
    clock.advance(RENEWAL_PAUSE_MS);
    expect(await look()).toHaveLength(1);
  });

  test("a portal that starts while its key service is down answers 503 and names the service", async () => {
    Reflect.deleteProperty(globalThis, Symbol.for("sealport.runtime"));
    provideRuntime(() => import("@/lib/runtime/portal"));
    proxy.set("gone");
    for (const _time of [1, 2]) {
      const refused = await register();
      expect(refused.status).toBe(503);
      expect(await refused.json()).toMatchObject({ code: "service.keystore-unavailable" });
    }
    await expect
      .poll(async () => (await readHealth()).parts.filter(({ state }) => state !== "up"), {
        timeout: 150_000,
      })
      .toEqual([
        { name: "keystore", state: "down" },
        { name: "signer", state: "down" },
        { name: "custodian", state: "down" },
      ]);
  });
});

describe("the root's backup", () => {
  beforeAll(async () => {
    useRuntime(bench.runtime);
  });

  /** Returns the API key of a person with this role and no participant. */
  async function keyOf(role: Role): Promise<string> {
    const cx = { ...bench.runtime, client: {}, requestId: "test", system: "test" };
    const { id: organisationId } = await createOrganisation(cx, { name: role, kind: "company" });
    const handle = uuidv7(Date.now());
    const { id: userId } = await createUser(cx, {
      handle,
      name: "Test Person",
      email: `${handle}@example.org`,
      role,
      organisationId,
      duties: [],
      password: "a long enough password",
    });
    return (await createApiKey(cx, { userId, label: "test", scopes: ["read"], addresses: [] })).key;
  }

  async function read(key: string): Promise<{ status: number; body: unknown }> {
    const request = new Request("http://localhost/confidential/keys/backup", {
      headers: { authorization: `Bearer ${key}` },
    });
    const response = await getBackup(request, { params: Promise.resolve({}) });
    return { status: response.status, body: await response.json() };
  }

  test("the root key's backup is answered to an administrator's program, other roles are refused", async () => {
    const admin = await keyOf("admin");
    const none = await read(admin);
    expect(none).toMatchObject({ status: 200, body: { standing: "none", drill_days: 90 } });
    const { id } = await makeBackup({
      dir: bench.audit.keyDir,
      holder: localHolder({ passphrase: TEST_PASSPHRASE }),
      threshold: 3,
      shares: 5,
      nowMs: bench.runtime.clock.nowMs(),
      deliver: async () => undefined,
    });
    expect(await read(admin)).toMatchObject({
      status: 200,
      body: { standing: "current", backup: { id, threshold: 3, shares: 5, last_drill_at: null } },
    });
    for (const role of ["auditor", "coordinator", "regulator", "client"] as const)
      expect(await read(await keyOf(role))).toMatchObject({ status: 403, body: { code: "auth.role" } });
  });
});
