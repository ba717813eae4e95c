import { Agent, type IncomingHttpHeaders, request } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "@playwright/test";
import type { OperationSpec } from "@/lib/api-client/operation";
import { GUARDED } from "@/lib/testing/routes/rows";
import { addressOf, sampleParams, sampleQuery } from "@/lib/testing/routes/sample";
import { isDeep } from "@/lib/testing/scale";
import { baseUrl, demo } from "../support/instance";
import { signedIn } from "../support/signed-in";

// A call of the API is answered before Next (scripts/server/direct.mjs) or, where its address is unusual, by Next's
// catch-all route. A path with `/./` is the same address (RFC 3986 section 5.2.4) and is left to Next: so every call here
// is made both ways, and the answers are compared.

interface Answer {
  readonly status: number | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

interface Sent {
  readonly method: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
}

const AT_ONCE = 4;
const agent = new Agent({ keepAlive: true, maxSockets: AT_ONCE });
test.afterAll(() => agent.destroy());

/** Takes the rows by several at a time: an answer mostly waits for its entry in the log. */
async function eachAtOnce<T>(
  rows: readonly T[],
  run: (row: T, index: number) => Promise<unknown>,
): Promise<void> {
  const left = rows.entries();
  const take = async (): Promise<void> => {
    for (const [index, row] of left) await run(row, index);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, take));
}

/** Sends a target as it is written: `fetch` would remove the dots. `until` ends the reading of an endless answer. */
function send({ method, path, headers = {}, body }: Sent, until = Number.POSITIVE_INFINITY): Promise<Answer> {
  const { hostname, port } = new URL(baseUrl());
  // Node would send the body of a DELETE without its length: what follows the head is then another request.
  const length = body === undefined ? {} : { "content-length": Buffer.byteLength(body) };
  return new Promise((resolve, reject) => {
    const sent = request(
      { hostname, port, method, path, headers: { ...length, ...headers }, agent },
      (received) => {
        const chunks: Buffer[] = [];
        const end = () =>
          resolve({ status: received.statusCode, headers: received.headers, body: Buffer.concat(chunks) });
        received.on("data", (chunk: Buffer) => {
          chunks.push(chunk);
          if (Buffer.concat(chunks).length < until) return;
          end();
          sent.destroy();
        });
        received.on("end", end).on("error", reject);
      },
    );
    sent.on("error", reject);
    if (body !== undefined) sent.write(body);
    sent.end();
  });
}

const throughNext = (path: string): string => path.replace("/confidential", "/confidential/.");

/** Headers of the connection and of the moment; `vary` also has Next's own names where Next answered. */
const PASSING = ["date", "x-request-id", "ratelimit", "connection", "keep-alive", "vary"];
const FRAMING = ["content-length", "transfer-encoding"];

function headersOf({ headers }: Answer) {
  return Object.fromEntries(
    Object.entries(headers)
      .filter(([name]) => !PASSING.includes(name) && !FRAMING.includes(name))
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );
}

function textOf({ body, headers }: Answer): string {
  const id = headers["x-request-id"];
  return body.toString("latin1").replaceAll(String(id), "REQUEST");
}

/** What an answer of success says can change between two calls: then only its members, or its first line, are compared. */
function contentOf(answer: Answer): unknown {
  const type = String(answer.headers["content-type"]);
  // A checkpoint of the log: the log may grow between two calls.
  if (answer.status === 200 && type.startsWith("text/plain")) return textOf(answer).split("\n")[0];
  if (answer.body.length === 0 || answer.status !== 200 || !type.startsWith("application/json"))
    return textOf(answer);
  return Object.keys(JSON.parse(answer.body.toString())).sort();
}

/** Asks again while the portal is too busy, as its answer says. That moment is not what is compared. */
async function sendWhenFree(sent: Sent, until?: number): Promise<Answer> {
  for (let attempt = 1; ; attempt += 1) {
    const answer = await send(sent, until);
    if (answer.status !== 503 || attempt === 10) return answer;
    await sleep(Number(answer.headers["retry-after"] ?? "1") * 1_000);
  }
}

async function bothWays(sent: Sent, content: (answer: Answer) => unknown = contentOf, until?: number) {
  const direct = await sendWhenFree(sent, until);
  const next = await sendWhenFree({ ...sent, path: throughNext(sent.path) }, until);
  const what = `${sent.method} ${sent.path}`;
  expect(direct.headers.vary ?? "", what).not.toContain("rsc");
  expect([what, next.status, next.headers.vary]).toEqual([what, next.status, expect.stringContaining("rsc")]);
  expect([what, direct.status, headersOf(direct)]).toEqual([what, next.status, headersOf(next)]);
  expect([what, content(direct)]).toEqual([what, content(next)]);
  for (const answer of [direct, next])
    expect(String(answer.headers["x-request-id"]), what).toMatch(/^[0-9a-f-]{36}$/);
  return direct;
}

const keyOf = (role: string, duty?: string): string =>
  demo().accounts.find(
    (account) => account.role === role && (duty === undefined || account.duties.includes(duty)),
  )?.api_key ?? "";

const withKey = (key: string) => ({ "x-api-key": key, "content-type": "application/json" });

