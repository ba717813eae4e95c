// The room alerts: alarms as records with an opening, people who act on them, and an end. catalogue.ts names every
// alarm, observe.ts opens and ends alerts, rules/ looks for them in the log, delivery/ sends them. Watched by the portal's
// jobs and by lib/http/health/watch-health.ts. An alert names things by id and entries by number, never a value.

import type { Severity } from "@/lib/alerts/schema";

/**
 * What ends an alert without a person. `condition`: it is no longer seen. `quiet`: it was not seen for an hour. `person`:
 * only a person ends it, because its cause cannot be undone.
 */
export type Ends = "condition" | "quiet" | "person";

export interface AlertKind {
  /** Name of the alarm; `*` stands for any text. */
  readonly name: string;
  readonly severity: Severity;
  readonly ends: Ends;
  /** File of docs/runbooks without its ending. */
  readonly runbook: string;
  /** Opens as soon as it is seen. Other conditions must last for a minute. */
  readonly isAtOnce?: true;
}

const kind = (name: string, severity: Severity, ends: Ends, runbook: string): AlertKind => ({
  name,
  severity,
  ends,
  runbook,
});
const atOnce = (name: string, runbook: string): AlertKind => ({
  ...kind(name, "critical", "condition", runbook),
  isAtOnce: true,
});

/** What the state of the instance shows (lib/http/health/judge-health.ts). */
export const HEALTH_ALERTS: readonly AlertKind[] = [
  atOnce("log-verification-wrong", "verification-failed"),
  atOnce("policies-altered", "policies"),
  atOnce("signer-refuses-*", "signer-refuses"),
  kind("log-verification-incomplete", "warning", "condition", "verification-failed"),
  kind("checkpoint-late", "critical", "condition", "checkpoint-late"),
  kind("checkpoint-unwitnessed", "critical", "condition", "checkpoint-unwitnessed"),
  kind("time-stamp-late", "warning", "condition", "time-stamp-late"),
  kind("integration-late", "critical", "condition", "integration-lag"),
  kind("merge-delay", "warning", "condition", "integration-lag"),
  kind("entry-quarantined", "critical", "condition", "quarantine"),
  kind("intent-without-outcome", "critical", "condition", "intent-without-outcome"),
  kind("end-not-at-custodian", "critical", "condition", "end-not-at-custodian"),
  kind("erasure-late", "warning", "condition", "erasure-late"),
  kind("archive-late", "warning", "condition", "backup-too-old"),
  kind("backup-*", "warning", "condition", "backup-too-old"),
  kind("drill-failed", "warning", "condition", "drill-too-old"),
  kind("redis-*", "warning", "condition", "rate-limiter"),
  kind("upstash-*", "warning", "condition", "rate-limiter"),
  kind("policies-down", "critical", "condition", "policies"),
  kind("keystore-*", "critical", "condition", "root-key"),
  kind("*-down", "critical", "condition", "process-down"),
  kind("*-late", "warning", "condition", "process-down"),
];

/** What a line of a process's log reports as it happens (the member `alarm`). */
export const EVENT_ALERTS: readonly AlertKind[] = [
  kind("envelope.replaced", "critical", "person", "envelope-replaced"),
  kind("envelope.open-failed", "critical", "person", "envelope-replaced"),
  kind("row.unreadable", "warning", "person", "unreadable-row"),
  kind("export.index", "critical", "person", "verification-failed"),
  kind("export.parts", "critical", "person", "verification-failed"),
  kind("export.erasure", "warning", "person", "erasure-late"),
  kind("export.signer", "warning", "quiet", "verification-failed"),
  kind("export.job", "warning", "person", "job-failed"),
  kind("log.erasure", "warning", "quiet", "erasure-late"),
  kind("log.compartment", "critical", "person", "erasure-late"),
  kind("escrow.*", "warning", "quiet", "end-not-at-custodian"),
  kind("policy.replay", "critical", "person", "policies"),
  kind("policy.run", "warning", "quiet", "policies"),
  kind("policy.*", "critical", "quiet", "policies"),
  kind("people.last-administrator", "warning", "person", "last-administrator"),
  kind("roster.confirmers", "warning", "quiet", "roster"),
  kind("roster.refused", "critical", "quiet", "roster"),
  kind("custodian.index", "warning", "quiet", "process-down"),
  kind("keystore.renewal", "warning", "quiet", "root-key"),
  kind("clock.*", "critical", "quiet", "clock-skew"),
  kind("witness.*", "warning", "quiet", "checkpoint-unwitnessed"),
  kind("cosignature.lost", "warning", "quiet", "checkpoint-unwitnessed"),
  kind("listen.silent", "critical", "quiet", "database-notices"),
  kind("replica.unused", "warning", "quiet", "replica"),
  kind("flags.*", "warning", "quiet", "switches"),
  kind("recovery.stuck", "warning", "quiet", "job-failed"),
  kind("rotation.stuck", "warning", "quiet", "job-failed"),
  kind("*.failed", "warning", "quiet", "job-failed"),
];

/** What the rules find in the log (lib/alerts/rules). */
export const RULE_ALERTS = [
  kind("off-hours-reads", "critical", "person", "off-hours-reads"),
  kind("denial-burst", "warning", "person", "denial-burst"),
  kind("escrow-without-order", "critical", "person", "escrow-without-order"),
  kind("grant-near-cap", "warning", "quiet", "grant-near-cap"),
  kind("self-approval", "critical", "person", "self-approval"),
  kind("integrity", "critical", "person", "verification-failed"),
] as const satisfies readonly AlertKind[];

/** Log lines whose alert comes from the state of the instance: one fault must not open two alerts. */
export const IN_HEALTH: readonly string[] = [
  "log.verification",
  "log.verification-incomplete",
  "entry.malformed",
  "signer.refused",
];

/** Returns whether an alarm is one that the state of the instance shows. */
export function isOfHealth(name: string): boolean {
  return IN_HEALTH.includes(name) || find(HEALTH_ALERTS, name) !== undefined;
}

function isNamed(pattern: string, name: string): boolean {
  const [before = "", after] = pattern.split("*");
  if (after === undefined) return pattern === name;
  return name.length > before.length + after.length && name.startsWith(before) && name.endsWith(after);
}

function find(kinds: readonly AlertKind[], name: string): AlertKind | undefined {
  return kinds.find((one) => isNamed(one.name, name));
}

const OTHER: Omit<AlertKind, "name"> = { severity: "warning", ends: "person", runbook: "other-alarm" };

/** Returns what is known of an alarm. One that is missing here opens an alert too: an alarm is never dropped. */
export function kindOf(name: string): AlertKind {
  return find([...RULE_ALERTS, ...HEALTH_ALERTS, ...EVENT_ALERTS], name) ?? { name, ...OTHER };
}
