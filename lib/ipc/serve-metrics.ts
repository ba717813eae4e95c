import "server-only";
import type { Part } from "@/lib/ipc/part-identity";
import { type ServiceServer, serveHttp } from "@/lib/ipc/server";
import type { Logger } from "@/lib/telemetry/logger";
import { EVENT_ALARMS } from "@/lib/telemetry/metrics/alarm-names";
import { collectWith, counter, METRICS_TYPE, metricsText, watchNode } from "@/lib/telemetry/metrics/registry";

const alarmEvents = counter("sealport_alarm_events_total");

/** Serves `/metrics` of this process at its own service URL, for monitoring only. */
export function serveMetrics(process: Part, url: string, logger: Logger): Promise<ServiceServer> {
  watchNode();
  collectWith("process", () => [["sealport_process_info", 1, process]]);
  // Begins at 0, so that a rate sees the first event.
  for (const name of Object.keys(EVENT_ALARMS)) alarmEvents(0, name);
  const onUnread = (collector: string, err: unknown) =>
    logger.warn({ collector, err }, "metrics were not read");
  return serveHttp(
    url,
    async ({ method, path }) => {
      if (path !== "/metrics") return { status: 404 };
      if (method !== "GET" && method !== "HEAD") return { status: 405, headers: { allow: "GET, HEAD" } };
      const headers = { "content-type": METRICS_TYPE, "cache-control": "no-store" };
      return { status: 200, headers, body: await metricsText(onUnread) };
    },
    { onError: (err) => logger.error({ err }, "metrics were not answered") },
  );
}

/** Serves metrics for as long as the process runs. If the address is taken, it logs that and continues. */
export function keepMetrics(process: Part, url: string | undefined, logger: Logger): void {
  if (url === undefined) return;
  serveMetrics(process, url, logger).catch((err: unknown) => {
    logger.error({ err }, "metrics not served: the address of METRICS_URL is not available");
  });
}
