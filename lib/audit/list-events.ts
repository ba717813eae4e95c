import "server-only";
import { z } from "zod";
import type { Context } from "@/lib/context";
import { toBase64url, utf8 } from "@/lib/crypto/bytes";
import { inSnapshot } from "@/lib/db/transaction";
import { addFilter, cursorSeq, fencedConditions } from "./reading/filter";
import { readEvents } from "./reading/store";
import { filterNames, recordRead } from "./record-read";
import { EventItem, type EventPage, type EventQuery } from "./schema";

/** Entries of the log that the caller may see, newest first, paged by sequence number. The read is logged. */
export async function listEvents(cx: Context, query: EventQuery): Promise<z.infer<typeof EventPage>> {
  const { limit, cursor, ...filter } = query;
  const conditions = addFilter(fencedConditions(cx), filter).add("l.log = ?", cx.instance.log);
  if (cursor !== undefined) conditions.add("l.seq < ?::bigint", cursorSeq(cursor));
  await recordRead(cx, "audit.read", { filter: filterNames(filter) });
  const rows = await inSnapshot(cx, (tx) => readEvents(tx, conditions, limit + 1));
  const shown = rows.slice(0, limit);
  const last = shown.at(-1)?.seq;
  const hasMore = rows.length > limit && last !== undefined;
  return {
    items: z.array(EventItem).parse(shown),
    next_cursor: hasMore ? toBase64url(utf8(String(last))) : null,
  };
}
