import "server-only";
import { frozenHandles } from "@/lib/access/co-viewers/store";
import { getPerson } from "@/lib/access/people/store";
import { requestRecord } from "@/lib/access/request-record";
import { getSubmitted } from "@/lib/access/requests/store";
import type { DbContext } from "@/lib/context";
import type { Tx } from "@/lib/db/transaction";
import type { FrozenRequestRecord } from "@/lib/escrow/release-statement";

/** The record of a request as it was frozen at submission, whose digest everybody who decides on it signs. */
export async function frozenRecord(
  tx: Tx,
  cx: Pick<DbContext, "instance">,
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
