import "server-only";
import { AsyncLocalStorage } from "node:async_hooks";
import { setTimeout as delay } from "node:timers/promises";
import { type Context, ROOT_CONTEXT, SpanKind, SpanStatusCode, TraceFlags, trace } from "@opentelemetry/api";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-http";
import { resourceFromAttributes } from "@opentelemetry/resources";
import {
  BasicTracerProvider,
  BatchSpanProcessor,
  ParentBasedSampler,
  TraceIdRatioBasedSampler,
} from "@opentelemetry/sdk-trace-node";
import { PROCESS_INSTANCE } from "@/lib/telemetry/process-slot";
import type { OpenSpan, SpanStart, Tracer } from "@/lib/telemetry/tracing/tracer";

const KINDS = { server: SpanKind.SERVER, client: SpanKind.CLIENT, internal: SpanKind.INTERNAL };

/** The running span, and the request that it belongs to. */
interface Place {
  readonly context: Context;
  readonly requestId: string | undefined;
}

export interface TraceSettings {
  readonly process: string;
  /** Base address of an OTLP/HTTP receiver, for example http://127.0.0.1:4318. */
  readonly endpoint: string;
  /** Share of the traces that is sent, from 0 to 1. A trace that another process began keeps its own choice. */
  readonly ratio: number;
}

const PARENT = /^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/;

/** Reads `traceparent` (W3C Trace Context, version 00). An invalid one begins a trace of its own. */
function contextOf(parent: string | undefined): Context | undefined {
  const [whole, traceId = "", spanId = "", flags = ""] = PARENT.exec(parent ?? "") ?? [];
  if (whole === undefined || /^0+$/.test(traceId) || /^0+$/.test(spanId)) return undefined;
  const traceFlags = Number.parseInt(flags, 16) & TraceFlags.SAMPLED;
  return trace.setSpanContext(ROOT_CONTEXT, { traceId, spanId, traceFlags, isRemote: true });
}

/** Returns the name or code of an error. Its message is left out because it may contain values. */
function errorType(error: unknown): string {
  if (!(error instanceof Error)) return typeof error;
  const code: unknown = Reflect.get(error, "code");
  return typeof code === "string" ? code : error.name;
}

const EXPORT_MS = 3_000;

/**
 * Returns a tracer that sends spans by OTLP over HTTP, as JSON. It is not registered with the OpenTelemetry API: Next
 * would then send spans of its own, whose attributes have whole addresses.
 */
export function otlpTracer({ process, endpoint, ratio }: TraceSettings): Tracer {
  const exporter = new OTLPTraceExporter({
    url: `${endpoint.replace(/\/+$/, "")}/v1/traces`,
    timeoutMillis: EXPORT_MS,
  });
  const provider = new BasicTracerProvider({
    resource: resourceFromAttributes({
      "service.name": `sealport-${process}`,
      "service.instance.id": PROCESS_INSTANCE,
    }),
    sampler: new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(ratio) }),
    spanProcessors: [new BatchSpanProcessor(exporter, { scheduledDelayMillis: 1_000 })],
  });
  const source = provider.getTracer("sealport");
  const places = new AsyncLocalStorage<Place>();

  function begin({ name, kind = "internal", facts = {}, parent, requestId }: SpanStart): OpenSpan {
    const outer = places.getStore();
    const context = contextOf(parent) ?? outer?.context ?? ROOT_CONTEXT;
    const request = requestId ?? outer?.requestId;
    const attributes = { ...facts, ...(request === undefined ? {} : { "sealport.request_id": request }) };
    const span = source.startSpan(name, { kind: KINDS[kind], attributes }, context);
    const place = { context: trace.setSpan(context, span), requestId: request };
    return {
      run: (act) => places.run(place, act),
      end: (error) => {
        if (error !== undefined) {
          span.setStatus({ code: SpanStatusCode.ERROR });
          span.setAttribute("error.type", errorType(error));
        }
        span.end();
      },
    };
  }

  return {
    begin,
    headers: () => {
      const place = places.getStore();
      const running = place === undefined ? undefined : trace.getSpanContext(place.context);
      if (running === undefined) return {};
      const { traceId, spanId, traceFlags } = running;
      const traceparent = `00-${traceId}-${spanId}-${traceFlags.toString(16).padStart(2, "0")}`;
      return { traceparent, ...(place?.requestId === undefined ? {} : { "x-request-id": place.requestId }) };
    },
    stop: async (withinMs) => {
      const sent = provider.shutdown().catch(() => undefined);
      await Promise.race([sent, delay(withinMs, undefined, { ref: false })]);
    },
  };
}
