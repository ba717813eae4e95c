import "server-only";
import { findSealedCases } from "@/lib/audit/reading/sealed-store";
import type { Context } from "@/lib/context/context";
import { inSnapshot } from "@/lib/db/transaction";
import { countDecisions, recordedDecisions } from "@/lib/policies/recorded/recorded-decisions";
import { requireReader } from "@/lib/policies/who-may";
import { processSlot } from "@/lib/telemetry/process-slot";

const DAY_MS = 86_400_000;
/** The page says this number of days. */
const DAYS = 30;
/** Entries are in the log within a minute (audit.md). A later pass does not read them again. */
const SETTLED_MS = 120_000;
/** Decisions that a page waits for. More are counted while the reader already sees the page. */
const MOST_AWAITED = 500;

/** How often each rule decided an opening in the last 30 days. */
export interface DecidedBy {
  /** By the rule's id; rules that decided nothing are absent. */
  readonly counts: ReadonlyMap<string, number>;
  /** False while older decisions are still being counted. */
  readonly isWhole: boolean;
}

/** What one process has counted of a tenant's decisions: each is opened once, because opening its sealed part takes time. */
interface Tally {
  /** Decisions before this time are counted. */
  upTo: Date;
  /** By day, then by request, then by rule. A request may be sealed from a reader; "" stands for none. */
  readonly days: Map<string, Map<string, Map<string, number>>>;
  running: Promise<void> | undefined;
}
const TALLIES = processSlot<Map<string, Tally>>("policy-tallies", () => new Map());

type CountContext = Pick<Context, "instance" | "clock" | "audit" | "db"> &
  Parameters<typeof countDecisions>[0];

/** A tally that is ahead of the time is begun again: the clock was set back, and what came since was not counted. */
function tallyOf({ instance, clock }: CountContext): Tally {
  const key = `${instance.tenantId} ${instance.log}`;
  const kept = TALLIES.get(key);
  if (kept !== undefined && kept.upTo.getTime() <= clock.nowMs()) return kept;
  const upTo = new Date(clock.nowMs() - DAYS * DAY_MS);
  const tally: Tally = { upTo, days: new Map(), running: undefined };
  TALLIES.set(key, tally);
  return tally;
}

function add(counts: Map<string, number>, more: ReadonlyMap<string, number>): void {
  for (const [id, times] of more) counts.set(id, (counts.get(id) ?? 0) + times);
}

function addTo(days: Tally["days"], day: string, request: string, rules: ReadonlyMap<string, number>): void {
  const requests = days.get(day) ?? new Map<string, Map<string, number>>();
  const known = requests.get(request) ?? new Map<string, number>();
  add(known, rules);
  days.set(day, requests.set(request, known));
}

/** Counts what came since the last pass. A pass that fails changes nothing, so the next one counts nothing twice. */
async function count(cx: CountContext, tally: Tally, to: Date): Promise<void> {
  const found: Tally["days"] = new Map();
  for await (const one of recordedDecisions(cx, { from: tally.upTo, to })) {
    if (one.is === "unreadable") continue;
    addTo(
      found,
      one.at.slice(0, 10),
      one.requestId ?? "",
      new Map(one.recorded.policies.map((id) => [id, 1])),
    );
  }
  for (const [day, requests] of found)
    for (const [request, rules] of requests) addTo(tally.days, day, request, rules);
  tally.upTo = to;
}

/** Adds up the days since then. A request that is sealed from the reader does not count (I12). */
function sum({ days }: Tally, since: string, sealed: ReadonlySet<string>): Map<string, number> {
  const counts = new Map<string, number>();
  for (const [day, requests] of days) {
    if (day < since) days.delete(day);
    else for (const [request, rules] of requests) if (!sealed.has(request)) add(counts, rules);
  }
  return counts;
}

/**
 * Returns how often each rule decided an opening in the last 30 days, allowed or refused. Where many decisions are not
 * counted yet, it counts them in the background and returns what is known. Throws `access.forbidden`.
 */
export async function countDecidedBy(cx: Context): Promise<DecidedBy> {
  requireReader(cx.principal);
  const tally = tallyOf(cx);
  const to = new Date(cx.clock.nowMs() - SETTLED_MS);
  if (tally.running === undefined && tally.upTo < to) {
    const isLong = (await countDecisions(cx, { from: tally.upTo, to })) > MOST_AWAITED;
    tally.running ??= count(cx, tally, to).finally(() => {
      tally.running = undefined;
    });
    if (!isLong) await tally.running;
    // The next reader begins again where a background count failed.
    else tally.running.catch(() => undefined);
  }
  const since = new Date(cx.clock.nowMs() - DAYS * DAY_MS).toISOString().slice(0, 10);
  const sealed = new Set(await inSnapshot(cx, (tx) => findSealedCases(tx, cx)));
  return { counts: sum(tally, since, sealed), isWhole: tally.running === undefined };
}
