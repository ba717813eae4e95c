import "server-only";

export type MetricProcess = "portal" | "worker" | "signer" | "custodian" | "witness" | "every";

/** One documented metric. `docs/metrics.md` is written from these rows. */
export interface MetricRow {
  readonly type: "counter" | "gauge" | "histogram";
  readonly labels: readonly string[];
  readonly process: MetricProcess;
  readonly meaning: string;
}

const row = (
  process: MetricProcess,
  type: MetricRow["type"],
  labels: string,
  meaning: string,
): MetricRow => ({ process, type, labels: labels === "" ? [] : labels.split(" "), meaning });

const CALLS = {
  sealport_requests_total: row(
    "portal",
    "counter",
    "operation way status",
    "Answered requests by operation id, way (api or page) and HTTP status. Addresses without an operation have the operation none.",
  ),
  sealport_request_duration_seconds: row(
    "portal",
    "histogram",
    "operation way",
    "Time from the arrival of a request to its answer, in seconds.",
  ),
  sealport_requests_in_flight: row("portal", "gauge", "", "Requests that are being answered now."),
  sealport_refusals_total: row("portal", "counter", "code", "Answers that are a problem, by problem code."),
  sealport_decisions_total: row(
    "portal",
    "counter",
    "kind outcome reason",
    "Decisions of the access rules: kind is opening or action, outcome is allowed or refused, reason is the id of the first reason (none when allowed).",
  ),
  sealport_limiter_draws_total: row(
    "portal",
    "counter",
    "class outcome",
    "Draws on rate budgets: allowed, denied, or unavailable when a budget that fails closed could not be counted.",
  ),
  sealport_limiter_uncounted_total: row(
    "portal",
    "counter",
    "class",
    "Moments at which the shared counters failed and this process counted in its own memory.",
  ),
  sealport_limiter_up: row(
    "portal",
    "gauge",
    "store",
    "1 while the server that counts calls answers, 0 while it does not.",
  ),
} as const;

const LOG = {
  sealport_log_entries: row("portal", "gauge", "", "Entries that have a place in the audit log."),
  sealport_log_unsigned_entries: row("portal", "gauge", "", "Entries that no signed checkpoint covers yet."),
  sealport_integration_lag_seconds: row(
    "portal",
    "gauge",
    "",
    "Age of the oldest entry that waits for its place in the log; 0 when none waits.",
  ),
  sealport_merge_delay_seconds: row(
    "portal",
    "gauge",
    "quantile",
    "Time from an entry to its place in the log, of the last quarter of an hour: 0.5, 0.99 and max.",
  ),
  sealport_checkpoint_age_seconds: row("portal", "gauge", "", "Age of the newest signed checkpoint."),
  sealport_checkpoint_cosignatures: row(
    "portal",
    "gauge",
    "kind",
    "Cosignatures of the newest checkpoint, by kind of witness: own or independent.",
  ),
  sealport_checkpoint_unwitnessed_seconds: row(
    "portal",
    "gauge",
    "",
    "How long the newest checkpoints have not met the witness policy; 0 when they do.",
  ),
  sealport_time_stamp_age_seconds: row(
    "portal",
    "gauge",
    "",
    "Age of the newest time stamp; absent without one.",
  ),
  sealport_quarantined_entries: row(
    "portal",
    "gauge",
    "",
    "Quarantined entries that no person has dismissed.",
  ),
  sealport_open_intents: row(
    "portal",
    "gauge",
    "",
    "Openings that have recorded an intent and no outcome for five minutes.",
  ),
  sealport_late_erasures: row(
    "portal",
    "gauge",
    "",
    "Agreed erasures that are late by five minutes or more.",
  ),
  sealport_ends_not_at_custodian: row(
    "portal",
    "gauge",
    "",
    "Revocations and other ends that the custodian has not taken yet.",
  ),
  sealport_verification_age_seconds: row(
    "portal",
    "gauge",
    "",
    "Age of the last finished verification of the whole log; absent before the first.",
  ),
  sealport_verification_findings: row(
    "portal",
    "gauge",
    "",
    "1 while the last verification found a fault that no recovery declares, else 0.",
  ),
  sealport_sequenced_entries_total: row(
    "worker",
    "counter",
    "",
    "Entries that this worker gave a place in the log.",
  ),
  sealport_checkpoints_total: row("worker", "counter", "", "Checkpoints that this worker published."),
  sealport_cosignature_requests_total: row(
    "worker",
    "counter",
    "kind outcome",
    "Requests to witnesses by kind: cosigned, refused, absent or failed.",
  ),
  sealport_signer_calls_total: row(
    "signer",
    "counter",
    "outcome",
    "Requests for a checkpoint: signed, failed, or the reason of a refusal.",
  ),
  sealport_signed_entries: row("signer", "gauge", "", "Entries that the signer's last signed tree covers."),
  sealport_witness_calls_total: row(
    "witness",
    "counter",
    "status",
    "Requests to add a checkpoint, by HTTP status of the answer.",
  ),
  sealport_witness_entries: row(
    "witness",
    "gauge",
    "log",
    "Entries of the last head that the witness cosigned, by origin of the log.",
  ),
} as const;

