import { generateKeyPairSync, randomBytes } from "node:crypto";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { createServer } from "node:net";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { z } from "zod";
import { CanaryScanner } from "@/lib/testing/contracts/canaries";
import { findFreePort, type RunningInstance, startInstance } from "@/lib/testing/instance/instance";
import { startTraceReceiver, type TraceReceiver } from "@/lib/testing/servers/trace-receiver";
import { type Answer, caller, callerBy, type People, people, readDemo } from "../support/api";
import { accountOf, freshCode } from "../support/sign-in";
import { approve, canaries, fileRequest, newTransaction, orderFacts, text } from "../support/steps";

// The whole product is watched as an operator does it: metrics of each process, traces at a receiver, and the logs.
// Secrets go through it by good calls, faulty calls and crashes, and must be in none of these.

const PARTS = ["portal", "worker", "signer", "custodian", "witness"] as const;
const Line = z.looseObject({
  time: z.iso.datetime(),
  level: z.enum(["trace", "debug", "info", "warn", "error", "fatal"]),
  process: z.enum(PARTS),
  instance: z.string().regex(/^[^:]+:\d+$/),
  name: z.string(),
  msg: z.string(),
});

/** A part that was ended is started again within this time. */
const WAIT = { timeout: 60_000, interval: 200 };

let instance: RunningInstance;
let receiver: TraceReceiver;
let metricsPort: number;
let who: People;
let openingRequest: string;
const secrets = new Map<string, string>();
const named = new Set<string>();
/** Texts of refusals: an answer to its own caller may have what they may read, a refusal may not repeat what they sent. */
const refusals: string[] = [];

async function isFree(port: number): Promise<boolean> {
  const server = createServer().listen(port, "127.0.0.1");
  const isListening = await once(server, "listening").then(
    () => true,
    () => false,
  );
  server.close();
  return isListening;
}

/** A port whose next four are free too. */
async function fivePorts(): Promise<number> {
  for (;;) {
    const first = await findFreePort();
    const next = await Promise.all([1, 2, 3, 4].map((step) => first < 65_000 && isFree(first + step)));
    if (next.every(Boolean)) return first;
  }
}

const metricsOf = async (part: (typeof PARTS)[number]): Promise<string> =>
  (await fetch(`http://127.0.0.1:${metricsPort + PARTS.indexOf(part)}/metrics`)).text();

const logsFolder = () => path.join(instance.dataDir, "logs");
const logText = (): string =>
  readdirSync(logsFolder())
    .map((name) => readFileSync(path.join(logsFolder(), name), "utf8"))
    .join("");
const logLines = () =>
  logText()
    .split("\n")
    .filter((line) => line !== "");

async function goodCalls(): Promise<void> {
  const values = canaries();
  for (const [name, value] of Object.entries(values)) secrets.set(`field ${name}`, value);
  const created = await who.client456.post("/confidential/transactions", newTransaction(values));
  expect(created.status, created.text).toBe(201);
  const id = text(created, "transaction_id");
  named.add(id);
  const facts = orderFacts();
  named.add(await approve(who, await fileRequest(who.regulator, id, facts), facts));
  const audited = await who.regulator.post(`/confidential/transactions/${id}/audit`, { purpose: "audit" });
  expect(audited.text).toContain(values.rate);
  openingRequest = audited.headers.get("x-request-id") ?? "";
}

/** Signs in by password, reads pages with the session, and tries a wrong password. */
async function session(): Promise<void> {
  const demo = readDemo(instance.dataDir);
  const account = accountOf("auditor-001", demo);
  secrets.set("password", account.password);
  const at = (where: string) => new URL(where, demo.base_url).href;
  const first = await fetch(at("/api/auth/csrf"));
  const cookies = first.headers.getSetCookie().map((line) => line.split(";", 1)[0]);
  const { csrf_token } = z.object({ csrf_token: z.string() }).parse(await first.json());
  const send = (password: string, code: string) =>
    fetch(at("/api/auth/callback/password"), {
      method: "POST",
      headers: { "content-type": "application/json", origin: demo.base_url, cookie: cookies.join("; ") },
      body: JSON.stringify({ csrf_token, email: account.email, password, code }),
    });
  secrets.set("wrong password", randomBytes(12).toString("hex"));
  refusals.push(await (await send(secrets.get("wrong password") ?? "", "000000")).text());
  const signed = await send(account.password, await freshCode(account, demo.base_url, -1));
  expect(signed.status, await signed.clone().text()).toBe(200);
  const token = signed.headers
    .getSetCookie()
    .map((line) => line.split(";", 1)[0] ?? "")
    .find((pair) => pair.includes("session"));
  secrets.set("session token", token?.split("=")[1] ?? "");
  for (const page of ["/", "/audit", "/requests", "/no-such-page"])
    expect((await fetch(at(page), { headers: { cookie: token ?? "" } })).status, page).toBeLessThan(500);
}

