import type { Board } from "./panels";

const RATE = "[$__rate_interval]";

/** The audit log and background work. */
export const LOG: Board = {
  file: "log",
  title: "Sealport: log and background work",
  rows: [
    {
      title: "Log",
      panels: [
        {
          title: "Integration",
          meaning: "Age of the oldest entry that waits for its place, and the delay of recent entries.",
          unit: "s",
          queries: [
            ["max(sealport_integration_lag_seconds)", "waiting"],
            ["max by (quantile) (sealport_merge_delay_seconds)", "delay {{quantile}}"],
          ],
        },
        {
          title: "Checkpoints",
          meaning: "Age of the newest checkpoint and time stamp, and how long the witness policy is not met.",
          unit: "s",
          queries: [
            ["max(sealport_checkpoint_age_seconds)", "checkpoint"],
            ["max(sealport_checkpoint_unwitnessed_seconds)", "unwitnessed"],
            ["max(sealport_time_stamp_age_seconds)", "time stamp"],
          ],
        },
        {
          title: "Size",
          meaning: "Entries in the log, signed and cosigned.",
          unit: "none",
          queries: [
            ["max(sealport_log_entries)", "entries"],
            ["max(sealport_signed_entries)", "signed"],
            ["max(sealport_witness_entries)", "witnessed"],
          ],
        },
        {
          title: "Work of signer, worker and witness",
          meaning: "Each second: entries sequenced, checkpoints, and answers of signer and witnesses.",
          unit: "ops",
          queries: [
            [`sum(rate(sealport_sequenced_entries_total${RATE}))`, "sequenced"],
            [`sum(rate(sealport_checkpoints_total${RATE}))`, "checkpoints"],
            [`sum by (outcome) (rate(sealport_signer_calls_total${RATE}))`, "signer {{outcome}}"],
            [
              `sum by (kind, outcome) (rate(sealport_cosignature_requests_total${RATE}))`,
              "{{kind}} witness {{outcome}}",
            ],
            [`sum by (status) (rate(sealport_witness_calls_total${RATE}))`, "witness answered {{status}}"],
          ],
        },
        {
          title: "Sent to the collector",
          meaning: "Entries that portals send as syslog each second, and signed ones that wait.",
          unit: "none",
          queries: [
            [`sum(rate(sealport_log_forwarded_entries_total${RATE}))`, "sent"],
            ["max(sealport_log_forward_waiting_entries)", "waiting"],
          ],
        },
        {
          title: "Must be 0",
          meaning:
            "Unsigned and quarantined entries, intents without outcome, late erasures, ends not at the custodian, findings.",
          unit: "none",
          queries: [
            ["max(sealport_log_unsigned_entries)", "unsigned"],
            ["max(sealport_quarantined_entries)", "quarantined"],
            ["max(sealport_open_intents)", "open intents"],
            ["max(sealport_late_erasures)", "late erasures"],
            ["max(sealport_ends_not_at_custodian)", "ends not at custodian"],
            ["max(sealport_verification_findings)", "verification"],
          ],
        },
        {
          title: "Cosignatures and verification",
          meaning: "Cosignatures of the newest checkpoint by kind, and days since the log was verified.",
          unit: "none",
          queries: [
            ["max by (kind) (sealport_checkpoint_cosignatures)", "{{kind}}"],
            ["max(sealport_verification_age_seconds) / 86400", "days since verification"],
          ],
        },
      ],
    },
    {
      title: "Background work",
      panels: [
        {
          title: "Queue depth",
          meaning: "Tasks that wait.",
          unit: "none",
          queries: [["max by (queue) (sealport_queue_depth)", "{{queue}}"]],
        },
        {
          title: "Queue age",
          meaning: "Age of the oldest task.",
          unit: "s",
          queries: [["max by (queue) (sealport_queue_age_seconds)", "{{queue}}"]],
        },
        {
          title: "Failures",
          meaning: "Failed tasks, and jobs whose last passes failed.",
          unit: "none",
          queries: [
            ["max by (queue) (sealport_queue_failed) > 0", "{{queue}}"],
            ["max by (job) (sealport_job_failures_in_a_row) > 0", "{{job}} in a row"],
          ],
        },
        {
          title: "Last success of each job",
          meaning: "Seconds since a job last ended a pass without a failure, in any process.",
          unit: "s",
          queries: [["time() - max by (job) (sealport_job_last_success_timestamp_seconds)", "{{job}}"]],
        },
        {
          title: "Passes and time of jobs",
          meaning: "Passes each second by outcome, and the part of a core that waits for a job.",
          unit: "ops",
          queries: [
            [`sum by (outcome) (rate(sealport_job_runs_total${RATE}))`, "{{outcome}}"],
            [`topk(5, sum by (job) (rate(sealport_job_seconds_total${RATE})))`, "{{job}} seconds"],
          ],
        },
        {
          title: "Rotations",
          meaning: "Key rotations, and the envelopes of those that run.",
          unit: "none",
          queries: [
            ["max by (state) (sealport_rotations)", "{{state}}"],
            ["max by (state) (sealport_rotation_items)", "envelopes {{state}}"],
          ],
        },
      ],
    },
  ],
};
