import { createServer, request, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createRequestLogger } from "@/lib/telemetry/logger";
import { metricsText } from "@/lib/telemetry/metrics/registry";
import { factsOfRequest, NOTED_REQUEST, OPEN_REQUESTS } from "@/lib/telemetry/request-facts";
import { noteRequests } from "@/lib/telemetry/requests";

// The handler stands for Next and the endpoints: it sees the headers that the process relies on.

const MINE = "01890000-0000-7000-8000-000000000001";
const TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
const lines: Record<string, unknown>[] = [];
let server: Server;

beforeAll(async () => {
  const write = (line: string) => void lines.push(JSON.parse(line));
  // A second loopback address is the operator's proxy.
  noteRequests(["127.0.0.2"], createRequestLogger("portal", "debug", { write }));
  server = createServer((incoming, outgoing) => {
    const id = String(incoming.headers[NOTED_REQUEST]);
    const facts = factsOfRequest(id);
    if (facts !== undefined && incoming.url?.startsWith("/confidential")) {
      facts.operation = "listThings";
      facts.actor = "pseudonym-1";
      if (incoming.url.includes("refused")) facts.code = "access.denied";
    }
    if (incoming.url === "/hang") return;
    const { traceparent, tracestate, "x-forwarded-for": address } = incoming.headers;
    outgoing.statusCode = incoming.url?.includes("refused") === true ? 403 : 200;
    outgoing.end(JSON.stringify({ id, traceparent, tracestate, address }));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
});
afterAll(() => new Promise((resolve) => server.close(resolve)));

function call(path: string, headers: Record<string, string> = {}, from = "127.0.0.1") {
  const { port } = server.address() as AddressInfo;
  return new Promise<Record<string, string>>((resolve, reject) => {
    const sent = request({ port, path, headers, localAddress: from, agent: false }, (answer) => {
      const chunks: Buffer[] = [];
      answer.on("data", (chunk: Buffer) => chunks.push(chunk));
      answer.on("end", () => resolve(JSON.parse(Buffer.concat(chunks).toString())));
    });
    sent.on("error", reject);
    sent.end();
  });
}

const STATED = { "x-request-id": MINE, traceparent: TRACE, [NOTED_REQUEST]: MINE, tracestate: "a=b" };

describe("an incoming request", () => {
  it("has an id of this process, whatever a caller states", async () => {
    const seen = await call("/confidential/things", STATED);
    expect(seen.id).toMatch(/^[0-9a-f-]{36}$/);
    expect(seen.id).not.toBe(MINE);
    expect(seen).toMatchObject({ address: "127.0.0.1" });
    expect(seen.traceparent).toBeUndefined();
    expect(seen.tracestate).toBeUndefined();
  });

  it("keeps the id and the trace of a trusted proxy, and only a valid id", async () => {
    const seen = await call("/a", { ...STATED, "x-forwarded-for": "198.51.100.7" }, "127.0.0.2");
    expect(seen).toEqual({ id: MINE, traceparent: TRACE, address: "198.51.100.7" });
    const digits = MINE.replaceAll("-", "");
    expect((await call("/a", { "x-request-id": digits }, "127.0.0.2")).id).toBe(MINE);
    for (const id of ["", "x".repeat(36), `${MINE}\tq`, "../../etc"])
      expect((await call("/a", { "x-request-id": id }, "127.0.0.2")).id).not.toBe(id);
  });

  it("is one line: operation, way, status, time and the actor's pseudonym, without its address", async () => {
    lines.length = 0;
    await call("/confidential/things/client-456?name=secret");
    await call("/confidential/refused");
    await call("/transactions/client-456");
    await call("/_next/static/a.js");
    await call("/healthz");
    await expect.poll(() => lines.length).toBe(5);
    expect(lines[0]).toMatchObject({
      level: "info",
      name: "request",
      operation: "listThings",
      way: "api",
      status: 200,
      ms: expect.any(Number),
      actor: "pseudonym-1",
      request_id: expect.any(String),
    });
    expect(lines[1]).toMatchObject({ status: 403, code: "access.denied" });
    expect(lines[2]).toMatchObject({ operation: "none", way: "page", level: "info" });
    expect(lines[3]).toMatchObject({ way: "static", level: "debug" });
    expect(lines[4]).toMatchObject({ operation: "healthz", level: "debug" });
    expect(JSON.stringify(lines)).not.toMatch(/client-456|secret/);
  });

  it("counts by operation and status, and its refusal by code", async () => {
    await call("/confidential/refused");
    const read = () => metricsText(() => undefined);
    await expect
      .poll(read)
      .toMatch(/sealport_requests_total\{operation="listThings",way="api",status="403"\} \d/);
    expect(await read()).toMatch(/sealport_refusals_total\{code="access.denied"\} \d/);
    expect(await read()).toMatch(
      /sealport_request_duration_seconds_count\{operation="listThings",way="api"\} \d/,
    );
  });

  it("whose caller leaves counts as 499, and is not kept", async () => {
    const { port } = server.address() as AddressInfo;
    const sent = request({ port, path: "/hang", agent: false });
    sent.on("error", () => undefined);
    sent.end();
    await expect.poll(() => OPEN_REQUESTS.size).toBe(1);
    sent.destroy();
    await expect.poll(() => OPEN_REQUESTS.size).toBe(0);
    expect(lines.at(-1)).toMatchObject({ status: 499 });
  });
});