/** Secrets in places where they do not belong: keys, bodies, addresses, headers, and calls that are cut. */
async function faultyCalls(): Promise<void> {
  const demo = readDemo(instance.dataDir);
  const { privateKey } = generateKeyPairSync("x25519");
  const pem = privateKey.export({ type: "pkcs8", format: "der" }).toString("base64");
  secrets.set("private key", pem);
  const wrongKey = `sp_${randomBytes(24).toString("hex")}`;
  secrets.set("unknown key", wrongKey);
  const value = `value-${randomBytes(12).toString("hex")}`;
  secrets.set("value in a faulty call", value);
  const note = (answer: Answer): void => {
    expect(answer.status).toBeGreaterThanOrEqual(400);
    refusals.push(answer.text);
  };
  note(await caller(demo.base_url, wrongKey).get("/confidential/transactions"));
  note(await who.client456.post("/confidential/keys/register", { public_key: pem, private_key: pem }));
  note(
    await who.client456.post("/confidential/transactions", {
      ...newTransaction(canaries()),
      amount: [value],
    }),
  );
  note(
    await who.client456.send("/confidential/transactions", { method: "POST", body: `{"amount": "${value}"` }),
  );
  note(await who.client456.send("/confidential/transactions", { method: "DELETE", body: value }));
  note(await who.client456.get("/confidential/transactions/not-an-id"));
  note(
    await who.client456.send("/confidential/status", {
      method: "POST",
      headers: { "x-own": value },
      body: value,
    }),
  );
  const plain = callerBy((url, init) => fetch(new URL(url, demo.base_url), init));
  note(await plain.send("/confidential/status", { headers: { cookie: `session=${value}` } }));
  // The address is the caller's, and an answer may name it. Nothing that watches may.
  await fetch(new URL(`/no-such-page/${value}?token=${value}`, demo.base_url));
  await who.client456.get(`/confidential/transactions?cursor=${value}`);
  const cut = new AbortController();
  const left = fetch(new URL("/confidential/transactions", demo.base_url), {
    method: "POST",
    signal: cut.signal,
    headers: { authorization: `Bearer ${demo.accounts[0]?.api_key}`, "content-type": "application/json" },
    body: JSON.stringify(newTransaction({ ...canaries(), memo: value })),
  }).catch(() => undefined);
  cut.abort();
  await left;
}

/** Ends processes in the middle of work, and waits until the instance is whole again. */
async function crashes(): Promise<void> {
  for (const name of ["custodian", "worker"] as const) {
    const values = canaries();
    for (const [field, value] of Object.entries(values)) secrets.set(`${field} at the end of ${name}`, value);
    const call = who.client456
      .post("/confidential/transactions", newTransaction(values))
      .catch(() => undefined);
    const pid = await instance.kill(name);
    await call;
    await vi.waitFor(async () => expect((await instance.pids())[name]).not.toBe(pid), WAIT);
  }
  await vi.waitFor(
    async () => expect((await who.client456.get("/confidential/status")).status).toBe(200),
    WAIT,
  );
  for (const part of PARTS) await vi.waitFor(() => metricsOf(part), WAIT);
  // The custodian that was started again counts from zero: here is a registration for it.
  expect((await who.client456.post("/confidential/transactions", newTransaction(canaries()))).status).toBe(
    201,
  );
}

beforeAll(async () => {
  receiver = await startTraceReceiver();
  metricsPort = await fivePorts();
  instance = await startInstance({
    env: {
      METRICS_URL: `http://127.0.0.1:${metricsPort}`,
      OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
      LOG_LEVEL: "trace",
    },
  });
  const demo = readDemo(instance.dataDir);
  who = people(demo);
  for (const [at, { api_key }] of demo.accounts.entries()) secrets.set(`API key ${at}`, api_key);
  for (const { name, email, participant_id } of demo.accounts)
    for (const one of [name, email, participant_id]) named.add(one);
  await goodCalls();
  await session();
  await faultyCalls();
  await crashes();
}, 300_000);
afterAll(async () => {
  await instance?.stop();
  await receiver?.close();
});

