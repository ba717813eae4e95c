import "server-only";

export type MetricProcess = "portal" | "worker" | "signer" | "custodian" | "witness" | "every";

/** One documented metric. `docs/metrics.md` is written from these rows. */
export interface MetricRow {
  readonly type: "counter" | "gauge" | "histogram";
  readonly labels: readonly string[];
  readonly process: MetricProcess;
  readonly meaning: string;
}

/** Returns a row. Labels are words with a space between them. */
export const row = (
  process: MetricProcess,
  type: MetricRow["type"],
  labels: string,
  meaning: string,
): MetricRow => ({ process, type, labels: labels === "" ? [] : labels.split(" "), meaning });

/** What prom-client collects of a Node process; these names are its own. */
export const NODE_METRICS = {
  process_cpu_seconds_total: row("every", "counter", "", "CPU time of the process, in seconds."),
  process_resident_memory_bytes: row("every", "gauge", "", "Resident memory of the process."),
  process_start_time_seconds: row("every", "gauge", "", "When the process started, as Unix time."),
  process_open_fds: row("every", "gauge", "", "Open file descriptors (Linux)."),
  process_max_fds: row("every", "gauge", "", "Limit of open file descriptors (Linux)."),
  nodejs_eventloop_lag_seconds: row("every", "gauge", "", "Delay of the event loop at this reading."),
  nodejs_eventloop_lag_p99_seconds: row(
    "every",
    "gauge",
    "",
    "Event-loop delay since the last reading, 99th percentile. Also min, max, mean, stddev, p50 and p90.",
  ),
  nodejs_active_handles_total: row("every", "gauge", "", "Open handles: sockets, timers, servers."),
  nodejs_active_requests_total: row(
    "every",
    "gauge",
    "",
    "Requests of the process to the system that are pending.",
  ),
  nodejs_heap_size_used_bytes: row("every", "gauge", "", "Used part of the JavaScript heap."),
  nodejs_heap_size_total_bytes: row("every", "gauge", "", "Size of the JavaScript heap."),
  nodejs_external_memory_bytes: row("every", "gauge", "", "Memory of buffers outside the heap."),
  nodejs_gc_duration_seconds: row("every", "histogram", "kind", "Garbage collections by kind."),
} as const;
