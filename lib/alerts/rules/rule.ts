import "server-only";
import { z } from "zod";
import type { RULE_ALERTS } from "@/lib/alerts/catalogue";
import type { Thresholds } from "@/lib/alerts/rules/thresholds";
import { type Piece, sql, statement } from "@/lib/db/statement";
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

/** Entries of the log in a window of time. */
interface Window {
  readonly log: string;
  readonly tenantId: string;
  readonly from: string;
}

/** A rule over entries: which ones it reads, and what it reads of them. `i` is their index row and `l` their leaf. */
interface EntryRule<Row extends z.ZodType> extends Pick<Rule<z.output<Row>>, "name" | "judge"> {
  readonly row: Row;
  readonly columns: Piece<unknown>;
  readonly joins?: Piece<unknown>;
  readonly which: Piece<unknown>;
  /** How many minutes back it looks. */
  readonly minutes: (thresholds: Thresholds) => number;
}

const NONE = sql``;

/**
 * Returns a rule over the newest entries of a window, in the order of the log. It reads so many at most: no one hides an
 * entry behind many later ones without a burst that other rules find.
 */
export function entryRule<Row extends z.ZodType>(rule: EntryRule<Row>): Rule<z.output<Row>> {
  const { name, row, columns, joins = NONE, which, minutes, judge } = rule;
  const read = statement<Window, unknown>(`alert-${name}`)`
  SELECT ${columns}
  FROM audit_index i JOIN audit_leaf l ON l.entry_id = i.entry_id AND l.log = ${({ log }) => log} ${joins}
  WHERE i.tenant_id = ${({ tenantId }) => tenantId}::uuid AND i.at >= ${({ from }) => from} AND NOT i.is_suspicion AND ${which}
  ORDER BY l.seq DESC LIMIT 20000`;
  const rows = z.array(row);
  return {
    name,
    judge,
    async read(tx, { tenantId, log, now, thresholds }) {
      const found = await tx.run(read, { log, tenantId, from: since(now, minutes(thresholds)) });
      return rows.parse(found.reverse());
    },
  };
}

/** Returns the start of a window as entries write times. */
function since(now: Date, minutes: number): string {
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
