import "server-only";
import { listOwnGrants } from "@/lib/access/grants/own-grants";
import type { GrantView } from "@/lib/access/grants/schema";
import type { Context } from "@/lib/context/context";
import type { Unreadable } from "@/lib/paging";
import { listHeldKeys } from "@/lib/transactions/read/held-store";
import { listTransactions } from "@/lib/transactions/read/list-transactions";
import { getTransaction } from "@/lib/transactions/read/load-known";
import { isParty } from "@/lib/transactions/read/who-may-know";
import { TransactionQuery, type TransactionView } from "@/lib/transactions/schema";

/** Up to this many transactions of grants in force are shown at once; the grants' own pages list all of them. */
const MAX_MINE = 100;

/** A listed transaction with its relation to the reader. */
export interface ListedRow {
  readonly view: TransactionView;
  readonly isOwn: boolean;
  readonly grant: GrantView | undefined;
  /** The reader is a party whose own program holds the key: no page can open it. */
  readonly isHeld: boolean;
}

/** Of the grants in force that name a transaction, the one that ends last. */
function grantFor(id: string, grants: readonly GrantView[]): GrantView | undefined {
  return grants
    .filter(({ transactions }) => transactions.includes(id))
    .reduce<GrantView | undefined>(
      (best, one) => (best === undefined || one.not_after > best.not_after ? one : best),
      undefined,
    );
}

async function readMine(cx: Context, grants: readonly GrantView[]) {
  const ids = [...new Set(grants.flatMap(({ transactions }) => transactions))].slice(0, MAX_MINE);
  const items: TransactionView[] = [];
  for (const id of ids) items.push(await getTransaction(cx, id));
  return { items, unreadable: [], next_cursor: null };
}

/** Returns a page of transactions for one reader, or only those that the reader's grants in force name. */
export async function listForReader(
  cx: Context,
  query: Partial<TransactionQuery>,
  isMine: boolean,
): Promise<{
  readonly rows: readonly ListedRow[];
  readonly unreadable: readonly Unreadable[];
  readonly next_cursor: string | null;
}> {
  const { role } = cx.principal;
  const grants = role === "client" || role === "miner" ? [] : await listOwnGrants(cx);
  const page = isMine
    ? await readMine(cx, grants)
    : await listTransactions(cx, { ...TransactionQuery.parse({}), ...query });
  const { participantId } = cx.principal;
  const ids = page.items.map(({ transaction_id: id }) => id);
  const held =
    participantId === undefined ? new Map<string, string>() : await listHeldKeys(cx.db, participantId, ids);
  const rows = page.items.map((view) => ({
    view,
    isOwn: isParty(cx.principal, view.participants),
    grant: grantFor(view.transaction_id, grants),
    isHeld: held.has(view.transaction_id),
  }));
  return { rows, unreadable: page.unreadable ?? [], next_cursor: page.next_cursor };
}