const WORK = {
  sealport_job_runs_total: row(
    "every",
    "counter",
    "job outcome",
    "Passes of a background job: done or failed.",
  ),
  sealport_job_seconds_total: row("every", "counter", "job", "Time spent in passes of a background job."),
  sealport_job_failures_in_a_row: row(
    "every",
    "gauge",
    "job",
    "Failed passes of a background job since its last success.",
  ),
  sealport_job_last_success_timestamp_seconds: row(
    "every",
    "gauge",
    "job",
    "When a background job last ended a pass without a failure, as Unix time.",
  ),
  sealport_queue_depth: row(
    "portal",
    "gauge",
    "queue",
    "Tasks that wait in a queue: audit, grants, registrations, deliveries, exports, policy-runs, scans, rotations, recoveries.",
  ),
  sealport_queue_age_seconds: row(
    "portal",
    "gauge",
    "queue",
    "Age of the oldest waiting task of a queue; 0 when empty.",
  ),
  sealport_queue_failed: row(
    "portal",
    "gauge",
    "queue",
    "Tasks of a queue that ended in failure, or that the custodian refused, and were not removed.",
  ),
  sealport_rotations: row("portal", "gauge", "state", "Key rotations: asked or running."),
  sealport_rotation_items: row(
    "portal",
    "gauge",
    "state",
    "Envelopes of running key rotations: rewrapped and remaining.",
  ),
  sealport_custodian_calls_total: row(
    "custodian",
    "counter",
    "act outcome",
    "Calls to the custodian by act. Openings have the act open. The outcome is done, failed, or the reason of a refusal.",
  ),
  sealport_custodian_call_duration_seconds: row(
    "custodian",
    "histogram",
    "act",
    "Time the custodian took for a call, in seconds.",
  ),
  sealport_grants_active: row("portal", "gauge", "", "Grants that are valid now."),
  sealport_grants_near_cap: row(
    "portal",
    "gauge",
    "",
    "Valid grants that have used 90 % or more of their views or exports.",
  ),
} as const;

const STATE = {
  sealport_alarm: row(
    "portal",
    "gauge",
    "name",
    "1 while an alarm of the instance lasts, else 0. /confidential/status shows the same alarms.",
  ),
  sealport_alarm_events_total: row(
    "every",
    "counter",
    "name",
    "Log lines of this process that carry an alarm, by its name.",
  ),
  sealport_part_up: row(
    "portal",
    "gauge",
    "part",
    "1 while a part of the instance is up, 0 while it is late or down.",
  ),
  sealport_database_up: row("portal", "gauge", "", "1 while the database answers, else 0."),
  sealport_clock_skew_seconds: row(
    "portal",
    "gauge",
    "",
    "Clock of this process minus clock of the database, in seconds.",
  ),
  sealport_pool_connections: row(
    "every",
    "gauge",
    "pool state",
    "Database connections of a pool: in_use and idle. Signer, custodian and witness have few pools or none.",
  ),
  sealport_pool_waiting: row("every", "gauge", "pool", "Callers that wait for a database connection."),
  sealport_pool_size: row("every", "gauge", "pool", "Most connections that a pool may open."),
  sealport_keystore_up: row(
    "every",
    "gauge",
    "",
    "1 while the key service answers, 0 while it does not. Absent without a key service, and in the worker.",
  ),
  sealport_key_lease_seconds: row(
    "every",
    "gauge",
    "",
    "How long the keys that a key service lent remain valid. Absent without a key service, and in the worker.",
  ),
  sealport_opened_key_lookups_total: row(
    "portal",
    "counter",
    "result",
    "Uses of participants' managed keys: hit when the key was kept opened, miss when its blob was opened.",
  ),
  sealport_opened_keys: row(
    "portal",
    "gauge",
    "",
    "Opened private keys of participants that are kept in memory now.",
  ),
  sealport_opened_key_evictions_total: row(
    "portal",
    "counter",
    "why",
    "Opened keys that were zeroed, by why: number, time, uses or removed.",
  ),
  sealport_backup_age_seconds: row(
    "portal",
    "gauge",
    "",
    "Age of the last good backup; +Inf before the first.",
  ),
  sealport_drill_age_seconds: row(
    "portal",
    "gauge",
    "",
    "Age of the last passed restore drill; +Inf before the first.",
  ),
  sealport_process_info: row(
    "every",
    "gauge",
    "process version",
    "Always 1. The labels name the process and its version.",
  ),
} as const;

/** What prom-client collects of a Node process; these names are its own. */
const NODE = {
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

/** Our own metrics, by name. */
export const OWN_METRICS = { ...CALLS, ...LOG, ...WORK, ...STATE } as const;

/** All documented metrics, by name. */
export const METRICS: Readonly<Record<string, MetricRow>> = { ...OWN_METRICS, ...NODE };

export type MetricName = keyof typeof OWN_METRICS;
