import type { Context } from "@/lib/context/context";
import "server-only";
import { getRelease, listReleaseSignatures } from "@/lib/access/executive-release/store";
import { findAuthorization } from "@/lib/access/legal-authorities/store";
import { frozenRecord } from "@/lib/access/requests/request-record";
import type { Tx } from "@/lib/db/transaction";
import { InvariantError } from "@/lib/errors";
import type { UnregisteredSubmission } from "@/lib/escrow/client/submit-grant";

interface Released {
  readonly grantId: string;
  readonly requestId: string;
  readonly releaseId: string;
}

/** Returns what two executives signed, with the request and the authority that their terms name, for the custodian. */
export async function releaseSubmission(
  tx: Tx,
  cx: Pick<Context, "instance">,
  { grantId, requestId, releaseId }: Released,
): Promise<UnregisteredSubmission> {
  const { terms } = await getRelease(tx, releaseId);
  const signatures = await listReleaseSignatures(tx, releaseId);
  const authorization = await findAuthorization(tx, requestId);
  if (authorization === undefined) throw new InvariantError("a release rests on no authority");
  return {
    grant: grantId,
    releases: signatures.map(({ person, signature }) => ({
      statement: { ...terms, releaser: person },
      signature,
    })),
    request: await frozenRecord(tx, cx, requestId),
    authorization: authorization.record,
  };
}
