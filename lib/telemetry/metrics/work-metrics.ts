import "server-only";
import { row } from "@/lib/telemetry/metrics/metric-row";

/** Calls, decisions, background work and the custodian. */
export const WORK_METRICS = {
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
  sealport_log_forwarded_entries_total: row(
    "portal",
    "counter",
    "",
    "Entries that this portal sent to the collector of SYSLOG_URL.",
  ),
  sealport_log_forward_waiting_entries: row(
    "portal",
    "gauge",
    "",
    "Signed entries that were not sent to the collector at the newest pass.",
  ),
  sealport_limiter_up: row(
    "portal",
    "gauge",
    "store",
    "1 while the server that counts calls answers, 0 while it does not.",
  ),

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
    "Tasks of a queue that failed within the last day, or that the custodian refuses.",
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
