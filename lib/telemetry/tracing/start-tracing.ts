import "server-only";
import { useTracer } from "@/lib/telemetry/tracing/spans";

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
