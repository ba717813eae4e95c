import "server-only";
import { listOwnGrants } from "@/lib/access/grants/own-grants";
import type { GrantView } from "@/lib/access/grants/schema";
import { type KnownHold, knownHold } from "@/lib/access/preservations/list-preservations";
import { managesHolds } from "@/lib/access/preservations/rules";
import type { RequestView } from "@/lib/access/requests/answer-schema";
import { getRequest } from "@/lib/access/requests/request-view";
import { isSupport } from "@/lib/access/rules/floor";
import { purposesOf } from "@/lib/access/rules/purposes";
import type { AccessLogItem } from "@/lib/audit/reading/access-logs";
import { listAccessLogs } from "@/lib/audit/reading/list-access-logs";
import type { Context } from "@/lib/context/context";
import { inSnapshot, type Tx } from "@/lib/db/transaction";
import { listHeldKeys } from "@/lib/transactions/read/held-store";
import { readKnown } from "@/lib/transactions/read/load-known";
import { viewOf } from "@/lib/transactions/read/view";
import { isParty } from "@/lib/transactions/read/who-may-know";
import type { TransactionRow } from "@/lib/transactions/rows";
import { type RetentionBody, TransactionStatus, type TransactionView } from "@/lib/transactions/schema";
import { nextStatus } from "@/lib/transactions/status/status-rules";

const SHOWN_ACCESSES = 12;
const ASKING: ReadonlySet<string> = new Set(["auditor", "regulator", "coordinator"]);

/** What one person can do with a transaction; each act is decided again when it is performed. */
export interface MayDo {
  /** A party opens its own record; all others need a grant. */
  readonly openOwn: boolean;
  readonly purposes: readonly string[];
  readonly ask: boolean;
  readonly export: boolean;
  readonly dispute: boolean;
  readonly move: readonly TransactionStatus[];
}

/** A transaction with everything its reader may know about access to it. */
export interface RecordView {
  readonly view: TransactionView;
  /** The reader's own grants that name it, newest first; those in force before all others. */
  readonly grants: readonly GrantView[];
  /** The request behind the first of them, if the reader made it. */
  readonly request: RequestView | undefined;
  readonly accesses: readonly AccessLogItem[];
  readonly accessCount: number;
  readonly may: MayDo;
  /** The party's key, held by its own program, that the fields are sealed for: the portal cannot open them for it. */
  readonly heldKey: string | undefined;
  /** A legal hold in force that the reader may know of. */
  readonly hold: KnownHold | undefined;
  /** The reader may place one. */
  readonly mayHold: boolean;
  /** Only for people who may change it: the parties do not learn that someone plans to look back. */
  readonly retention: RetentionBody["retention_class"] | undefined;
}

function movesOf({ principal }: Context, view: TransactionView): TransactionStatus[] {
  const approves = principal.role === "coordinator" && principal.duties.includes("approve");
  const mayMove = !isSupport(principal) && (approves || isParty(principal, view.participants));
  if (!mayMove || view.status === "disputed") return [];
  const current = { status: view.status, statusBeforeDispute: undefined };
  return TransactionStatus.options.filter(
    (wanted) => wanted !== "disputed" && nextStatus(current, wanted) !== undefined,
  );
}

function mayDo(cx: Context, view: TransactionView): MayDo {
  const { principal } = cx;
  const isOwn = isParty(principal, view.participants);
  return {
    openOwn: isOwn,
    purposes: purposesOf(principal, cx.policies.active()),
    ask: !isOwn && ASKING.has(principal.role) && principal.scopes.includes("request"),
    export: ASKING.has(principal.role) && principal.scopes.includes("export"),
    dispute: isOwn && view.status !== "disputed",
    move: movesOf(cx, view),
  };
}

function retentionOf({ principal }: Context, { retentionClass }: TransactionRow) {
  const { role, duties } = principal;
  const mayHold = role === "coordinator" && (duties.includes("legal") || duties.includes("compliance"));
  if (!mayHold) return undefined;
  return retentionClass === "extended" ? ("extended" as const) : ("standard" as const);
}

function isInForce({ state }: GrantView): boolean {
  return state === "active" || state === "pending";
}

async function findHeldKey(tx: Tx, { principal }: Context, id: string): Promise<string | undefined> {
  const { participantId } = principal;
  if (participantId === undefined) return undefined;
  return (await listHeldKeys(tx, participantId, [id])).get(id);
}

/**
 * Returns one transaction for its page. Nothing is decrypted. Reading the accesses is recorded like any reading of the
 * log.
 */
export async function readRecord(cx: Context, id: string): Promise<RecordView> {
  const row = await readKnown(cx, id);
  const view = viewOf(row);
  const may = mayDo(cx, view);
  const own = may.openOwn ? [] : await listOwnGrants(cx, view.transaction_id);
  const grants = [...own.filter(isInForce), ...own.filter((grant) => !isInForce(grant))];
  // The request belongs to its requester; a co-viewer sees only the grant.
  const [first] = grants;
  const requestId = first?.holder === cx.principal.handle ? first.request_id : undefined;
  const request = requestId === undefined ? undefined : await getRequest(cx, requestId);
  const logs = await listAccessLogs(cx, {
    transaction_id: view.transaction_id,
    limit: SHOWN_ACCESSES,
    offset: 0,
  });
  return {
    view,
    grants,
    request,
    accesses: logs.logs,
    accessCount: logs.total_count,
    may,
    ...(await inSnapshot(cx, async (tx) => ({
      heldKey: may.openOwn ? await findHeldKey(tx, cx, id) : undefined,
      hold: managesHolds(cx.principal) ? await knownHold(tx, cx, id) : undefined,
    }))),
    mayHold: managesHolds(cx.principal),
    retention: retentionOf(cx, row),
  };
}
