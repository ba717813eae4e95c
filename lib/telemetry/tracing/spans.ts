// Traces of one process. This file begins spans where tracing is on and costs a comparison where it is off; otlp.ts sends
// them. Spans have names and codes, never a value, an address or a name of a person.

import "server-only";
import { processSlot } from "@/lib/telemetry/process-slot";
import type { OpenSpan, SpanStart, Tracer } from "@/lib/telemetry/tracing/tracer";

const TRACING = processSlot<{ tracer?: Tracer }>("tracing", () => ({}));

/**
 * Starts the traces of this process if a receiver is named (OTEL_EXPORTER_OTLP_ENDPOINT). Only then the SDK is loaded. The
 * receiver may be away: spans are then dropped after some attempts, and no call waits for it. Call it before pools are
 * opened.
 */
export async function startTracing(
  process: string,
  settings: { readonly endpoint: string; readonly ratio: number } | undefined,
): Promise<void> {
  if (settings === undefined) return;
  const { otlpTracer } = await import("@/lib/telemetry/tracing/otlp");
  useTracer(otlpTracer({ process, ...settings }));
}

/** Makes every span of this process go to this tracer. */
export function useTracer(tracer: Tracer | undefined): void {
  if (tracer === undefined) delete TRACING.tracer;
  else TRACING.tracer = tracer;
}

/** Returns the tracer, or undefined where tracing is off. */
export function tracer(): Tracer | undefined {
  return TRACING.tracer;
}

/** Runs `act` within a span. `start` is only called where tracing is on. */
export function inSpan<T>(start: () => SpanStart, act: () => Promise<T>): Promise<T> {
  const on = TRACING.tracer;
  return on === undefined ? act() : runIn(on.begin(start()), act);
}

async function runIn<T>(span: OpenSpan, act: () => Promise<T>): Promise<T> {
  try {
    const value = await span.run(act);
    span.end();
    return value;
  } catch (error) {
    span.end(error);
    throw error;
  }
}

/** Headers for a call to another part of the instance; none where tracing is off. */
export function traceHeaders(): Readonly<Record<string, string>> {
  return TRACING.tracer?.headers() ?? {};
}

/** A process that ends must not wait for a receiver that is away. */
const STOP_MS = 300;

/** Sends waiting spans before the process ends. */
export async function stopTracing(withinMs = STOP_MS): Promise<void> {
  await TRACING.tracer?.stop(withinMs);
}
