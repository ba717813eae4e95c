import "server-only";
import { type ServiceServer, serveHttp } from "@/lib/ipc/server";
import { keyMetrics } from "@/lib/keystore/key-metrics";
import type { Runtime } from "@/lib/runtime/slot";
import { METRICS_TYPE, metricsText } from "@/lib/telemetry/metrics";

/** Serves `/metrics` at its own service URL, only for monitoring of this process. */
export function serveMetrics(
  { keystore, logger }: Pick<Runtime, "keystore" | "logger">,
  url: string,
): Promise<ServiceServer> {
  return serveHttp(
    url,
    async ({ method, path }) => {
      if (path !== "/metrics") return { status: 404 };
      if (method !== "GET" && method !== "HEAD") return { status: 405, headers: { allow: "GET, HEAD" } };
      const headers = { "content-type": METRICS_TYPE, "cache-control": "no-store" };
      return { status: 200, headers, body: metricsText(keyMetrics(keystore)) };
    },
    { onError: (err) => logger.error({ err }, "metrics were not answered") },
  );
}

/** Serves metrics for as long as the process runs. If the address is taken, it logs that and continues. */
export function keepMetrics(runtime: Pick<Runtime, "keystore" | "logger">, url: string | undefined): void {
  if (url === undefined) return;
  serveMetrics(runtime, url).catch((err: unknown) => {
    runtime.logger.error({ err }, "metrics not served: the address of METRICS_URL is not available");
  });
}
