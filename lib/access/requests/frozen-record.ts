import "server-only";
import { frozenHandles } from "@/lib/access/decisions/co-viewer-store";
import { requestRecord } from "@/lib/access/requests/request-record";
import { getSubmitted } from "@/lib/access/requests/store";
import type { Context } from "@/lib/context/context";
import type { Tx } from "@/lib/db/transaction";
import type { FrozenRequestRecord } from "@/lib/escrow/protocol/release-statement";
import { getPerson } from "@/lib/identity/people/people-store";

/** Returns the record of a request as it was frozen at submission. Everyone who decides on it signs its digest. */
export async function frozenRecord(
  tx: Tx,
  cx: Pick<Context, "instance">,
  requestId: string,
): Promise<FrozenRequestRecord> {
  const row = await getSubmitted(tx, requestId);
  return requestRecord({
    ...row,
    log: cx.instance.log,
    requester: (await getPerson(tx, row.requesterUserId)).handle,
    organisationId: row.requesterOrganisationId,
    coViewerHandles: await frozenHandles(tx, requestId),
  });
}
