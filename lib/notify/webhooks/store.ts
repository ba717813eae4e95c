import "server-only";
import { z } from "zod";
import { Prisma } from "@/lib/db/generated/client";
import { type Readable, readRows } from "@/lib/db/read-rows";
import type { Tx } from "@/lib/db/transaction";
import { HookKind } from "@/lib/notify/schema";

const Bytes = z.custom<Uint8Array>((value) => value instanceof Uint8Array);
const Row = z.object({
  id: z.string(),
  user_id: z.string(),
  organisation_id: z.string(),
  owner: z.string(),
  name: z.string(),
  url: z.string(),
  kinds: z.array(HookKind),
  state: z.enum(["active", "disabled"]),
  secret: Bytes,
  secret_at: z.date(),
  former_secret: Bytes.nullable(),
  former_until: z.date().nullable(),
  created_at: z.date(),
  ended_at: z.date().nullable(),
});
export type WebhookRow = z.infer<typeof Row>;

const COLUMNS = Prisma.sql`w.id::text, w.user_id::text, u.organisation_id::text, u.name AS owner, w.name, w.url, w.kinds, w.state, w.secret, w.secret_at,
  w.former_secret, w.former_until, w.created_at, w.ended_at`;
const TABLES = Prisma.sql`webhook w JOIN app_user u ON u.id = w.user_id`;

/** The owner whose webhooks are read; with `userId` undefined all owners of the tenant. */
export interface Owner {
  readonly tenantId: string;
  readonly userId: string | undefined;
}

function ownedBy({ tenantId, userId }: Owner): Prisma.Sql {
  const own = userId === undefined ? Prisma.empty : Prisma.sql`AND w.user_id = ${userId}::uuid`;
  return Prisma.sql`w.tenant_id = ${tenantId}::uuid ${own}`;
}

export interface NewRow {
  readonly id: string;
  readonly tenantId: string;
  readonly userId: string;
  readonly name: string;
  readonly url: string;
  readonly kinds: readonly HookKind[];
  readonly secret: Uint8Array;
  readonly at: Date;
}

export async function insertWebhook(tx: Tx, row: NewRow): Promise<void> {
  await tx.webhook.createMany({
    data: [
      {
        id: row.id,
        tenant_id: row.tenantId,
        user_id: row.userId,
        name: row.name,
        url: row.url,
        kinds: [...row.kinds],
        secret: Buffer.from(row.secret),
        secret_at: row.at,
        created_at: row.at,
      },
    ],
  });
}

/**
 * Returns how many active webhooks a person has. It locks the person's row, so that two calls at the same time are
 * counted one after the other.
 */
export async function countActive(tx: Tx, userId: string): Promise<number> {
  await tx.$queryRaw(Prisma.sql`SELECT 1 FROM app_user WHERE id = ${userId}::uuid FOR UPDATE`);
  return tx.webhook.count({ where: { user_id: userId, state: "active" } });
}

export async function findWebhook(tx: Tx, owner: Owner, id: string): Promise<WebhookRow | undefined> {
  const rows = await tx.$queryRaw<unknown[]>(Prisma.sql`
    SELECT ${COLUMNS} FROM ${TABLES} WHERE ${ownedBy(owner)} AND w.id = ${id}::uuid`);
  return z.array(Row).parse(rows)[0];
}

/** Returns the same webhook, locked until the transaction ends. */
export async function lockWebhook(tx: Tx, owner: Owner, id: string): Promise<WebhookRow | undefined> {
  const rows = await tx.$queryRaw<unknown[]>(Prisma.sql`
    SELECT ${COLUMNS} FROM ${TABLES} WHERE ${ownedBy(owner)} AND w.id = ${id}::uuid FOR UPDATE OF w`);
  return z.array(Row).parse(rows)[0];
}

/** Returns a page of webhooks, newest first. `before` is the id of the last one shown. */
export async function listWebhookRows(
  tx: Tx,
  owner: Owner,
  page: { readonly before: string | undefined; readonly limit: number },
): Promise<Readable<WebhookRow>[]> {
  const before = page.before === undefined ? Prisma.empty : Prisma.sql`AND w.id < ${page.before}::uuid`;
  const rows = await tx.$queryRaw<unknown[]>(Prisma.sql`
    SELECT ${COLUMNS} FROM ${TABLES} WHERE ${ownedBy(owner)} ${before} ORDER BY w.id DESC LIMIT ${page.limit}`);
  return readRows(rows, (row) => Row.parse(row));
}

export interface NewSecret {
  readonly secret: Uint8Array;
  readonly at: Date;
  readonly former: Uint8Array;
  readonly formerUntil: Date;
}

export async function changeSecret(tx: Tx, id: string, next: NewSecret): Promise<void> {
  await tx.webhook.updateMany({
    where: { id, state: "active" },
    data: {
      secret: Buffer.from(next.secret),
      secret_at: next.at,
      former_secret: Buffer.from(next.former),
      former_until: next.formerUntil,
    },
  });
}

export async function disableRow(tx: Tx, id: string, at: Date, by: string): Promise<void> {
  await tx.webhook.updateMany({
    where: { id, state: "active" },
    data: { state: "disabled", ended_at: at, ended_by: by, former_secret: null, former_until: null },
  });
}
