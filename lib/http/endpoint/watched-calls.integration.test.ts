import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { watchInstance } from "@/lib/http/health/instance-figures";
import { watchKeystore } from "@/lib/keystore/key-metrics";
import { useRuntime } from "@/lib/runtime/slot";
import { createLogger, createRequestLogger } from "@/lib/telemetry/logger";
import { metricsText } from "@/lib/telemetry/metrics/registry";
import { noteRequests } from "@/lib/telemetry/requests";
import { startTracing, stopTracing, useTracer } from "@/lib/telemetry/tracing/spans";
import type { BenchPerson } from "@/lib/testing/benches/access-bench";
import { CanaryScanner } from "@/lib/testing/contracts/canaries";
import { type ServedPortal, servePortal } from "@/lib/testing/instance/served-portal";
import { startTraceReceiver, type TraceReceiver } from "@/lib/testing/servers/trace-receiver";

// What watches a portal sees of its real endpoints, on a real database: lines, metrics and spans of good calls, refused
// calls and failures. globalThis has the watching, so this file has a process of its own.

const secrets = new Map<string, string>();
const lines: string[] = [];
const refusals: string[] = [];
let portal: ServedPortal;
let receiver: TraceReceiver;
let opened: string;
let metrics: string;

const secret = (name: string): string => {
  const value = `${name.replaceAll(" ", "-")}-${randomBytes(9).toString("hex")}`;
  secrets.set(name, value);
  return value;
};

async function call(who: BenchPerson | string, path: string, init: RequestInit = {}) {
  const key = typeof who === "string" ? who : await portal.keyFor(who);
  secrets.set(`key ${secrets.size}`, key);
  const headers = { "content-type": "application/json", "x-api-key": key, ...init.headers };
  const answer = await fetch(`${portal.url}/confidential${path}`, { ...init, headers });
  const text = await answer.text();
  if (!answer.ok) refusals.push(text);
  return {
    status: answer.status,
    id: answer.headers.get("x-request-id") ?? "",
    text,
    json: JSON.parse(text),
  };
}

const post = (who: BenchPerson | string, path: string, body: unknown) =>
  call(who, path, { method: "POST", body: typeof body === "string" ? body : JSON.stringify(body) });

const transaction = () => ({
  job_id: "job-1",
  amount: "1000",
  currency: "USD",
  pricing: { rate: secret("rate"), unit: secret("unit") },
  settlement_details: { iban: secret("iban"), memo: secret("memo") },
  participants: [portal.bench.client.principal.participantId ?? ""],
  confidential: true,
});

async function goodCalls(): Promise<void> {
  const { bench } = portal;
  const { client, regulator } = bench;
  const created = await post(client, "/transactions", transaction());
  expect(created.status, created.text).toBe(201);
  const requestId = await bench.file({ who: regulator });
  for (const [person, stage] of [
    [bench.legal, "legal"],
    [bench.approver, "coordinator"],
  ] as const)
    expect(
      (await post(person, `/access/requests/${requestId}/decisions`, bench.approval(stage))).status,
    ).toBe(200);
  await bench.anchor();
  const audited = await post(regulator, `/transactions/${bench.transactions[0]}/audit`, { purpose: "audit" });
  expect(audited.status, audited.text).toBe(200);
  opened = audited.id;
  expect((await call(client, "/transactions")).status).toBe(200);
}

async function refusedCalls(): Promise<void> {
  const { client, outsider = client } = { ...portal.bench, outsider: portal.bench.auditor };
  const value = secret("value");
  await call(`sp_${secret("unknown key")}`, "/transactions");
  await post(client, "/transactions", { ...transaction(), amount: [value] });
  await post(client, "/transactions", `{"amount": "${value}"`);
  await post(client, "/keys/register", { public_key: value, private_key: secret("private key") });
  await call(client, `/transactions/${value}`);
  await call(client, `/transactions?cursor=${value}`);
  await call(client, "/status", { method: "DELETE", headers: { "x-own": value } });
  await post(outsider, `/transactions/${portal.bench.transactions[0]}/audit`, { purpose: "audit" });
  expect(refusals.length).toBeGreaterThanOrEqual(8);
}

/** The log's connection fails with an error that has values, as those of a driver do. */
async function failures(): Promise<void> {
  const { runtime } = portal;
  const failing = { ...runtime.audit, append: () => Promise.reject(new Error(secret("message"))) };
  const before = { ...runtime, logger: logOf() };
  useRuntime({ ...before, audit: failing });
  const failed = await call(portal.bench.client, "/transactions/01890000-0000-7000-8000-000000000001");
  expect(failed.status).toBeGreaterThanOrEqual(500);
  useRuntime(before);
}

