import "server-only";
import { z } from "zod";
import { type Running, statement } from "@/lib/db/statement";
import type { Tx } from "@/lib/db/transaction";

/** A co-viewer as a request names one. */
export interface CoViewer {
  readonly userId: string;
  readonly handle: string;
  readonly name: string;
  /** When the person was removed from the request. */
  readonly endedAt: Date | undefined;
  /** Whether the person may open: still of the requester's organisation and role, active, and not removed. */
  readonly isLive: boolean;
}

const Row = z.object({
  id: z.string(),
  handle: z.string(),
  name: z.string(),
  ended_at: z.date().nullable(),
  is_live: z.boolean(),
});

const LIST_CO_VIEWERS = statement<{ readonly requestId: string }, unknown>("list-co-viewers")`
  SELECT u.id, u.handle, u.name, e.ended_at,
    u.state = 'active' AND u.organisation_id = r.organisation_id AND u.role = q.role AND e.id IS NULL AS is_live
  FROM access_request r JOIN app_user q ON q.id = r.requester_user_id JOIN app_user u ON u.id = ANY (r.co_viewers)
  LEFT JOIN co_viewer_end e ON e.request_id = r.id AND e.user_id = u.id
  WHERE r.id = ${({ requestId }) => requestId}::uuid ORDER BY u.handle`;

/** Returns the co-viewers of a request, ordered by handle. */
export async function listCoViewers({ run }: Running, requestId: string): Promise<CoViewer[]> {
  const rows = await run(LIST_CO_VIEWERS, { requestId });
  return rows.map((record) => {
    const { id, handle, name, ended_at: endedAt, is_live: isLive } = Row.parse(record);
    return { userId: id, handle, name, endedAt: endedAt ?? undefined, isLive };
  });
}

const Named = z.object({ asked: z.string(), id: z.string() });

interface WantedColleagues {
  readonly requesterUserId: string;
  readonly accounts: readonly string[];
  readonly names: readonly string[];
}

const FIND_COLLEAGUES = statement<WantedColleagues, unknown>("find-colleagues")`
  SELECT asked, u.id FROM app_user q
  JOIN app_user u ON u.tenant_id = q.tenant_id AND u.organisation_id = q.organisation_id AND u.role = q.role
  JOIN unnest(${({ names }) => names}::text[]) AS asked ON u.handle = asked OR u.folded_email = lower(asked)
  WHERE q.id = ${({ requesterUserId }) => requesterUserId}::uuid AND u.state = 'active'
    AND u.id <> ALL (${({ accounts }) => accounts}::uuid[])`;

/**
 * Returns active colleagues of a person by handle or address: of the same organisation and role, without the person and
 * other accounts of the same human.
 */
export async function findColleagues(
  { run }: Running,
  wanted: WantedColleagues,
): Promise<Map<string, string>> {
  const rows = await run(FIND_COLLEAGUES, wanted);
  return new Map(rows.map((record) => Named.parse(record)).map(({ asked, id }) => [asked, id]));
}

/** Removes a co-viewer for good; does nothing when they were removed before. */
export async function insertCoViewerEnd(
  tx: Tx,
  end: {
    readonly id: string;
    readonly tenantId: string;
    readonly requestId: string;
    readonly userId: string;
    readonly by: string;
    readonly reason: string;
    readonly at: Date;
  },
): Promise<void> {
  await tx.co_viewer_end.createMany({
    data: [
      {
        id: end.id,
        tenant_id: end.tenantId,
        request_id: end.requestId,
        user_id: end.userId,
        ended_by: end.by,
        reason: end.reason,
        ended_at: end.at,
      },
    ],
  });
}

/** Returns what the custodian is sent when a co-viewer is removed. */
export async function findCoViewerEnd(
  tx: Tx,
  id: string,
): Promise<
  | { readonly requestId: string; readonly person: string; readonly reason: string; readonly at: Date }
  | undefined
> {
  const row = await tx.co_viewer_end.findUnique({ where: { id } });
  if (row === null) return undefined;
  const { handle } = await tx.app_user.findUniqueOrThrow({
    where: { id: row.user_id },
    select: { handle: true },
  });
  return { requestId: row.request_id, person: handle, reason: row.reason, at: row.ended_at };
}

/** Returns the handles in the record of a submitted request, including co-viewers removed since. */
export async function frozenHandles(tx: Running, requestId: string): Promise<string[]> {
  return (await listCoViewers(tx, requestId)).map(({ handle }) => handle);
}
