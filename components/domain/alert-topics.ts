import type { Alert } from "@/lib/alerts/schema";

/** Runbooks that have words of their own; any other alarm has the general ones. */
const TOPICS = [
  "verification-failed",
  "policies",
  "signer-refuses",
  "checkpoint-late",
  "checkpoint-unwitnessed",
  "time-stamp-late",
  "integration-lag",
  "quarantine",
  "intent-without-outcome",
  "end-not-at-custodian",
  "erasure-late",
  "backup-too-old",
  "drill-too-old",
  "rate-limiter",
  "root-key",
  "process-down",
  "envelope-replaced",
  "unreadable-row",
  "job-failed",
  "last-administrator",
  "roster",
  "clock-skew",
  "off-hours-reads",
  "denial-burst",
  "escrow-without-order",
  "grant-near-cap",
  "self-approval",
  "other-alarm",
] as const;
type Topic = (typeof TOPICS)[number];

/** Returns the words that an alert has, by its runbook. */
export function topicOf({ runbook }: Pick<Alert, "runbook">): Topic {
  return TOPICS.find((topic) => topic === runbook) ?? "other-alarm";
}