describe("a watched instance", () => {
  it("has metrics of every process at its own port", async () => {
    const texts = await Promise.all(PARTS.map(metricsOf));
    for (const [at, part] of PARTS.entries()) {
      expect(texts[at]).toContain(`sealport_process_info{process="${part}"} 1\n`);
      expect(texts[at]).toMatch(/^nodejs_eventloop_lag_p99_seconds \d/m);
    }
    const [portal = "", , signer = "", , witness = ""] = texts;
    expect(portal).toMatch(
      /sealport_requests_total\{operation="createTransaction",way="api",status="201"\} [1-9]/,
    );
    expect(portal).toMatch(/sealport_requests_total\{operation="[a-zA-Z]+",way="page",status="200"\} [1-9]/);
    expect(portal).toMatch(
      /sealport_decisions_total\{kind="opening",outcome="allowed",reason="none"\} [1-9]/,
    );
    expect(portal).toMatch(/^sealport_log_entries [1-9]/m);
    expect(portal).toMatch(/sealport_queue_depth\{queue="audit"\} \d/);
    expect(portal).toMatch(/sealport_pool_connections\{pool="sealport-portal-prepared",state="idle"\} \d/);
    expect(portal).toMatch(/sealport_alarm\{name="integration-late"\} 0/);
    expect(portal).toMatch(/sealport_opened_keys \d/);
    // The worker was ended, and the next one waits until the database has noticed.
    await expect
      .poll(() => metricsOf("worker"), WAIT)
      .toMatch(/sealport_job_runs_total\{job="sequencer",outcome="done"\} [1-9]/);
    expect(signer).toMatch(/^sealport_signed_entries [1-9]/m);
    await expect.poll(() => metricsOf("custodian"), WAIT).toMatch(/sealport_custodian_calls_total\{act="/);
    expect(witness).toMatch(/sealport_witness_entries\{log="[^"]+"\} [1-9]/);
  });

  it("names no person and no record in any label", async () => {
    const texts = await Promise.all(PARTS.map(metricsOf));
    const values = texts.flatMap((one) =>
      [...one.matchAll(/[{,][a-z_]+="([^"]*)"/g)].map(([, value]) => value),
    );
    expect(values.length).toBeGreaterThan(300);
    for (const value of values) {
      expect(value).not.toMatch(/[0-9a-f]{8}-[0-9a-f]{4}-|@|[A-Za-z0-9_-]{32,}/);
      expect(named.has(value ?? "")).toBe(false);
    }
  });

  it("shows an opening as one trace from the request to the custodian", async () => {
    const spans = () => receiver.spans.filter((span) => span.facts["sealport.request_id"] === openingRequest);
    await expect
      .poll(() => spans().some(({ service }) => service === "sealport-custodian"), { timeout: 30_000 })
      .toBe(true);
    const opening = spans();
    expect(new Set(opening.map(({ traceId }) => traceId)).size).toBe(1);
    const names = opening.map(({ name }) => name);
    expect(names).toContain("POST /confidential/transactions/{id}/audit");
    expect(names.some((name) => name.startsWith("use case "))).toBe(true);
    expect(names.filter((name) => name.startsWith("sql ")).length).toBeGreaterThan(3);
    expect(names).toContain("custodian POST /v1/open");
    // Every span but the request itself has its parent in the trace.
    const ids = new Set(opening.map(({ spanId }) => spanId));
    expect(opening.filter(({ parentSpanId }) => !ids.has(parentSpanId ?? ""))).toHaveLength(1);
    const services = new Set(receiver.spans.map(({ service }) => service));
    expect([...services]).toEqual(expect.arrayContaining(["sealport-worker", "sealport-signer"]));
  });

  it("writes every line of its logs in one schema, with a start and one line for each request", () => {
    const lines = logLines().map((line) => Line.parse(JSON.parse(line)));
    for (const part of PARTS)
      expect(
        lines.some(({ process, name }) => process === part && name === "start"),
        part,
      ).toBe(true);
    const opening = lines.filter(
      ({ name, request_id }) => name === "request" && request_id === openingRequest,
    );
    expect(opening).toHaveLength(1);
    expect(opening[0]).toMatchObject({
      level: "info",
      status: 200,
      ms: expect.any(Number),
      actor: expect.any(String),
    });
  });

  it("leaves no secret in a log, metric, trace or refusal", async () => {
    const scanner = new CanaryScanner();
    expect(secrets.size).toBeGreaterThan(20);
    for (const [name, value] of secrets) {
      expect(value.length, name).toBeGreaterThan(7);
      scanner.add(name, value);
    }
    const metrics = await Promise.all(PARTS.map(metricsOf));
    expect(scanner.find(logText())).toEqual([]);
    // The start screen shows the demonstration's own keys and passwords: they are for the person at this machine.
    expect(scanner.find(instance.output()).filter((name) => !/^(API key|password)/.test(name))).toEqual([]);
    expect(scanner.find(metrics.join(""))).toEqual([]);
    expect(scanner.find(receiver.bodies.join(""))).toEqual([]);
    expect(refusals.length).toBeGreaterThan(6);
    expect(scanner.find(refusals.join(""))).toEqual([]);
  });

  it("writes a stop line of every process, and ends at once while the receiver is away", async () => {
    await receiver.close();
    const { code, tookMs } = await instance.end();
    expect(code).toBe(0);
    expect(tookMs).toBeLessThan(30_000);
    const stops = logLines()
      .map((line) => Line.parse(JSON.parse(line)))
      .filter(({ name }) => name === "stop");
    expect([...new Set(stops.map(({ process }) => process))].sort()).toEqual([...PARTS].sort());
  });
});
