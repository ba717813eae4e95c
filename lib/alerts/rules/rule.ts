import "server-only";
import type { RULE_ALERTS } from "@/lib/alerts/catalogue";
import type { Thresholds } from "@/lib/alerts/rules/thresholds";
import type { Tx } from "@/lib/db/transaction";

/** What a rule found: what it is about, and the entries that show it, rising. */
export interface Finding {
  readonly subject: string;
  readonly entries: readonly number[];
}

export interface RuleScope {
  readonly tenantId: string;
  /** Entries of the present log only: an alert names them by number. */
  readonly log: string;
  readonly now: Date;
  readonly thresholds: Thresholds;
}

/**
 * A rule over the log: one statement that reads rows, and a pure function that judges them. The rows are ids, times and
 * numbers; a rule never opens a sealed part. Entries about suspicions are left out: only compliance knows of them.
 */
export interface Rule<Row> {
  readonly name: (typeof RULE_ALERTS)[number]["name"];
  read(tx: Tx, scope: RuleScope): Promise<Row[]>;
  judge(rows: readonly Row[], thresholds: Thresholds): Finding[];
}

/** An entry with whom it is counted for. */
export interface CountedEntry {
  readonly subject: string;
  readonly seq: number;
}

/** Returns the start of a window as entries write times. */
export function since(now: Date, minutes: number): string {
  return new Date(now.getTime() - minutes * 60_000).toISOString().replace("Z", "000Z");
}

export const DAY_MINUTES = 1_440;

/** Returns a finding for each subject that has at least this many entries. */
export function atLeast(entries: readonly CountedEntry[], least: number): Finding[] {
  const bySubject = new Map<string, Set<number>>();
  for (const { subject, seq } of entries) {
    const seqs = bySubject.get(subject) ?? new Set<number>();
    bySubject.set(subject, seqs.add(seq));
  }
  return [...bySubject]
    .filter(([, seqs]) => seqs.size >= least)
    .map(([subject, seqs]) => ({ subject, entries: [...seqs].sort((a, b) => a - b) }));
}
