import "server-only";
import type { Agreement, AgreementList, AgreementQuery } from "@/lib/administration/agreements/schema";
import {
  type AgreementFilter,
  type AgreementRow,
  countAgreements,
  findAgreement,
  listAgreementRows,
} from "@/lib/administration/agreements/store";
import { viewAgreement } from "@/lib/administration/agreements/view";
import { recordReadOnce } from "@/lib/audit/record/record-read";
import type { Context } from "@/lib/context/context";
import { isUnreadable, type Readable } from "@/lib/db/read-rows";
import { inSnapshot, type Tx } from "@/lib/db/transaction";
import { DomainError } from "@/lib/errors";
import { requireCursor } from "@/lib/paging";

type ListContext = Pick<Context, "principal" | "instance" | "clock">;

/** Returns which agreements a view shows to the caller. */
export function filterOf(cx: ListContext, view: AgreementQuery["view"]): AgreementFilter {
  const { userId } = cx.principal;
  const base = { tenantId: cx.instance.tenantId, now: cx.clock.now() };
  if (view === "waiting") return { ...base, state: "open", notBy: userId };
  if (view === "mine") return { ...base, by: userId };
  return view === "ended" ? { ...base, state: "ended" } : base;
}

/** Returns how many agreements wait for the caller. */
export function countWaiting(tx: Tx, cx: ListContext): Promise<number> {
  return countAgreements(tx, filterOf(cx, "waiting"));
}

async function views(tx: Tx, cx: Context, rows: readonly Readable<AgreementRow>[]) {
  const items: Agreement[] = [];
  for (const row of rows) if (!isUnreadable(row)) items.push(await viewAgreement(tx, cx, row));
  const unreadable = rows.filter(isUnreadable);
  return { items, ...(unreadable.length === 0 ? {} : { unreadable }) };
}

/** Returns agreements of one view, newest first, for administrators. */
export async function listAgreements(cx: Context, query: AgreementQuery): Promise<AgreementList> {
  const after = requireCursor(query.cursor);
  await recordReadOnce(cx, "agreement.read");
  return inSnapshot(cx, async (tx) => {
    const filter = filterOf(cx, query.view);
    const rows = await listAgreementRows(tx, { ...filter, after, limit: query.limit + 1 });
    const shown = rows.slice(0, query.limit);
    const next = rows.length > query.limit ? (shown.at(-1)?.id ?? null) : null;
    return { ...(await views(tx, cx, shown)), next_cursor: next };
  });
}

/** Returns open agreements that wait for the caller, oldest last. */
export async function findWaiting(tx: Tx, cx: Context, limit: number) {
  return views(tx, cx, await listAgreementRows(tx, { ...filterOf(cx, "waiting"), limit }));
}

/** Returns one agreement. Throws `agreement.not-found`. */
export async function getAgreement(cx: Context, id: string): Promise<Agreement> {
  const view = await inSnapshot(cx, async (tx) => {
    const row = await findAgreement(tx, cx.instance.tenantId, id);
    return row === undefined ? undefined : viewAgreement(tx, cx, row);
  });
  if (view === undefined) throw new DomainError("agreement.not-found");
  await recordReadOnce(cx, "agreement.read");
  return view;
}
