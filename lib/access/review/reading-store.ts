import "server-only";
import type { ListedAuthority } from "@/lib/access/legal-authorities/store";
import { Confirms } from "@/lib/access/requests/schema";
import { type BlindFacts, readsBlind } from "@/lib/access/review/blind";
import type { Context } from "@/lib/context/context";
import { type Running, statement } from "@/lib/db/statement";

interface NewReading {
  readonly id: string;
  readonly tenantId: string;
  readonly requestId: string;
  readonly userId: string;
  readonly confirms: Confirms;
  readonly at: Date;
}

const INSERT = statement<NewReading, never>("insert-reading")`
  INSERT INTO order_reading (id, tenant_id, request_id, user_id, confirms, at)
  VALUES (${({ id }) => id}::uuid, ${({ tenantId }) => tenantId}::uuid, ${({ requestId }) => requestId}::uuid,
    ${({ userId }) => userId}::uuid, ${({ confirms }) => JSON.stringify(confirms)}::jsonb,
    ${({ at }) => at}::timestamptz)`;

/** Stores what a decider read in the order. The same transaction needs an entry `order.read`. */
export async function insertReading({ run }: Running, row: NewReading): Promise<void> {
  await run(INSERT, row);
}

interface Asked {
  readonly userId: string;
  readonly requestIds: readonly string[];
}

const READ_BY = statement<Asked, { readonly request_id: string }>("list-read-orders")`
  SELECT request_id::text FROM order_reading
    WHERE user_id = ${({ userId }) => userId}::uuid AND request_id = ANY (${({ requestIds }) => requestIds}::uuid[])
  UNION SELECT request_id::text FROM decision
    WHERE approver_user_id = ${({ userId }) => userId}::uuid AND decision = 'approve' AND confirms IS NOT NULL
      AND request_id = ANY (${({ requestIds }) => requestIds}::uuid[])`;

/** Returns those of the requests whose order this person has read: by a reading of its own, or with an approval. */
export async function readOrdersOf({ run }: Running, asked: Asked): Promise<ReadonlySet<string>> {
  if (asked.requestIds.length === 0) return new Set();
  return new Set((await run(READ_BY, asked)).map((row) => row.request_id));
}

const LATEST = statement<
  { readonly userId: string; readonly requestId: string },
  { readonly confirms: unknown }
>("latest-reading")`
  SELECT confirms FROM order_reading WHERE request_id = ${({ requestId }) => requestId}::uuid
    AND user_id = ${({ userId }) => userId}::uuid ORDER BY id DESC LIMIT 1`;

/** Returns what this person read last in a request's order. */
export async function latestReading(
  { run }: Running,
  of: { readonly userId: string; readonly requestId: string },
): Promise<Confirms | undefined> {
  const [row] = await run(LATEST, of);
  return row === undefined ? undefined : Confirms.parse(row.confirms);
}

type ListedRow = Pick<BlindFacts, "state" | "isSent" | "requesterUserId"> & { readonly id: string };

/** Returns for the rows of a list whether the caller must read a row's order before its typed facts are shown. */
export async function blindIn(
  tx: Running,
  { principal }: Pick<Context, "principal">,
  requestIds: readonly string[],
  authorities: ReadonlyMap<string, ListedAuthority>,
): Promise<(row: ListedRow) => boolean> {
  const read = await readOrdersOf(tx, { userId: principal.userId, requestIds });
  return (row) => {
    const authority = authorities.get(row.id);
    if (authority === undefined) return false;
    return readsBlind(principal, { ...row, isSigned: authority.isSigned, hasRead: read.has(row.id) });
  };
}
