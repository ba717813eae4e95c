/** Background jobs that have words (messages of `administration.background.jobs.names`): those of portal, worker and launcher. */
const JOBS = [
  "access-reviews",
  "alarms",
  "alert-messages",
  "alerts",
  "backup",
  "backup-command",
  "backup-records",
  "backup-wal",
  "checkpoint",
  "deadlines",
  "deliveries",
  "document-scans",
  "due-keys",
  "erasure",
  "erasures",
  "escrow-epoch",
  "escrow-rewrap",
  "export",
  "export-files",
  "exports",
  "heartbeat",
  "job-report",
  "log-forward",
  "notification-retention",
  "notifications",
  "pending-grants",
  "people",
  "policies",
  "policy-orders",
  "policy-runs",
  "pruning",
  "recovery",
  "registrar",
  "rotation",
  "rotations",
  "seal",
  "self-check",
  "sequencer",
  "sessions",
  "strays",
  "time-stamp",
  "token-objects",
  "transparency",
  "verification",
  "watch",
  "witness",
] as const;
type NamedJob = (typeof JOBS)[number];

/** Returns whether a job's name has words. */
export function isNamedJob(name: string): name is NamedJob {
  return JOBS.some((one) => one === name);
}

/** Returns what the job of a failure's alert does, or else its name: the alert's name without what happened. */
export function jobWords(alert: string, words: (job: NamedJob) => string): string {
  const name = alert.replace(/\.[a-z]+$/, "");
  return isNamedJob(name) ? words(name) : name;
}
