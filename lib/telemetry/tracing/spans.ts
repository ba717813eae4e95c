// Traces of one process. This file begins spans where tracing is on and costs a comparison where it is off; otlp.ts sends
// them. Spans have names and codes, never a value, an address or a name of a person.

import "server-only";
import { processSlot } from "@/lib/telemetry/process-slot";

export type SpanKind = "server" | "client" | "internal";

export interface SpanStart {
  readonly name: string;
  readonly kind?: SpanKind;
  readonly facts?: Readonly<Record<string, string | number>>;
  /** Value of the header `traceparent` that came with a call from another process. */
  readonly parent?: string | undefined;
  /** Id of the request that the span and its children belong to; that of the enclosing span by default. */
  readonly requestId?: string | undefined;
}

export interface OpenSpan {
  /** Runs `act`, whose spans are children of this one. */
  run<T>(act: () => T): T;
  end(error?: unknown): void;
}

/** What sends spans (otlp.ts). */
export interface Tracer {
  begin(start: SpanStart): OpenSpan;
  /** Headers that carry the running span to another process. */
  headers(): Readonly<Record<string, string>>;
  /** Sends what is waiting, and ends. */
  stop(): Promise<void>;
}

const TRACING = processSlot<{ tracer?: Tracer }>("tracing", () => ({}));

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

/** Sends waiting spans before the process ends. */
export async function stopTracing(): Promise<void> {
  await TRACING.tracer?.stop();
}
