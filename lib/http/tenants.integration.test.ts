import { Client } from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { OperationSpec } from "@/lib/api-client/operation";
import { runForTenant, type ServedTenant } from "@/lib/env/served-tenant";
import type { Subscriber } from "@/lib/live/hub";
import { passesOf } from "@/lib/runtime/jobs";
import { queryAs } from "@/lib/testing/benches/query-as";
import { draftRequest } from "@/lib/testing/benches/request-bench";
import { tableOf } from "@/lib/testing/routes/kinds";
import type { RouteCall } from "@/lib/testing/routes/route-bench";
import { GUARDED } from "@/lib/testing/routes/rows";
import { parameterNames, sampleParams } from "@/lib/testing/routes/sample";
import { createWorld, type Inhabitant, type World } from "@/lib/testing/routes/world";
import { anotherTenant } from "@/lib/testing/servers/database";

// Two tenants on one database and one portal process. Their people and participants have the same names, and their
// portals even the same secrets, so that only the tenant tells them apart.

const SECOND: ServedTenant = { name: "second", host: "second.localhost", variables: {} };
const forSecond = <T>(run: () => T): T => runForTenant(SECOND, run);

let first: World;
let second: World;
let admin: Client;
let theirs: ReadonlySet<string>;
let ours: ReadonlySet<string>;

const UUIDS = /[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}/g;

/** Ids of all rows of a tenant. Ids of log entries are among them. */
async function idsOf(tenantId: string): Promise<string[]> {
  const { rows: columns } = await admin.query<{ name: string; column: string }>(
    `SELECT c.relname::text AS name, a.attname::text AS column FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
     WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace AND a.atttypid = 'uuid'::regtype AND a.attname <> 'tenant_id'
       AND EXISTS (SELECT 1 FROM pg_attribute t WHERE t.attrelid = c.oid AND t.attname = 'tenant_id')`,
  );
  const selects = columns.map(
    ({ name, column }) => `SELECT "${column}"::text AS id FROM "${name}" WHERE tenant_id = '${tenantId}'`,
  );
  const { rows } = await admin.query<{ id: string | null }>(selects.join(" UNION "));
  return rows.flatMap(({ id }) => id ?? []);
}

/** One digest of each table's rows of a tenant. */
async function contentOf(tenantId: string): Promise<Record<string, unknown>> {
  const { rows: tables } = await admin.query<{ name: string }>(
    `SELECT c.relname::text AS name FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'tenant_id'
     WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace ORDER BY 1`,
  );
  const columns = tables.map(
    ({ name }) =>
      `(SELECT md5(string_agg(t::text, '|' ORDER BY t::text)) FROM "${name}" t WHERE t.tenant_id = '${tenantId}') AS "${name}"`,
  );
  const { rows } = await admin.query<Record<string, unknown>>(`SELECT ${columns.join(", ")}`);
  return rows[0] ?? {};
}

beforeAll(async () => {
  first = await createWorld({ areNamesAlike: true });
  const database = anotherTenant(first.requests.database);
  second = await forSecond(() => createWorld({ areNamesAlike: true, database }));
  admin = new Client({ connectionString: first.requests.database.adminUrl });
  await admin.connect();
  theirs = new Set(await idsOf(database.tenantId));
  ours = new Set(await idsOf(first.requests.place.tenantId));
}, 120_000);
afterAll(async () => {
  await admin?.end();
  await forSecond(async () => second?.close());
  await first?.close();
});

const tenantOf = ({ requests }: World) => requests.place.tenantId;

async function send(world: World, operation: OperationSpec, who: Inhabitant, call: RouteCall = {}) {
  const kind = operation.sessionOnly === true ? "session" : "key";
  const headers = world.bench.headersOfPerson(operation, who, kind);
  const response = await world.bench.send(operation, headers, call);
  const isText = /json|csv|text\/plain/.test(response.headers.get("content-type") ?? "");
  if (!isText) await response.body?.cancel();
  return { status: response.status, text: isText ? await response.text() : "" };
}