function sentTo(
  operation: OperationSpec,
  headers: Record<string, string>,
  query = sampleQuery(operation),
): Sent {
  const { method } = operation;
  const path = addressOf(operation, sampleParams(operation)) + query;
  return { method, path, headers, ...(method === "GET" ? {} : { body: "{}" }) };
}

test("every operation is answered alike on both ways, for every caller", async () => {
  const keys = [keyOf("client"), keyOf("coordinator", "approve"), keyOf("auditor"), keyOf("admin")];
  await eachAtOnce(GUARDED, async (operation, index) => {
    await bothWays(sentTo(operation, { "content-type": "application/json" }));
    // `npm run test:deep` asks as all four callers, `npm test` as one of them in turn.
    const callers = isDeep ? keys : keys.filter((_, turn) => turn === index % keys.length);
    // A query that no operation has: a permitted caller gets this refusal, and nothing is done.
    for (const key of callers) await bothWays(sentTo(operation, withKey(key), "?no-such-parameter=1"));
  });
});

test("every read that names no record is answered alike on both ways @deep", async () => {
  const reads = GUARDED.filter(
    ({ method, path, stream, sessionOnly }) =>
      method === "GET" && !path.includes("{") && stream !== true && sessionOnly !== true,
  );
  expect(reads.length).toBeGreaterThan(10);
  for (const key of [keyOf("client"), keyOf("auditor"), keyOf("coordinator", "approve")])
    await eachAtOnce(reads, async (operation) => {
      await bothWays(sentTo(operation, withKey(key)));
      await bothWays({ ...sentTo(operation, withKey(key)), method: "HEAD" });
    });
});

test("methods, paths, bodies and headers that are refused are refused alike on both ways", async () => {
  const key = withKey(keyOf("client"));
  const path = "/confidential/transactions";
  const json = (body: string, headers: Record<string, string> = {}): Sent => ({
    method: "POST",
    path,
    body,
    headers: { ...key, ...headers },
  });
  const cases: readonly Sent[] = [
    ...["PUT", "PATCH", "DELETE", "OPTIONS"].map((method) => ({ method, path, headers: key })),
    ...[
      "/%00",
      "/a%2Fb",
      "/nothing/at/all",
      "/batch",
      "/%62atch",
      "/01A00000-0000-7000-8000-000000000001",
    ].map((rest) => ({ method: "GET", path: path + rest, headers: key })),
    ...["?limit=1&limit=2", "?limit=x", "?a=%FF", "?limit=%32"].map((query) => ({
      method: "GET",
      path: path + query,
      headers: key,
    })),
    json("{"),
    json("{}"),
    json(" ".repeat(1_048_577)),
    json("{}", { "content-type": "text/plain" }),
    json("{}", { "content-encoding": "gzip" }),
    json("{}", { "idempotency-key": "a b" }),
    { method: "GET", path, headers: { ...key, "x-request-id": "made-up", "x-forwarded-for": "203.0.113.9" } },
    { method: "GET", path, headers: { ...key, authorization: "Bearer other" } },
    { method: "GET", path, headers: { "signature-input": "sig=()", signature: "sig=:AA==:" } },
  ];
  for (const one of cases) await bothWays(one);
});

test("a path that is not UTF-8 is 400 before authentication, on both ways", async () => {
  for (const path of ["/confidential/%FF", "/confidential/transactions/%ED%A0%80", "/confidential/%"]) {
    const direct = await send({ method: "GET", path });
    const next = await send({ method: "GET", path: throughNext(path) });
    for (const answer of [direct, next]) {
      expect([path, answer.status]).toEqual([path, 400]);
      expect(JSON.parse(answer.body.toString())).toMatchObject({ code: "request.invalid-path" });
    }
    expect(headersOf(direct)).toEqual(headersOf(next));
  }
});

test("bytes, exports, compressed answers and live updates are sent alike on both ways", async ({
  browser,
}) => {
  const auditor = withKey(keyOf("auditor"));
  const read = (path: string, more: Record<string, string> = {}): Sent => ({
    method: "GET",
    path,
    headers: { ...auditor, ...more },
  });
  const tile = await bothWays(read("/confidential/audit/log/tile/0/000.p/64"), textOf);
  expect(tile.status).toBe(200);
  await bothWays(
    read("/confidential/audit/log/checkpoint"),
    ({ body }) => body.toString().split("\n").length,
  );
  const firstLine = ({ body }: Answer) => body.toString().split("\n", 1)[0];
  for (const format of ["csv", "ndjson"])
    expect((await bothWays(read(`/confidential/audit/export?format=${format}`), firstLine)).status).toBe(200);
  const long = await bothWays(
    read("/confidential/audit/events?limit=50", { "accept-encoding": "gzip" }),
    () => 0,
  );
  expect(long.headers["content-encoding"]).toBe("gzip");
  const { page } = await signedIn(browser, "client-456");
  const cookies = await page.context().cookies();
  await page.context().close();
  const cookie = cookies.map(({ name, value }) => `${name}=${value}`).join("; ");
  const live: Sent = {
    method: "GET",
    path: "/confidential/events",
    headers: { cookie, "sec-fetch-site": "same-origin" },
  };
  const events = await bothWays(live, ({ body }) => body.toString().split("\n", 1)[0], 10);
  expect([events.status, events.body.toString().split("\n", 1)[0]]).toEqual([200, "retry: 1000"]);
});
