import "server-only";
import { z } from "zod";
import { Prisma } from "@/lib/db/generated/client";
import { type Readable, readableOf, readRows } from "@/lib/db/read-rows";
import type { Tx } from "@/lib/db/transaction";
import { HookKind } from "@/lib/notify/schema";

const NoticeRow = z.object({
  id: z.string(),
  kind: HookKind,
  subject: z.string(),
  state: z.string(),
  at: z.date(),
  read_at: z.date().nullable(),
});
export type NoticeRow = z.infer<typeof NoticeRow>;

export interface NoticeFilter {
  readonly userId: string;
  readonly unread: boolean;
  readonly before: string | undefined;
  readonly limit: number;
}

/** Returns a person's notices newest first; `before` is the id of the last one of the page before. */
export async function listNotices(tx: Tx, filter: NoticeFilter): Promise<Readable<NoticeRow>[]> {
  const before = filter.before === undefined ? Prisma.empty : Prisma.sql`AND id < ${filter.before}::uuid`;
  const unread = filter.unread ? Prisma.sql`AND read_at IS NULL` : Prisma.empty;
  const rows = await tx.$queryRaw<unknown[]>(Prisma.sql`
    SELECT id::text, kind, subject, state, at, read_at FROM notification
    WHERE user_id = ${filter.userId}::uuid ${before} ${unread} ORDER BY id DESC LIMIT ${filter.limit}`);
  return readRows(rows, (row) => NoticeRow.parse(row));
}

const Unread = z.object({ kind: HookKind, subject: z.string() });

/** The unread notices of so many things are counted at most. */
const MOST_UNREAD = 500;

/** Returns what a person's unread notices are about, newest first. */
export async function listUnread(tx: Tx, userId: string): Promise<z.infer<typeof Unread>[]> {
  const rows = await tx.$queryRaw<unknown[]>(Prisma.sql`
    SELECT kind, subject FROM notification
    WHERE user_id = ${userId}::uuid AND read_at IS NULL
    GROUP BY kind, subject ORDER BY max(id::text) DESC LIMIT ${MOST_UNREAD}`);
  return readableOf(readRows(rows, (row) => Unread.parse(row)));
}

/** Marks a person's unread notices of these things as read; without a subject all of the kind. */
export async function markSubjects(
  tx: Tx,
  marks: {
    readonly userId: string;
    readonly subjects: readonly { readonly kind: string; readonly subject: string | undefined }[];
    readonly at: Date;
  },
): Promise<number> {
  const { userId, subjects, at } = marks;
  const { count } = await tx.notification.updateMany({
    where: {
      user_id: userId,
      read_at: null,
      OR: subjects.map(({ kind, subject }) => ({ kind, ...(subject === undefined ? {} : { subject }) })),
    },
    data: { read_at: at },
  });
  return count;
}

export interface Marks {
  readonly userId: string;
  readonly ids: readonly string[] | undefined;
  readonly until: string | undefined;
  readonly at: Date;
}

export async function markRead(tx: Tx, { userId, ids, until, at }: Marks): Promise<number> {
  const named = ids === undefined ? { lte: until ?? "" } : { in: [...ids] };
  const { count } = await tx.notification.updateMany({
    where: { user_id: userId, read_at: null, id: named },
    data: { read_at: at },
  });
  return count;
}
