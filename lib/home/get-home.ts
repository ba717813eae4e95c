// The room home: what waits for the caller, and counts for the navigation. Each *-needs.ts file reads one kind of
// task, this file puts them in order, count-places.ts counts. A task is shown only to a person who can act on it, and
// shows only what its own list would show them.

import "server-only";
import { viewerOf } from "@/lib/access/requests/viewer";
import { isReviewer } from "@/lib/access/rules/action-rules";
import { isSupport } from "@/lib/access/rules/floor";
import { closedOrigin } from "@/lib/audit/reading/of-log";
import type { Context } from "@/lib/context/context";
import { type Viewed, viewRows } from "@/lib/db/read-rows";
import { onReplica } from "@/lib/db/replica";
import { inSnapshot, type Tx } from "@/lib/db/transaction";
import type { Roster } from "@/lib/escrow/protocol/roster";
import { readAgreementNeeds } from "@/lib/home/agreement-needs";
import { readAlertNeeds } from "@/lib/home/alert-needs";
import { readBreakGlassNeeds } from "@/lib/home/break-glass-needs";
import { readCounts } from "@/lib/home/count-places";
import { readDisputeNeeds } from "@/lib/home/dispute-needs";
import { readGrantNeeds } from "@/lib/home/grant-needs";
import { readKeyNeeds } from "@/lib/home/key-needs";
import { readRequestNeeds } from "@/lib/home/request-needs";
import { type Home, type Need, NeedKind, type News, type OwnEntry } from "@/lib/home/schema";
import { readOfficeNeeds } from "@/lib/home/second-person-needs";
import { needsRosterKey, readSigningNeeds } from "@/lib/home/signing-needs";
import { type EntryRow, findLastVisit, listNews, listOwnEntries, type NewsRow } from "@/lib/home/store";
import { listTransactionRows } from "@/lib/transactions/read/list-store";
import { viewOf } from "@/lib/transactions/read/view";
import type { TransactionView } from "@/lib/transactions/schema";

const RANK = new Map(NeedKind.options.map((kind, index) => [kind, index]));

/** When a need presses: its due time where it has one, else how long it has waited. */
function pressing(need: Need): number {
  return Date.parse(need.due_at ?? need.at);
}

/**
 * Compares tasks, most urgent first: what the caller is late with, then by kind, then by time. Work that another person
 * is late with needs no act of the caller, and keeps the place of its kind.
 */
function byUrgency(a: Need, b: Need): number {
  const late = (need: Need): number => (need.is_late && need.kind !== "answer_overdue" ? 0 : 1);
  return (
    late(a) - late(b) ||
    (RANK.get(a.kind) ?? 0) - (RANK.get(b.kind) ?? 0) ||
    pressing(a) - pressing(b) ||
    (a.subject.id < b.subject.id ? -1 : 1)
  );
}

const MAX_NEWS = 8;
const MAX_ENTRIES = 5;
const MAX_TRANSACTIONS = 6;
/** News of a first visit, and of programs, which make no visits. */
const FIRST_NEWS_MS = 7 * 24 * 3_600_000;

async function readNews(
  tx: Tx,
  cx: Context,
  { sealed, since }: { readonly sealed: readonly string[]; readonly since: Date },
): Promise<Viewed<News>> {
  const { principal, instance } = cx;
  const rows = await listNews(tx, {
    tenantId: instance.tenantId,
    userId: principal.userId,
    requestsOf: isReviewer(principal) ? undefined : principal.userId,
    sealed,
    participant: principal.participantId,
    seesAllDisputes: isSupport(principal),
    since,
    limit: MAX_NEWS,
  });
  return viewRows(cx, "home.news", rows, ({ at, state, ...row }: NewsRow) => ({
    ...row,
    at: at.toISOString(),
    ...(state === null ? {} : { state }),
  }));
}

async function readOwnTransactions(tx: Tx, cx: Context): Promise<Viewed<TransactionView>> {
  const { principal, instance } = cx;
  const { role, participantId } = principal;
  if (participantId === undefined || (role !== "client" && role !== "miner")) return { items: [] };
  const rows = await listTransactionRows(tx.run, {
    tenantId: instance.tenantId,
    own: participantId,
    participant: undefined,
    jobId: undefined,
    status: undefined,
    fromMicros: undefined,
    toMicros: undefined,
    after: undefined,
    limit: MAX_TRANSACTIONS,
  });
  return viewRows(cx, "home.transactions", rows, viewOf);
}

async function readEntries(tx: Tx, cx: Context): Promise<Viewed<OwnEntry>> {
  const { principal, instance } = cx;
  const actor = { tenantId: instance.tenantId, pseudonym: principal.pseudonym };
  const rows = await listOwnEntries(tx, actor, MAX_ENTRIES);
  return viewRows(cx, "home.entries", rows, ({ seq, log, ...row }: EntryRow) => ({
    ...row,
    ...(seq === null ? {} : { seq: String(seq) }),
    closed_log: closedOrigin(instance, log),
  }));
}

/**
 * Returns what needs the caller now, most urgent first, and what changed since the last visit. It shows only what its
 * lists would show the same caller.
 */
export async function getHome(cx: Context): Promise<Home> {
  // Before the snapshot, which must not wait for the custodian.
  const roster = needsRosterKey(cx.principal) ? await cx.escrow.knownRoster() : undefined;
  return onReplica(cx, "home", (from) => readHome(from, roster));
}

function readHome(cx: Context, roster: Roster | undefined): Promise<Home> {
  const { principal } = cx;
  const sessionId = principal.proof.kind === "session" ? principal.proof.sessionId : undefined;
  const now = cx.clock.now();
  return inSnapshot(cx, async (tx) => {
    // Read once for all lists: in one snapshot it is the same for each.
    const viewer = await viewerOf(tx, cx);
    const requests = await readRequestNeeds(tx, cx, viewer);
    const grants = await readGrantNeeds(tx, cx, viewer.sealed);
    const disputes = await readDisputeNeeds(tx, cx);
    const emergencies = await readBreakGlassNeeds(tx, cx);
    const keys = await readKeyNeeds(tx, cx);
    const agreements = await readAgreementNeeds(tx, cx);
    const office = await readOfficeNeeds(tx, cx);
    const lastHere = await findLastVisit(tx, principal.userId, sessionId);
    const transactions = await readOwnTransactions(tx, cx);
    const since = lastHere ?? new Date(now.getTime() - FIRST_NEWS_MS);
    const news = await readNews(tx, cx, { sealed: viewer.sealed, since });
    const entries = await readEntries(tx, cx);
    const parts = [requests, grants, disputes, emergencies, keys, agreements, transactions, news, entries];
    const unreadable = parts.flatMap((part) => part.unreadable ?? []);
    return {
      at: now.toISOString(),
      needs: [
        ...requests.needs,
        ...grants.needs,
        ...disputes.needs,
        ...emergencies.needs,
        ...keys.needs,
        ...agreements.needs,
        ...office,
        ...(await readSigningNeeds(tx, cx, roster)),
        ...(await readAlertNeeds(tx, cx)),
      ].sort(byUrgency),
      counts: await readCounts(tx, cx, { viewer, office }),
      in_force: grants.inForce,
      ...requests.shown,
      transactions: transactions.items,
      ...(lastHere === undefined ? {} : { last_here_at: lastHere.toISOString() }),
      news: news.items,
      entries: entries.items,
      ...(unreadable.length === 0 ? {} : { unreadable }),
    };
  });
}
