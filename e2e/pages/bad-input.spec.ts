import { randomBytes, randomUUID } from "node:crypto";
import { connect } from "node:net";
import { expect, test } from "@playwright/test";
import { startInstance } from "@/lib/testing/instance/instance";
import { type Answer, caller, type People, pdf, people, readDemo } from "../support/api";
import { demo } from "../support/instance";
import { signIn } from "../support/sign-in";
import { canaries, newTransaction, orderFacts, submitTransaction, text } from "../support/steps";

const TRANSACTIONS = "/confidential/transactions";
const UNKNOWN = "00000000-0000-7000-8000-000000000000";
const BOUNDARY = "sealport-test";

interface Refusal {
  readonly status: number;
  readonly code: string;
  readonly pointers?: readonly string[];
}

function expectProblem(answer: Answer, refusal: Refusal, what: string): void {
  expect(answer.status, `${what}: ${answer.text}`).toBe(refusal.status);
  expect(answer.headers.get("content-type"), what).toBe("application/problem+json");
  expect(answer.headers.get("cache-control"), what).toBe("no-store");
  const requestId = answer.headers.get("x-request-id");
  expect(requestId, what).toMatch(/^[0-9a-f-]{36}$/);
  expect(answer.json, what).toMatchObject({
    type: `urn:sealport:problem:${refusal.code}`,
    title: expect.any(String),
    status: refusal.status,
    instance: expect.stringMatching(/^\//),
    code: refusal.code,
    request_id: requestId,
  });
  if (refusal.pointers === undefined) return;
  const errors = answer.json.errors as { pointer: string; detail: string }[];
  expect(errors.map((error) => error.pointer).sort(), what).toEqual([...refusal.pointers].sort());
  for (const error of errors) expect(error.detail, what).toMatch(/\w{3}/);
}

const json = (body: string, method = "POST"): RequestInit => ({
  method,
  body,
  headers: { "content-type": "application/json" },
});

const withMembers = (members: object): RequestInit =>
  json(JSON.stringify({ ...newTransaction(canaries()), ...members }));

const CASES: readonly [string, keyof People, string, RequestInit, Refusal][] = [
  [
    "half a JSON text",
    "client456",
    TRANSACTIONS,
    json('{"job_id":'),
    { status: 400, code: "request.malformed" },
  ],
  ["an empty body", "client456", TRANSACTIONS, json(""), { status: 400, code: "request.malformed" }],
  [
    "bytes that are not UTF-8",
    "client456",
    TRANSACTIONS,
    {
      method: "POST",
      body: new Uint8Array([0x7b, 0xff, 0x7d]),
      headers: { "content-type": "application/json" },
    },
    { status: 400, code: "request.malformed" },
  ],
  [
    "a repeated member",
    "client456",
    TRANSACTIONS,
    json('{"job_id":"a","job_id":"b","participants":[]}'),
    { status: 422, code: "request.invalid", pointers: ["/job_id"] },
  ],
  [
    "a number that a double cannot hold",
    "client456",
    TRANSACTIONS,
    json('{"job_id":"a","participants":["miner-789"],"pricing":{"rate":12345678901234567890}}'),
    { status: 422, code: "request.invalid", pointers: ["/pricing/rate"] },
  ],
  [
    "a wrong type and unknown members",
    "client456",
    TRANSACTIONS,
    json('{"job_id":7,"participants":["miner-789"],"color":1}'),
    { status: 422, code: "request.invalid", pointers: ["/job_id", "/color"] },
  ],
  [
    "an amount that is not a decimal",
    "client456",
    TRANSACTIONS,
    withMembers({ amount: "1e3" }),
    { status: 422, code: "request.invalid", pointers: ["/amount"] },
  ],
  [
    "an amount as a number",
    "client456",
    TRANSACTIONS,
    withMembers({ amount: 1000 }),
    { status: 422, code: "request.invalid", pointers: ["/amount"] },
  ],
  [
    "a NUL character",
    "client456",
    TRANSACTIONS,
    withMembers({ job_id: "job\u0000" }),
    { status: 422, code: "request.invalid", pointers: ["/job_id"] },
  ],
  [
    "an unknown participant",
    "client456",
    TRANSACTIONS,
    withMembers({ participants: ["client-456", "unknown-1"] }),
    { status: 422, code: "participant.unknown", pointers: ["/participants/1"] },
  ],
  [
    "no participants",
    "client456",
    TRANSACTIONS,
    withMembers({ participants: [] }),
    { status: 422, code: "request.invalid", pointers: ["/participants"] },
  ],
  [
    "a body over 1 MB",
    "client456",
    TRANSACTIONS,
    json(JSON.stringify({ narrative: "x".repeat(2_000_000) })),
    { status: 413, code: "request.too-large" },
  ],
  [
    "a media type that is not JSON",
    "client456",
    TRANSACTIONS,
    { method: "POST", body: "a=b", headers: { "content-type": "text/plain" } },
    { status: 415, code: "request.unsupported-media-type" },
  ],
  [
    "a compressed body",
    "client456",
    TRANSACTIONS,
    {
      method: "POST",
      body: "{}",
      headers: { "content-type": "application/json", "content-encoding": "gzip" },
    },
    { status: 415, code: "request.unsupported-media-type" },
  ],
  [
    "a wrong method",
    "client456",
    TRANSACTIONS,
    json("{}", "PUT"),
    { status: 405, code: "request.method-not-allowed" },
  ],
  [
    "a wrong method on one transaction",
    "client456",
    `${TRANSACTIONS}/${UNKNOWN}`,
    { method: "DELETE" },
    { status: 405, code: "request.method-not-allowed" },
  ],
  [
    "a path that does not exist",
    "client456",
    "/confidential/nope",
    {},
    { status: 404, code: "request.not-found" },
  ],
  [
    "a path below one that exists",
    "client456",
    `${TRANSACTIONS}/${UNKNOWN}/nope`,
    {},
    { status: 404, code: "request.not-found" },
  ],
  [
    "an unknown transaction",
    "client456",
    `${TRANSACTIONS}/${UNKNOWN}`,
    {},
    { status: 404, code: "transaction.not-found" },
  ],
  [
    "a job that no record has",
    "client456",
    `${TRANSACTIONS}/no-such-job`,
    {},
    { status: 404, code: "transaction.not-found" },
  ],
  [
    "a path that is not UTF-8",
    "client456",
    `${TRANSACTIONS}/%FF`,
    {},
    { status: 400, code: "request.invalid-path" },
  ],
  [
    "an upload to a path that is not UTF-8",
    "regulator",
    "/confidential/access/requests/%FF/authorizations",
    json("{}"),
    { status: 400, code: "request.invalid-path" },
  ],
  [
    "an upload to half a surrogate",
    "regulator",
    "/confidential/access/requests/%ED%A0%80/authorizations",
    {},
    { status: 400, code: "request.invalid-path" },
  ],
  [
    "a limit that is not a number",
    "client456",
    `${TRANSACTIONS}?limit=many`,
    {},
    { status: 422, code: "request.invalid", pointers: ["/limit"] },
  ],
  [
    "an unknown query member",
    "client456",
    `${TRANSACTIONS}?colour=red`,
    {},
    { status: 422, code: "request.invalid", pointers: ["/colour"] },
  ],
  ["a role that may not", "auditor", TRANSACTIONS, withMembers({}), { status: 403, code: "auth.scope" }],
  [
    "a participant who files an access request",
    "client456",
    "/confidential/access/requests",
    json("{}"),
    { status: 403, code: "auth.role" },
  ],
  [
    "an unknown key",
    "client456",
    `/confidential/keys/${UNKNOWN}`,
    {},
    { status: 404, code: "key.not-found" },
  ],
  [
    "an unknown access request",
    "regulator",
    `/confidential/access/requests/${UNKNOWN}`,
    {},
    { status: 404, code: "request-file.not-found" },
  ],
  [
    "an unknown grant",
    "regulator",
    `/confidential/access/grants/${UNKNOWN}`,
    {},
    { status: 404, code: "grant.not-found" },
  ],
];

for (const [what, name, url, init, refusal] of CASES) {
  test(`${what} answers ${refusal.status} ${refusal.code}`, async () => {
    const answer = await people(demo())[name].send(url, init);
    expectProblem(answer, refusal, what);
    if (refusal.status === 405) expect(answer.headers.get("allow")).toMatch(/\bGET\b/);
  });
}

test("a missing, wrong or malformed key answers 401 with a challenge, before anything is parsed", async () => {
  const base = demo().base_url;
  for (const authorization of [undefined, "Bearer nope", `Bearer sp_${"A".repeat(60)}`, "Basic YTpi"]) {
    for (const url of ["/confidential/status", "/confidential/nope", `${TRANSACTIONS}/${UNKNOWN}`]) {
      const response = await fetch(new URL(url, base), { headers: authorization ? { authorization } : {} });
      const answer = { status: 401, headers: response.headers, text: "", json: await response.json() };
      expect(response.status).toBe(401);
      const code = authorization === undefined ? "auth.required" : "auth.invalid";
      expectProblem(answer, { status: 401, code }, `${authorization} ${url}`);
      expect(response.headers.get("www-authenticate")).toContain("Bearer");
    }
  }
});

test("an idempotency key repeats its answer, and answers 422 with another body", async () => {
  const who = people(demo()).client456;
  const body = newTransaction(canaries());
  const key = { "idempotency-key": randomUUID() };
  const first = await who.post(TRANSACTIONS, body, key);
  expect(first.status, first.text).toBe(201);
  const again = await who.post(TRANSACTIONS, body, key);
  expect(again.status).toBe(201);
  expect(again.json.transaction_id).toBe(first.json.transaction_id);
  const other = await who.post(TRANSACTIONS, { ...body, job_id: "job-124" }, key);
  expectProblem(other, { status: 422, code: "idempotency.mismatch" }, "another body");
});

test("a move the state does not allow answers 409", async () => {
  const who = people(demo());
  const id = await submitTransaction(who.client456, canaries());
  const answer = await who.client456.post(`${TRANSACTIONS}/${id}/status`, { status: "settled" });
  expectProblem(answer, { status: 409, code: "transaction.status" }, "created to settled");
});

/** Returns a draft of the regulator to attach documents to. */
async function draft(who: People): Promise<string> {
  const id = await submitTransaction(who.client456, canaries());
  const filed = await who.regulator.post("/confidential/access/requests", {
    purpose: "audit",
    justification: "Examination of the settlement named in the order",
    transactions: [id],
    fields: ["amount"],
  });
  expect(filed.status, filed.text).toBe(201);
  return `/confidential/access/requests/${text(filed, "id")}/authorizations`;
}

function form(document: Buffer, type = "application/pdf", name = "order.pdf"): RequestInit {
  const body = new FormData();
  body.set("facts", JSON.stringify(orderFacts()));
  body.set("document", new File([new Uint8Array(document)], name, { type }));
  return { method: "POST", body };
}

const ZIP = Buffer.concat([Buffer.from("504b0304140000000800", "hex"), randomBytes(400)]);

const DOCUMENTS: readonly [string, () => RequestInit, Refusal][] = [
  ["a zip that calls itself a PDF", () => form(ZIP), { status: 415, code: "document.type" }],
  [
    "a program",
    () => form(Buffer.from("MZ"), "application/x-msdownload", "a.exe"),
    { status: 415, code: "document.type" },
  ],
  [
    "a PDF without its end",
    () => form(pdf("Order").subarray(0, 300)),
    { status: 400, code: "document.truncated" },
  ],
  ["an empty document", () => form(Buffer.alloc(0)), { status: 400, code: "document.truncated" }],
  [
    "a document of 21 MB",
    () => form(Buffer.concat([pdf("Order"), Buffer.alloc(21 * 1_048_576)])),
    { status: 413, code: "request.too-large" },
  ],
  [
    "a form without its last boundary",
    () => ({
      method: "POST",
      body: `--${BOUNDARY}\r\ncontent-disposition: form-data; name="facts"\r\n\r\n{}`,
      headers: { "content-type": `multipart/form-data; boundary=${BOUNDARY}` },
    }),
    { status: 400, code: "request.malformed" },
  ],
  ["JSON where a form is due", () => json("{}"), { status: 415, code: "request.unsupported-media-type" }],
];

test("documents of the wrong type, size or length are refused and not attached", async () => {
  const who = people(demo());
  const url = await draft(who);
  for (const [what, init, refusal] of DOCUMENTS)
    expectProblem(await who.regulator.send(url, init()), refusal, what);
  const request = await who.regulator.get(url.replace("/authorizations", ""));
  expect(request.text).not.toContain("order.pdf");
  expect((await who.regulator.send(url, form(pdf("Order")))).status).toBe(201);
});

test("an upload that breaks off stores no document and the portal keeps running", async () => {
  const who = people(demo());
  const url = new URL(await draft(who), demo().base_url);
  const account = demo().accounts.find((one) => one.participant_id === "regulator-001");
  const whole = pdf("Order");
  const head = `--${BOUNDARY}\r\ncontent-disposition: form-data; name="document"; filename="order.pdf"\r\ncontent-type: application/pdf\r\n\r\n`;
  const socket = connect(Number(url.port), url.hostname);
  socket.on("error", () => undefined).resume();
  socket.write(
    `POST ${url.pathname} HTTP/1.1\r\nhost: ${url.host}\r\nauthorization: Bearer ${account?.api_key}\r\n` +
      `content-type: multipart/form-data; boundary=${BOUNDARY}\r\ncontent-length: ${whole.length + 5000}\r\n\r\n${head}`,
  );
  await new Promise((resolve) => socket.write(whole, resolve));
  socket.end();
  await new Promise((resolve) => socket.once("close", resolve));
  const request = await who.regulator.get(url.pathname.replace("/authorizations", ""));
  expect(request.status).toBe(200);
  expect(request.text).not.toContain("order.pdf");
});

/** Returns what the server sends for these bytes until it closes the connection. */
async function raw(text: string): Promise<string> {
  const { hostname, port } = new URL(demo().base_url);
  const socket = connect(Number(port), hostname);
  const chunks: Buffer[] = [];
  socket.on("error", () => undefined).on("data", (chunk) => void chunks.push(chunk));
  socket.write(text);
  await new Promise((resolve) => socket.once("close", resolve));
  return Buffer.concat(chunks).toString("utf8");
}

test("a call for another protocol is answered in HTTP, at known and unknown addresses", async () => {
  const { host } = new URL(demo().base_url);
  const ask = (target: string, protocol: string) =>
    raw(
      `GET ${target} HTTP/1.1\r\nhost: ${host}\r\nconnection: upgrade, close\r\nupgrade: ${protocol}\r\n\r\n`,
    );
  expect(await ask("/healthz", "h2c")).toMatch(/^HTTP\/1.1 200 /);
  expect(await ask("/confidential/status", "websocket")).toContain("auth.required");
  for (const address of ["/_next/webpack-hmr", "/_next/hmr", "/nothing-there"])
    expect(await ask(address, "websocket"), address).toMatch(/^HTTP\/1.1 404 /);
});

test("a request target that names another host leads to no other host", async () => {
  const { host } = new URL(demo().base_url);
  const answer = await raw(
    `GET http://other.example/confidential/status HTTP/1.1\r\nhost: ${host}\r\nconnection: close\r\n\r\n`,
  );
  expect(answer).toMatch(/^HTTP\/1.1 401 /);
  expect(answer).not.toContain("other.example");
  expect(await raw(`OPTIONS * HTTP/1.1\r\nhost: ${host}\r\n\r\n`)).toMatch(/^HTTP\/1.1 204 /);
});

test("a spent budget answers 429 with Retry-After, other budgets stay usable, and pages draw on the same one @deep", async ({
  browser,
}) => {
  const instance = await startInstance({ env: { RATE_BUDGETS: '{"writes":3,"reads":40}' } });
  try {
    const own = readDemo(instance.dataDir);
    const key = own.accounts.find((account) => account.participant_id === "client-456")?.api_key ?? "";
    const who = caller(own.base_url, key);
    const answers: Answer[] = [];
    for (let call = 0; call < 5; call += 1)
      answers.push(await who.post(TRANSACTIONS, newTransaction(canaries())));
    expect(answers.map((answer) => answer.status)).toEqual([201, 201, 201, 429, 429]);
    for (const answer of answers.slice(3)) {
      expectProblem(answer, { status: 429, code: "rate.exceeded" }, "spent");
      expect(Number(answer.headers.get("retry-after"))).toBeGreaterThan(0);
      expect(answer.headers.get("ratelimit")).toMatch(/r=0/);
    }
    expect((await who.get("/confidential/status")).status).toBe(200);
    const page = await browser.newPage();
    await signIn(page, "client-456", own);
    const shown: number[] = [];
    for (let visit = 0; visit < 50; visit += 1) {
      const html = await (await page.request.get(new URL("/transactions", own.base_url).href)).text();
      if (!html.includes("job-1001")) break;
      shown.push(visit);
    }
    expect(shown.length).toBeGreaterThan(10);
    expect(shown.length).toBeLessThanOrEqual(40);
    expect((await who.get("/confidential/status")).status).toBe(429);
    await page.close();
  } finally {
    await instance.stop();
  }
});
