import "server-only";
import { useTracer } from "@/lib/telemetry/tracing/spans";

export interface TraceVariables {
  readonly OTEL_EXPORTER_OTLP_ENDPOINT?: string | undefined;
  readonly OTEL_TRACES_SAMPLER_ARG: number;
}

/**
 * Starts the traces of this process if OTEL_EXPORTER_OTLP_ENDPOINT names a receiver. Only then the SDK is loaded. The
 * receiver may be away: spans are then dropped after some attempts, and no call waits for it.
 */
export async function startTracing(process: string, variables: TraceVariables): Promise<void> {
  const { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, OTEL_TRACES_SAMPLER_ARG: ratio } = variables;
  if (endpoint === undefined) return;
  const { otlpTracer } = await import("@/lib/telemetry/tracing/otlp");
  useTracer(otlpTracer({ process, endpoint, ratio }));
}