const keep = { write: (line: string) => void lines.push(line) };
const logOf = () => createLogger("portal", "trace", keep);

beforeAll(async () => {
  receiver = await startTraceReceiver();
  await startTracing("portal", { endpoint: receiver.url, ratio: 1 });
  noteRequests([], createRequestLogger("portal", "trace", keep));
  portal = await servePortal();
  useRuntime({ ...portal.runtime, logger: logOf() });
  watchKeystore(portal.runtime.keystore, true);
  watchInstance();
  await goodCalls();
  await refusedCalls();
  await failures();
  metrics = await metricsText((collector) => expect.unreachable(`${collector} was not read`));
  await stopTracing(30_000);
});
afterAll(async () => {
  useTracer(undefined);
  await portal?.close();
  await receiver?.close();
});

describe("what watches a portal", () => {
  it("counts calls, refusals and decisions, and reads the figures of the instance", () => {
    expect(metrics).toMatch(
      /sealport_requests_total\{operation="createTransaction",way="api",status="201"\} 1/,
    );
    expect(metrics).toMatch(/sealport_refusals_total\{code="request.invalid"\} \d/);
    expect(metrics).toMatch(/sealport_decisions_total\{kind="opening",outcome="allowed",reason="none"\} 1/);
    expect(metrics).toMatch(/sealport_limiter_draws_total\{class="reads",outcome="allowed"\} \d/);
    expect(metrics).toMatch(/^sealport_log_entries [1-9]/m);
    expect(metrics).toMatch(/^sealport_grants_active 1$/m);
    expect(metrics).toMatch(/sealport_queue_depth\{queue="audit"\} \d/);
    expect(metrics).toMatch(/sealport_alarm\{name="signer-down"\} 1/);
  });

  it("has no person and no record in a label", () => {
    const { client, regulator, transactions } = portal.bench;
    const named = [client, regulator].flatMap(({ principal }) => [
      principal.userId,
      principal.handle,
      principal.name,
      principal.pseudonym,
      principal.participantId,
    ]);
    const values = [...metrics.matchAll(/[{,][a-z_]+="([^"]*)"/g)].map(([, value = ""]) => value);
    expect(values.length).toBeGreaterThan(200);
    for (const value of values) {
      expect(value).not.toMatch(/[0-9a-f]{8}-[0-9a-f]{4}-|@|[A-Za-z0-9_]{32,}/);
      expect([...named, ...transactions]).not.toContain(value);
    }
  });

  it("shows a call as one trace: request, use case and statements, with the request's id", () => {
    const spans = receiver.spans.filter(({ facts }) => facts["sealport.request_id"] === opened);
    expect(new Set(spans.map(({ traceId }) => traceId)).size).toBe(1);
    const names = spans.map(({ name }) => name);
    expect(names).toContain("POST /confidential/transactions/{id}/audit");
    expect(names.filter((name) => name.startsWith("use case "))).toHaveLength(1);
    expect(names.filter((name) => name.startsWith("sql ")).length).toBeGreaterThan(5);
    const ids = new Set(spans.map(({ spanId }) => spanId));
    expect(spans.filter(({ parentSpanId }) => !ids.has(parentSpanId ?? ""))).toHaveLength(1);
  });

  it("writes one line for the call, with its actor's pseudonym", () => {
    const own = lines
      .map((line) => JSON.parse(line))
      .filter(({ name, request_id }) => name === "request" && request_id === opened);
    expect(own).toHaveLength(1);
    const { pseudonym } = portal.bench.regulator.principal;
    expect(own[0]).toMatchObject({ level: "info", status: 200, way: "api", actor: pseudonym });
  });

  it("has no secret in a line, metric, span or refusal", () => {
    const scanner = new CanaryScanner();
    for (const [name, value] of secrets) scanner.add(name, value);
    expect(secrets.size).toBeGreaterThan(15);
    // An address that was called is in the answer to its own caller.
    expect(scanner.find(refusals.join("")).filter((name) => name !== "value")).toEqual([]);
    expect(scanner.find(lines.join(""))).toEqual([]);
    expect(scanner.find(metrics)).toEqual([]);
    expect(scanner.find(receiver.bodies.join(""))).toEqual([]);
  });
});
