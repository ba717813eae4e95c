// The room views: views of lists that people save. A view is an address and its columns; it opens with the reader's own
// rights, so it shows them nothing that the list would not.

import "server-only";
import { appendEntry } from "@/lib/audit/record/append-entry";
import { issueReceipt } from "@/lib/audit/record/issue-receipt";
import type { Context } from "@/lib/context/context";
import { uuidv7 } from "@/lib/crypto/uuid";
import { inTransaction, type Tx } from "@/lib/db/transaction";
import { DomainError, invalidField } from "@/lib/errors";
import {
  type ChangedView,
  isShareable,
  type NewView,
  type SavedView,
  type ViewAnswer,
  type ViewedList,
} from "@/lib/home/views/schema";
import {
  countViews,
  insertView,
  listViewRows,
  lockView,
  removeView,
  updateView,
  type ViewRow,
} from "@/lib/home/views/store";

const MOST_VIEWS = 30;

function toView(
  { principal }: Pick<Context, "principal">,
  { user_id, created_at, ...row }: ViewRow,
): SavedView {
  return { ...row, is_own: user_id === principal.userId, created_at: created_at.toISOString() };
}

/** Returns the caller's views of a list, and those that colleagues shared. */
export async function listViews(cx: Context, list: ViewedList): Promise<{ readonly items: SavedView[] }> {
  const rows = await listViewRows(cx.db, cx.principal, list);
  return { items: rows.map((row) => toView(cx, row)) };
}

/** The entry names the list and not the view: its name and texts may name a case. */
function enter(tx: Tx, cx: Context, action: string, { id, list, is_shared }: ViewRow) {
  return appendEntry(tx, cx, {
    class: "identity",
    outcome: "done",
    action,
    subjects: [`view:${id}`],
    details: { list, shared: is_shared },
  });
}

function requireShareable({ list, query, is_shared }: Pick<ViewRow, "list" | "query" | "is_shared">): void {
  if (is_shared && !isShareable(list, query))
    throw invalidField("/is_shared", "is for views without typed text; remove names, numbers and days first");
}

/** Saves a view. Throws `view.too-many`, and `request.invalid` for a shared view with typed text. */
export async function saveView(cx: Context, body: NewView): Promise<ViewAnswer> {
  requireShareable(body);
  const { userId } = cx.principal;
  const at = cx.clock.now();
  const row: ViewRow = { ...body, id: uuidv7(at.getTime()), user_id: userId, created_at: at };
  const entry = await inTransaction(cx, async (tx) => {
    if ((await countViews(tx, userId, body.list)) >= MOST_VIEWS)
      throw new DomainError("view.too-many", {
        detail: `You can have ${MOST_VIEWS} saved views of a list. Delete one first.`,
      });
    await insertView(tx, row, cx.principal);
    return enter(tx, cx, "view.save", row);
  });
  return { ...toView(cx, row), receipt: await issueReceipt(cx, entry) };
}

async function lockOwn(tx: Tx, cx: Context, id: string): Promise<ViewRow> {
  const row = await lockView(tx, cx.principal.userId, id);
  if (row === undefined) throw new DomainError("view.not-found");
  return row;
}

/** Renames a view of the caller, shares it or ends its sharing. Throws `view.not-found` for another person's. */
export async function changeView(cx: Context, id: string, body: ChangedView): Promise<ViewAnswer> {
  const { row, entry } = await inTransaction(cx, async (tx) => {
    const before = await lockOwn(tx, cx, id);
    const { name = before.name, is_shared = before.is_shared } = body;
    const changed = { ...before, name, is_shared };
    requireShareable(changed);
    await updateView(tx, id, { name, is_shared });
    return { row: changed, entry: await enter(tx, cx, "view.save", changed) };
  });
  return { ...toView(cx, row), receipt: await issueReceipt(cx, entry) };
}

/** Deletes a view of the caller. Throws `view.not-found` for another person's. */
export async function deleteView(cx: Context, id: string) {
  const entry = await inTransaction(cx, async (tx) => {
    const row = await lockOwn(tx, cx, id);
    await removeView(tx, id);
    return enter(tx, cx, "view.delete", row);
  });
  return { id, receipt: await issueReceipt(cx, entry) };
}
