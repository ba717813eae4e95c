import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { callService } from "@/lib/ipc/client";
import { type ServiceServer, serveHttp } from "@/lib/ipc/server";
import { inSpan, startTracing, stopTracing, useTracer } from "@/lib/telemetry/tracing/spans";
import { startTraceReceiver, type TraceReceiver } from "@/lib/testing/servers/trace-receiver";

/** How long the last spans may take on a busy machine. */
const PATIENCE_MS = 30_000;

const REQUEST = "01890000-0000-7000-8000-000000000001";
let folder: string;
let url: string;
let server: ServiceServer;
let receiver: TraceReceiver;
let seen: Record<string, unknown>;

beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), "ipc-"));
  url = `unix:${path.join(folder, "s.sock")}`;
  receiver = await startTraceReceiver();
  server = await serveHttp(url, async ({ headers }) => {
    seen = headers;
    return {
      status: 200,
      body: await inSpan(
        () => ({ name: "inside" }),
        async () => ({}),
      ),
    };
  });
});
afterEach(async () => {
  await stopTracing(0);
  useTracer(undefined);
  await server.close(0);
  await receiver.close();
  await rm(folder, { recursive: true });
});

const call = (part?: "custodian") =>
  callService(url, {
    method: "POST",
    path: "/v1/open?secret=1",
    timeoutMs: 5_000,
    ...(part === undefined ? {} : { part }),
  });

test("a call to another part is one trace on both sides, with the request's id", async () => {
  await startTracing("portal", { endpoint: receiver.url, ratio: 1 });
  await inSpan(
    () => ({ name: "request", requestId: REQUEST }),
    () => call("custodian"),
  );
  await stopTracing(PATIENCE_MS);
  const [request, client, served, inside] = [
    "request",
    "custodian POST /v1/open",
    "POST /v1/open",
    "inside",
  ].map((name) => receiver.spans.find((span) => span.name === name));
  expect(client).toMatchObject({ kind: 3, parentSpanId: request?.spanId });
  expect(served).toMatchObject({ kind: 2, parentSpanId: client?.spanId });
  expect(inside).toMatchObject({ parentSpanId: served?.spanId, facts: { "sealport.request_id": REQUEST } });
  expect(new Set(receiver.spans.map(({ traceId }) => traceId)).size).toBe(1);
});

test("a call to a service of someone else carries no trace", async () => {
  await startTracing("portal", { endpoint: receiver.url, ratio: 1 });
  await inSpan(
    () => ({ name: "request", requestId: REQUEST }),
    () => call(),
  );
  expect(seen).not.toHaveProperty("traceparent");
  expect(seen).not.toHaveProperty("x-request-id");
});

test("without a receiver no header is sent", async () => {
  await call("custodian");
  expect(seen).not.toHaveProperty("traceparent");
});
