import "server-only";
import { actsOf } from "@/lib/access/executive-release/get-release";
import { loadReleaseCase } from "@/lib/access/executive-release/release-case";
import type { ReleaseItem, ReleaseQuery } from "@/lib/access/executive-release/schema";
import { listAuthorities } from "@/lib/access/legal-authorities/store";
import { listQueue } from "@/lib/access/requests/queue-store";
import { type RequestRow, readListed } from "@/lib/access/requests/store";
import { requestSummary } from "@/lib/access/requests/view";
import { viewerOf } from "@/lib/access/requests/viewer";
import { blindIn } from "@/lib/access/review/reading-store";
import { isExecutive } from "@/lib/access/rules/action-rules";
import { reason } from "@/lib/access/rules/reason";
import { refusalOf } from "@/lib/access/rules/refusal";
import type { Context } from "@/lib/context/context";
import { isUnreadable, readableOf, viewRows } from "@/lib/db/read-rows";
import { inSnapshot, type Tx } from "@/lib/db/transaction";
import { DomainError } from "@/lib/errors";
import { findPeople } from "@/lib/identity/people/people-store";
import { type Page, requireCursor } from "@/lib/paging";

type Standing = Pick<ReleaseItem, "release" | "acts">;

/** Returns the state of a request's release. An executive of a party may read it only. */
async function standingOf(tx: Tx, cx: Context, id: string): Promise<Standing> {
  try {
    const one = await loadReleaseCase(tx, cx, id);
    const { release, state, signatures } = one;
    if (release === undefined || state === undefined) return { acts: actsOf(one) };
    const sign_until = release.signUntil.toISOString();
    return { release: { id: release.id, state, words: signatures.length, sign_until }, acts: actsOf(one) };
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    return { acts: [] };
  }
}

/** Whether the request is of another person: an executive cannot release their own. */
function isAnothers(cx: Context, { requesterUserId }: RequestRow): boolean {
  return requesterUserId !== cx.principal.userId;
}

/**
 * Returns overdue requests that were escalated to the executives, soonest deadline first, each with the state of its
 * release. Throws `decision.duty` for callers without the executive duty, and `request.invalid` for a cursor of another
 * list.
 */
export async function listReleases(cx: Context, query: ReleaseQuery): Promise<Page<ReleaseItem>> {
  const after = requireCursor(query.cursor);
  if (!isExecutive(cx.principal)) {
    throw refusalOf([reason("default.release-duty", "decision.duty", "A release needs the executive duty.")]);
  }
  return inSnapshot(cx, async (tx) => {
    const turns = await listQueue(tx, {
      viewer: { ...(await viewerOf(tx, cx)), seesEscalated: true },
      ownerId: cx.principal.userId,
      state: "overdue",
      view: "all",
      sort: "due",
      after,
      limit: query.limit + 1,
    });
    const shown = turns.slice(0, query.limit).map(({ id }) => id);
    const rows = (await readListed(tx, shown)).filter((row) => isUnreadable(row) || isAnothers(cx, row));
    const names = await findPeople(
      tx,
      readableOf(rows).map((row) => row.requesterUserId),
    );
    const authorities = await listAuthorities(tx, shown);
    const isBlindTo = await blindIn(tx, cx, shown, authorities);
    const { items: summaries, ...missing } = viewRows(cx, "releases", rows, (row: RequestRow) =>
      requestSummary(row, {
        names,
        turn: undefined,
        authority: authorities.get(row.id),
        isBlind: isBlindTo(row),
      }),
    );
    const items: ReleaseItem[] = [];
    for (const summary of summaries) items.push({ ...summary, ...(await standingOf(tx, cx, summary.id)) });
    return { items, ...missing, next_cursor: turns.length > shown.length ? (shown.at(-1) ?? null) : null };
  });
}