/** Parameters of a call: the ids of a kind of row, and for others a value that names nothing. */
function paramsOf(operation: OperationSpec, ids: readonly string[]): Record<string, string | string[]>[] {
  const [name] = parameterNames(operation);
  if (name !== "id") return [];
  return ids.slice(0, 1).map((id) => ({ ...sampleParams(operation), id }));
}

/** Those who see least and most of what a call shows. */
const someOf = (callers: readonly Inhabitant[]) =>
  [...new Set([callers[0], callers.at(-1)])].flatMap((one) => one ?? []);

const reads = GUARDED.filter(({ method }) => method === "GET");
const changes = GUARDED.filter(({ method, path }) => method !== "GET" && tableOf(path) !== undefined);

describe("two tenants of one portal", () => {
  it("have rows of their own under the same names", async () => {
    for (const table of ["participant", "app_user"]) {
      const column = table === "participant" ? "id" : "handle";
      const { rows } = await admin.query(
        `SELECT count(*)::int AS n FROM ${table} one JOIN ${table} other ON other.${column} = one.${column}
         WHERE one.tenant_id = $1 AND other.tenant_id = $2`,
        [tenantOf(first), tenantOf(second)],
      );
      expect(rows[0]?.n).toBeGreaterThan(8);
    }
    expect(theirs.size).toBeGreaterThan(200);
  });

  it("do not know each other's keys and sessions", async () => {
    const operation = GUARDED.find(({ id }) => id === "listTransactions") ?? reads[0];
    if (operation === undefined) throw new TypeError("no operation");
    for (const who of first.people) {
      expect((await send(first, operation, who)).status).toBeLessThan(404);
      expect((await forSecond(() => send(second, operation, who))).status).toBe(401);
    }
    for (const kind of ["key", "session"] as const) {
      const [who] = second.people;
      if (who === undefined) throw new TypeError("no person");
      const headers = second.bench.headersOfPerson(operation, who, kind);
      expect((await first.bench.send(operation, headers)).status).toBe(401);
      expect((await forSecond(() => second.bench.send(operation, headers))).status).not.toBe(401);
    }
  });

  it("each read, list and search of the API shows one nothing of the other", async () => {
    const before = await contentOf(tenantOf(second));
    const [own, others] = [await first.known(), await second.known()];
    const found: string[] = [];
    const full = new Set<string>();
    for (const operation of reads) {
      const table = tableOf(operation.path) ?? "";
      const mine = own.ids.get(table)?.filter((id) => !theirs.has(id)) ?? [];
      const foreign = others.ids.get(table)?.filter((id) => theirs.has(id)) ?? [];
      const params = [...paramsOf(operation, mine), ...paramsOf(operation, foreign)];
      for (const who of someOf(first.callersOf(operation)))
        for (const given of params.length === 0 ? [sampleParams(operation)] : params) {
          const { status, text } = await send(first, operation, who, { params: given });
          const shown = (text.match(UUIDS) ?? []).filter((id) => id !== given.id);
          if (shown.some((id) => ours.has(id))) full.add(operation.id);
          if (foreign.includes(String(given.id)) && table !== "participant" && status < 300)
            found.push(`${operation.id} answers ${status} about a row of the other`);
          const leak = shown.find((id) => theirs.has(id));
          if (leak !== undefined) found.push(`${operation.id} shows ${leak}`);
        }
    }
    expect(found).toEqual([]);
    expect(full.size).toBeGreaterThan(15);
    expect(await contentOf(tenantOf(second))).toEqual(before);
  }, 120_000);

  it("no change of one reaches a row of the other, and a row of the other is not found", async () => {
    const before = await contentOf(tenantOf(second));
    const others = await second.known();
    const found: string[] = [];
    for (const operation of changes) {
      const [foreign] = others.ids.get(tableOf(operation.path) ?? "")?.filter((id) => theirs.has(id)) ?? [];
      const [who] = first.callersOf(operation);
      if (foreign === undefined || who === undefined || !parameterNames(operation).includes("id")) continue;
      const call = { body: "{}", headers: { "content-type": "application/json" } };
      const params = { ...sampleParams(operation), id: foreign };
      const { status } = await send(first, operation, who, { ...call, params });
      if (status < 400) found.push(`${operation.id}: ${status}`);
    }
    expect(found.filter((one) => !one.startsWith("rotate"))).toEqual([]);
    expect(await contentOf(tenantOf(second))).toEqual(before);
  }, 120_000);

  it("the same idempotency key and the same body make a transaction in each", async () => {
    const operation = GUARDED.find(({ id }) => id === "createTransaction");
    if (operation === undefined) throw new TypeError("no operation");
    const make = async (world: World) => {
      const who = world.people.find(({ principal }) => principal.role === "client");
      if (who === undefined) throw new TypeError("no client");
      const body = JSON.stringify({
        job_id: "job-1",
        amount: "1000",
        currency: "EUR",
        pricing: { rate: "5" },
        participants: [who.principal.participantId],
        confidential: true,
      });
      const headers = { "content-type": "application/json", "idempotency-key": "the-same" };
      const { status, text } = await send(world, operation, who, { body, headers });
      expect(status, text).toBe(201);
      return String(JSON.parse(text).transaction_id);
    };
    const one = await make(first);
    const other = await forSecond(() => make(second));
    expect(other).not.toBe(one);
    expect(await make(first)).toBe(one);
  });

  it("a live stream of one hears nothing of the other", async () => {
    const heard: unknown[] = [];
    const { regulator } = first.requests;
    const listen = (world: World) => {
      const { runtime } = world.bench;
      const who = world.people.find(({ principal }) => principal.role === "regulator");
      const subscriber: Subscriber = {
        principal: world.requests.regulator.principal,
        sessionId: String(who?.session).split(".")[0] ?? "",
        change: (change) => void heard.push([world === first ? "first" : "second", change.kind]),
        signal: (signal) => void heard.push([world === first ? "first" : "second", signal]),
        beat: () => undefined,
        end: () => undefined,
      };
      return runtime.live.join(subscriber);
    };
    const leave = [listen(first), forSecond(() => listen(second))];
    await expect.poll(() => heard.filter((one) => String(one).endsWith("ready")).length).toBe(2);
    heard.length = 0;
    await draftRequest(first.requests, { who: regulator });
    await expect.poll(() => heard.length).toBeGreaterThan(0);
    await forSecond(() => draftRequest(second.requests, { who: second.requests.regulator }));
    await expect.poll(() => heard.some((one) => String(one).startsWith("second"))).toBe(true);
    for (const one of leave) one();
    expect(heard.filter((one) => String(one).startsWith("first")).length).toBeGreaterThan(0);
  });

  it("the jobs of one, notifications and erasures among them, leave the other's rows alone", async () => {
    const before = await contentOf(tenantOf(second));
    for (const { pass } of passesOf(first.bench.runtime, { exportKeepDays: 7, keyRotationDays: 90 }))
      await pass();
    await first.requests.integrate();
    expect(await contentOf(tenantOf(second))).toEqual(before);
  }, 60_000);

  it("functions with the owner's rights act in the log of their caller's tenant", async () => {
    await first.requests.integrate();
    await forSecond(() => second.requests.integrate());
    const before = await contentOf(tenantOf(first));
    const [answer] = await queryAs(
      second.requests.database.retentionUrl,
      "SELECT outcome, entry FROM audit_prune(1)",
    );
    expect(answer?.outcome).toBe("denied");
    const { rows } = await admin.query("SELECT tenant_id, log FROM audit_entry WHERE id = $1", [
      answer?.entry,
    ]);
    expect(rows).toEqual([{ tenant_id: tenantOf(second), log: second.requests.place.log }]);
    expect(await contentOf(tenantOf(first))).toEqual(before);
  });
});
