import type { Board } from "./panels";

const RATE = "[$__rate_interval]";
const BY = "{{instance}}";

/** Processes, database connections and keys. */
export const PROCESSES: Board = {
  file: "processes",
  title: "Sealport: processes",
  rows: [
    {
      title: "Processes",
      panels: [
        {
          title: "CPU",
          meaning: "Cores that a process uses.",
          unit: "none",
          queries: [[`rate(process_cpu_seconds_total${RATE}) and on (instance) sealport_process_info`, BY]],
        },
        {
          title: "Memory",
          meaning: "Resident memory, and the used part of the JavaScript heap.",
          unit: "bytes",
          queries: [
            ["process_resident_memory_bytes and on (instance) sealport_process_info", BY],
            ["nodejs_heap_size_used_bytes and on (instance) sealport_process_info", `${BY} heap`],
          ],
        },
        {
          title: "Event-loop delay",
          meaning: "99th percentile since the last reading.",
          unit: "s",
          queries: [["nodejs_eventloop_lag_p99_seconds and on (instance) sealport_process_info", BY]],
        },
        {
          title: "Handles and files",
          meaning: "Open handles and file descriptors. A steady rise is a leak.",
          unit: "none",
          queries: [
            ["nodejs_active_handles_total and on (instance) sealport_process_info", `${BY} handles`],
            ["process_open_fds and on (instance) sealport_process_info", `${BY} files`],
          ],
        },
        {
          title: "Uptime",
          meaning: "A drop is a restart.",
          unit: "s",
          queries: [["time() - process_start_time_seconds and on (instance) sealport_process_info", BY]],
        },
        {
          title: "Garbage collection",
          meaning: "Part of the time that goes into it.",
          unit: "percentunit",
          queries: [[`sum by (instance) (rate(nodejs_gc_duration_seconds_sum${RATE}))`, BY]],
        },
      ],
    },
    {
      title: "Database",
      panels: [
        {
          title: "Connections in use",
          meaning: "Of each pool. At its size, callers wait.",
          unit: "none",
          queries: [
            ['sealport_pool_connections{state="in_use"}', `${BY} {{pool}}`],
            ["sealport_pool_size", `${BY} {{pool}} size`],
          ],
        },
        {
          title: "Callers that wait for a connection",
          meaning: "More than 0 for long: too few connections, or slow statements.",
          unit: "none",
          queries: [["sealport_pool_waiting", `${BY} {{pool}}`]],
        },
        {
          title: "Database and clocks",
          meaning: "1 while the database answers, and the difference of the clocks in seconds.",
          unit: "none",
          queries: [
            ["sealport_database_up", `${BY} up`],
            ["abs(sealport_clock_skew_seconds)", `${BY} skew`],
          ],
        },
      ],
    },
    {
      title: "Keys",
      panels: [
        {
          title: "Key service",
          meaning: "How long lent keys remain valid. At 0 the process cannot open or sign.",
          unit: "s",
          queries: [
            ["sealport_key_lease_seconds", `${BY} lease`],
            ["sealport_keystore_up", `${BY} up`],
          ],
        },
        {
          title: "Kept keys",
          meaning: "Opened keys in memory, and the part of uses that one saved.",
          unit: "none",
          queries: [
            ["sealport_opened_keys", `${BY} kept`],
            [
              `sum by (instance) (rate(sealport_opened_key_lookups_total{result="hit"}${RATE})) / sum by (instance) (rate(sealport_opened_key_lookups_total${RATE}))`,
              `${BY} hits`,
            ],
          ],
        },
      ],
    },
  ],
};
