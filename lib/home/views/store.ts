import "server-only";
import { z } from "zod";
import { Prisma } from "@/lib/db/generated/client";
import { type Running, statement } from "@/lib/db/statement";
import type { Tx } from "@/lib/db/transaction";
import { ViewedList } from "@/lib/home/views/schema";

const Row = z.object({
  id: z.string(),
  user_id: z.string(),
  list: ViewedList,
  name: z.string(),
  query: z.record(z.string(), z.string()),
  columns: z.array(z.string()),
  is_shared: z.boolean(),
  created_at: z.date(),
});
export type ViewRow = z.infer<typeof Row>;

const COLUMNS = Prisma.sql`id::text, user_id::text, list, name, query, columns, is_shared, created_at`;

/** The person whose own views are read, and the organisation whose shared views they see. */
export interface ViewReader {
  readonly tenantId: string;
  readonly userId: string;
  readonly organisationId: string;
}

const userOf = ({ userId }: ViewReader) => userId;

const LIST_VIEWS = statement<ViewReader & { readonly list: ViewedList }, unknown>("list-views")`
  SELECT ${COLUMNS} FROM saved_view
  WHERE tenant_id = ${({ tenantId }) => tenantId}::uuid AND list = ${({ list }) => list}
    AND (user_id = ${userOf}::uuid OR is_shared AND organisation_id = ${({ organisationId }) => organisationId}::uuid)
  ORDER BY user_id <> ${userOf}::uuid, id LIMIT 100`;

/** Returns the views of a list, the reader's own first, each in the order in which they were made. */
export async function listViewRows(
  { run }: Running,
  reader: ViewReader,
  list: ViewedList,
): Promise<ViewRow[]> {
  return z.array(Row).parse(await run(LIST_VIEWS, { ...reader, list }));
}

export async function countViews(tx: Tx, userId: string, list: ViewedList): Promise<number> {
  return tx.saved_view.count({ where: { user_id: userId, list } });
}

/** Returns a view of this person, locked; undefined if it does not exist or is another person's. */
export async function lockView(tx: Tx, userId: string, id: string): Promise<ViewRow | undefined> {
  const rows = await tx.$queryRaw<unknown[]>(Prisma.sql`
    SELECT ${COLUMNS} FROM saved_view WHERE id = ${id}::uuid AND user_id = ${userId}::uuid FOR UPDATE`);
  return z.array(Row).parse(rows)[0];
}

export async function insertView(
  tx: Tx,
  { id, user_id, list, name, query, columns, is_shared, created_at }: ViewRow,
  { tenantId, organisationId }: ViewReader,
): Promise<void> {
  await tx.saved_view.createMany({
    data: [
      {
        ...{ id, user_id, list, name, query, columns, is_shared, created_at },
        tenant_id: tenantId,
        organisation_id: organisationId,
      },
    ],
  });
}

export async function updateView(
  tx: Tx,
  id: string,
  change: { readonly name: string; readonly is_shared: boolean },
): Promise<void> {
  await tx.saved_view.updateMany({ where: { id }, data: change });
}

export async function removeView(tx: Tx, id: string): Promise<void> {
  await tx.saved_view.deleteMany({ where: { id } });
}
