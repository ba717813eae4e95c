import "server-only";
import type { NoticeQuery, NoticeView, OwnNotice } from "@/lib/access/notices/schema";
import {
  type DisclosedRow,
  listNoticeRequests,
  listSentNotices,
  readDisclosed,
  type SentRow,
} from "@/lib/access/notices/store";
import type { Context } from "@/lib/context/context";
import { viewRows } from "@/lib/db/read-rows";
import { inSnapshot } from "@/lib/db/transaction";
import { type Page, requireCursor } from "@/lib/paging";

/** An opening newer than the newest decision on the notice makes it wait again. */
function stateOf(
  { state, at, last_at: last, sealed_until: seal }: DisclosedRow,
  now: Date,
): NoticeView["state"] {
  if (state !== null && at !== null && last <= at) return state;
  return seal !== null && now < seal ? "sealed" : "queued";
}

function actsOf(row: DisclosedRow, state: NoticeView["state"], now: Date): NoticeView["acts"] {
  const isSealed = row.sealed_until !== null && now < row.sealed_until;
  if (state === "sent") return [];
  const send = isSealed ? [] : (["send"] as const);
  return state === "withheld" ? [...send] : [...send, "withhold"];
}

/** Returns what one notice shows to legal reviewers. */
export function noticeView(row: DisclosedRow, now: Date): NoticeView {
  const state = stateOf(row, now);
  const { sealed_until: seal, reason, by_name: by, at } = row;
  return {
    request_id: row.request_id,
    reference: row.reference,
    participant: row.participant,
    organisation: row.organisation,
    kind: row.kind,
    purpose: row.purpose,
    transactions: row.transactions,
    fields: row.groups,
    first_opened_at: row.first_at.toISOString(),
    last_opened_at: row.last_at.toISOString(),
    state,
    ...(seal !== null && now < seal ? { not_before: seal.toISOString() } : {}),
    ...(reason === null ? {} : { reason }),
    ...(by === null ? {} : { by }),
    ...(at === null ? {} : { at: at.toISOString() }),
    acts: actsOf(row, state, now),
  };
}

/**
 * Returns notices that wait, were sent or were withheld, for legal reviewers of neither side. A page has a number of
 * requests, each with every participant. Notices are computed from disclosures, so a process that stopped cannot lose
 * one.
 */
export function listNotices(cx: Context, query: NoticeQuery): Promise<Page<NoticeView>> {
  const after = requireCursor(query.cursor);
  const { userId, organisationId } = cx.principal;
  const reader = { tenantId: cx.instance.tenantId, userId, organisationId };
  return inSnapshot(cx, async (tx) => {
    const ids = await listNoticeRequests(tx, reader, { after, limit: query.limit + 1 });
    const shown = ids.slice(0, query.limit);
    const rows = await readDisclosed(tx, shown);
    const now = cx.clock.now();
    const next_cursor = ids.length > shown.length ? (shown.at(-1) ?? null) : null;
    return { ...viewRows(cx, "notices", rows, (row: DisclosedRow) => noticeView(row, now)), next_cursor };
  });
}

/** Returns the notices that were sent to the caller's own participant, without those that wait or are withheld. */
export function listOwnNotices(cx: Context, query: NoticeQuery): Promise<Page<OwnNotice>> {
  const after = requireCursor(query.cursor);
  const { participantId } = cx.principal;
  if (participantId === undefined) return Promise.resolve({ items: [], next_cursor: null });
  return inSnapshot(cx, async (tx) => {
    const page = { participantId, after, limit: query.limit + 1 };
    const rows = await listSentNotices(tx, cx.instance.tenantId, page);
    const shown = rows.slice(0, query.limit);
    const next_cursor = rows.length > shown.length ? (shown.at(-1)?.id ?? null) : null;
    const toView = ({ first_at, last_at, at, groups, ...row }: SentRow) => ({
      ...row,
      at: at.toISOString(),
      fields: groups,
      first_opened_on: first_at.toISOString().slice(0, 10),
      last_opened_on: last_at.toISOString().slice(0, 10),
    });
    return { ...viewRows(cx, "notices.own", shown, toView), next_cursor };
  });
}
