import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  inSpan,
  startTracing,
  stopTracing,
  traceHeaders,
  tracer,
  useTracer,
} from "@/lib/telemetry/tracing/spans";
import { startTraceReceiver, type TraceReceiver } from "@/lib/testing/servers/trace-receiver";

/** How long the last spans may take on a busy machine. */
const PATIENCE_MS = 30_000;

const REQUEST = "01890000-0000-7000-8000-000000000001";
const PARENT = { traceId: "0af7651916cd43dd8448eb211c80319c", spanId: "b7ad6b7169203331" };
let receiver: TraceReceiver;

beforeEach(async () => {
  receiver = await startTraceReceiver();
});
afterEach(async () => {
  await stopTracing(0);
  useTracer(undefined);
  await receiver.close();
});

const begin = (ratio = 1) => startTracing("portal", { endpoint: receiver.url, ratio });
const find = (name: string) => receiver.spans.find((span) => span.name === name);

describe("traces", () => {
  it("are off without a receiver: no span is begun and no header sent", async () => {
    await startTracing("portal", undefined);
    expect(tracer()).toBeUndefined();
    const start = () => expect.unreachable("a span was begun");
    expect(await inSpan(start, async () => traceHeaders())).toEqual({});
  });

  it("reach a receiver of OTLP over HTTP with their parents and the request's id", async () => {
    await begin();
    await inSpan(
      () => ({ name: "request", kind: "server", requestId: REQUEST }),
      () =>
        Promise.all(
          ["a", "b"].map((name) =>
            inSpan(
              () => ({ name }),
              async () => name,
            ),
          ),
        ),
    );
    await stopTracing(PATIENCE_MS);
    const request = find("request");
    expect(request).toMatchObject({
      service: "sealport-portal",
      kind: 2,
      parentSpanId: undefined,
      facts: { "sealport.request_id": REQUEST },
    });
    for (const name of ["a", "b"])
      expect(find(name)).toMatchObject({
        traceId: request?.traceId,
        parentSpanId: request?.spanId,
        facts: { "sealport.request_id": REQUEST },
      });
  });

  it("continue the trace of the caller, and pass it on", async () => {
    await begin();
    const parent = `00-${PARENT.traceId}-${PARENT.spanId}-01`;
    const headers = await inSpan(
      () => ({ name: "request", parent, requestId: REQUEST }),
      async () => traceHeaders(),
    );
    await stopTracing(PATIENCE_MS);
    expect(find("request")).toMatchObject({ traceId: PARENT.traceId, parentSpanId: PARENT.spanId });
    expect(headers).toEqual({
      traceparent: `00-${PARENT.traceId}-${find("request")?.spanId}-01`,
      "x-request-id": REQUEST,
    });
  });

  it("begin a new trace if the caller's header is invalid", async () => {
    await begin();
    for (const parent of ["", "00-x", `00-${"0".repeat(32)}-${PARENT.spanId}-01`, `01-${PARENT.traceId}`])
      await inSpan(
        () => ({ name: "request", parent }),
        async () => undefined,
      );
    await stopTracing(PATIENCE_MS);
    expect(receiver.spans).toHaveLength(4);
    expect(receiver.spans.map((span) => span.parentSpanId)).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
  });

  it("show the code or name of an error, never its message", async () => {
    await begin();
    const fail = (name: string, error: Error) =>
      inSpan(
        () => ({ name }),
        () => Promise.reject(error),
      ).catch(() => undefined);
    await fail("named", new RangeError("CANARY"));
    await fail("coded", Object.assign(new Error("CANARY"), { code: "23505" }));
    await stopTracing(PATIENCE_MS);
    expect(find("named")).toMatchObject({ status: { code: 2 }, facts: { "error.type": "RangeError" } });
    expect(find("coded")).toMatchObject({ facts: { "error.type": "23505" } });
    expect(receiver.bodies.join("")).not.toContain("CANARY");
  });

  it("are sent in the configured ratio, each trace completely or not at all", async () => {
    await begin(0);
    await inSpan(
      () => ({ name: "outer" }),
      () =>
        inSpan(
          () => ({ name: "inner" }),
          async () => undefined,
        ),
    );
    await stopTracing(PATIENCE_MS);
    expect(receiver.spans).toEqual([]);
  });

  it("do not stop a call while the receiver is unavailable", async () => {
    await begin();
    await receiver.close();
    expect(
      await inSpan(
        () => ({ name: "request" }),
        async () => 1,
      ),
    ).toBe(1);
  });
});
