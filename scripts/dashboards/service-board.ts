import type { Board } from "./panels";

const RATE = "[$__rate_interval]";

/** What users and their calls see. */
export const SERVICE: Board = {
  file: "service",
  title: "Sealport: service",
  rows: [
    {
      title: "State",
      panels: [
        {
          title: "Alarms on",
          meaning: "Alarms that last. /confidential/status names them.",
          unit: "none",
          isNumber: true,
          queries: [["sum(max by (name) (sealport_alarm))", "alarms"]],
        },
        {
          title: "Parts up",
          meaning: "Parts that are up, of all that the portal watches.",
          unit: "none",
          isNumber: true,
          queries: [
            ["sum(min by (part) (sealport_part_up))", "up"],
            ["count(max by (part) (sealport_part_up))", "all"],
          ],
        },
        {
          title: "Last good backup",
          meaning: "Age of the last good backup, and of the last passed drill.",
          unit: "s",
          isNumber: true,
          queries: [
            ["max(sealport_backup_age_seconds)", "backup"],
            ["max(sealport_drill_age_seconds)", "drill"],
          ],
        },
        {
          title: "Grants",
          meaning: "Grants that are valid now, and those that have used 90 % of their views or exports.",
          unit: "none",
          isNumber: true,
          queries: [
            ["max(sealport_grants_active)", "active"],
            ["max(sealport_grants_near_cap)", "near their cap"],
          ],
        },
        {
          title: "Alarms by name",
          meaning: "1 while an alarm lasts.",
          unit: "none",
          queries: [["max by (name) (sealport_alarm) > 0", "{{name}}"]],
        },
        {
          title: "Alarm events",
          meaning: "Log lines with an alarm, of all processes.",
          unit: "none",
          queries: [["sum by (name) (increase(sealport_alarm_events_total[5m])) > 0", "{{name}}"]],
        },
      ],
    },
    {
      title: "Calls",
      panels: [
        {
          title: "Requests by status",
          meaning: "Answered requests each second. 499: the caller left.",
          unit: "reqps",
          queries: [[`sum by (status) (rate(sealport_requests_total${RATE}))`, "{{status}}"]],
        },
        {
          title: "Latency",
          meaning: "Time to the answer: median, 95th and 99th percentile of API calls.",
          unit: "s",
          queries: [0.5, 0.95, 0.99].map((part) => [
            `histogram_quantile(${part}, sum by (le) (rate(sealport_request_duration_seconds_bucket{way="api"}${RATE})))`,
            `p${part * 100}`,
          ]),
        },
        {
          title: "Slowest operations",
          meaning: "99th percentile by operation, the ten highest.",
          unit: "s",
          queries: [
            [
              `topk(10, histogram_quantile(0.99, sum by (le, operation) (rate(sealport_request_duration_seconds_bucket${RATE}))))`,
              "{{operation}}",
            ],
          ],
        },
        {
          title: "Requests in flight",
          meaning: "Requests that are being answered now, by process.",
          unit: "none",
          queries: [["sealport_requests_in_flight", "{{instance}}"]],
        },
        {
          title: "Problems by code",
          meaning: "Answers that are a problem document.",
          unit: "reqps",
          queries: [[`sum by (code) (rate(sealport_refusals_total${RATE}))`, "{{code}}"]],
        },
        {
          title: "Rate budgets",
          meaning: "Draws that were denied, or that could not be counted.",
          unit: "reqps",
          queries: [
            [
              `sum by (class, outcome) (rate(sealport_limiter_draws_total{outcome!="allowed"}${RATE}))`,
              "{{class}} {{outcome}}",
            ],
            [`sum by (class) (rate(sealport_limiter_uncounted_total${RATE}))`, "{{class}} in memory"],
            ["min by (store) (sealport_limiter_up)", "{{store}} up"],
          ],
        },
      ],
    },
    {
      title: "Access",
      panels: [
        {
          title: "Openings decided",
          meaning: "Decisions about openings, by the reason of a refusal.",
          unit: "ops",
          queries: [
            [
              `sum by (outcome, reason) (rate(sealport_decisions_total{kind="opening"}${RATE}))`,
              "{{outcome}} {{reason}}",
            ],
          ],
        },
        {
          title: "Other acts refused",
          meaning: "Refusals of all other acts, by reason.",
          unit: "ops",
          queries: [
            [
              `sum by (reason) (rate(sealport_decisions_total{kind="action",outcome="refused"}${RATE}))`,
              "{{reason}}",
            ],
          ],
        },
        {
          title: "Openings by the custodian",
          meaning: "Openings through escrow, by outcome.",
          unit: "ops",
          queries: [
            [`sum by (outcome) (rate(sealport_custodian_calls_total{act="open"}${RATE}))`, "{{outcome}}"],
          ],
        },
        {
          title: "Custodian latency",
          meaning: "99th percentile by act.",
          unit: "s",
          queries: [
            [
              `histogram_quantile(0.99, sum by (le, act) (rate(sealport_custodian_call_duration_seconds_bucket${RATE})))`,
              "{{act}}",
            ],
          ],
        },
      ],
    },
  ],
};
