import "server-only";
import type { AuditContext } from "@/lib/context/context";
import { isUniqueViolation } from "@/lib/db/errors";
import { type DbContext, inTransaction } from "@/lib/db/transaction";
import type { Collector } from "@/lib/env/collector";
import { collectWith, counter } from "@/lib/telemetry/metrics/registry";
import { processSlot } from "@/lib/telemetry/process-slot";
import { appendEntry } from "../../record/append-entry";
import { FACTS, type Fact } from "../tables/shown-row";
import {
  beginForward,
  claimForward,
  type ForwardPlace,
  type ForwardRow,
  isBegun,
  readForward,
  settleForward,
} from "./forward-store";
import { sendMessages } from "./send-messages";
import { syslogMessage } from "./syslog";

/** Entries of one connection. */
export const BATCH = 500;
/** Longer than a collector may take for a batch. */
const LEASE_MS = 60_000;

const countSent = counter("sealport_log_forwarded_entries_total");

export type ForwardContext = AuditContext & DbContext & { readonly collector?: Collector | undefined };

/** Facts that the stored entry states; the index row states the others. */
const OF_ENTRY: ReadonlySet<Fact> = new Set<Fact>(["at", "id", "class", "outcome"]);

/** Returns the message of a row. It is made without opening a part, so what the index row alone states is named. */
function messageOf(row: ForwardRow, log: string): string {
  const texts = FACTS.map((name) => [name, row[name] ?? ""] as const);
  const unshown = texts.flatMap(([name, text]) => (text === "" || OF_ENTRY.has(name) ? [] : [name]));
  const values = Object.fromEntries(texts) as Record<Fact, string>;
  const leaf = Buffer.from(row.leaf_hash).toString("base64url");
  return syslogMessage({ values, unshown }, { log, seq: row.seq, leaf, missing: "" });
}

/** Records that the log is sent to this collector from now on, before its first byte. */
async function begin(cx: ForwardContext, place: ForwardPlace): Promise<void> {
  if (await isBegun(cx.db, place)) return;
  try {
    await inTransaction(cx, async (tx) => {
      const { id } = await appendEntry(tx, cx, {
        class: "export",
        outcome: "done",
        action: "audit.export",
        subjects: [],
        details: { format: "syslog", to: place.target },
      });
      await beginForward(tx, place, id);
    });
  } catch (error) {
    // Another portal has begun it.
    if (!isUniqueViolation(error)) throw error;
  }
}

/** How many signed entries of each log wait to be sent, for the metrics. */
const WAITING = processSlot<Map<string, number>>("log-forward", () => new Map());

function noteWaiting(log: string, count: number): void {
  WAITING.set(log, count);
  const all = () => [...WAITING.values()].reduce((sum, one) => sum + one, 0);
  collectWith("log-forward", () => [["sealport_log_forward_waiting_entries", all()]]);
}

/**
 * One pass: sends the next entries of the log to the collector as syslog, in their order, and returns whether there are
 * more. Only entries that a checkpoint covers are sent, none of an agency's case and none about a suspicion. Each is sent at
 * least once: after a failure the batch is sent again. Several portals share the work. Throws CollectorError.
 */
export async function forwardLog(cx: ForwardContext): Promise<boolean> {
  const { collector, db, clock } = cx;
  if (collector === undefined) return false;
  const { tenantId, log } = cx.instance;
  const place = { tenantId, log, target: collector.name };
  await begin(cx, place);
  const until = new Date(clock.nowMs() + LEASE_MS);
  const from = await claimForward(db, place, { at: clock.now(), until });
  if (from === undefined) return false;
  let sent = { next: from, at: undefined as Date | undefined };
  try {
    const rows = await readForward(db, { tenantId, log, from, most: BATCH });
    const messages = rows.filter((row) => row.is_open).map((row) => messageOf(row, log));
    if (messages.length > 0) await sendMessages(collector, messages);
    const last = rows.at(-1);
    if (last === undefined) return false;
    sent = { next: last.seq + 1, at: clock.now() };
    countSent(messages.length);
    noteWaiting(log, last.size - sent.next);
    return last.size > sent.next;
  } finally {
    await settleForward(db, place, sent);
  }
}
