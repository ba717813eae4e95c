import "server-only";
import { recheckSignature, requireStillGood } from "@/lib/access/legal-authorities/recheck-signature";
import { judgeAgain, requireReach } from "@/lib/access/legal-authorities/signed-order";
import { type AuthorizationRow, setAuthorizationState } from "@/lib/access/legal-authorities/store";
import { requireUnused } from "@/lib/access/legal-authorities/use-store";
import { insertAttestation, insertSignatureReport } from "@/lib/access/legal-authorities/verification-store";
import { holdKey } from "@/lib/authorities/registry/store";
import type { Context } from "@/lib/context/context";
import { uuidv7 } from "@/lib/crypto/uuid";
import type { Running } from "@/lib/db/statement";
import { InvariantError } from "@/lib/errors";
import type { GroupName } from "@/lib/vocabulary";

type Step = "submit" | "decide";

function signedOf({ jws }: AuthorizationRow): string {
  if (jws === undefined) throw new InvariantError("an order with a reach is not signed");
  return jws;
}

async function noteSignature(tx: Running, cx: Context, row: AuthorizationRow, occasion: Step): Promise<void> {
  const { kid } = row.verifications.signature.at(-1)?.report ?? {};
  if (kid !== undefined) await holdKey(tx, cx.instance.tenantId, kid);
  const report = await judgeAgain(tx, cx, { jws: signedOf(row), requestId: row.requestId });
  const at = cx.clock.now();
  const { tenantId } = cx.instance;
  const { id: authorizationId, requestId } = row;
  const common = { id: uuidv7(at.getTime()), tenantId, authorizationId, requestId, at };
  await insertSignatureReport(tx, { ...common, occasion, report });
}

async function isSigned(tx: Running, cx: Context, row: AuthorizationRow): Promise<boolean> {
  if (row.reach === undefined)
    return (await recheckSignature(tx, cx, row, "submit"))?.indication === "TOTAL-PASSED";
  await noteSignature(tx, cx, row, "submit");
  return true;
}

/**
 * Sends the order to its reviewers, once if it is single-use. A signature is judged again first, and its result is
 * recorded.
 */
export async function beginReview(tx: Running, cx: Context, row: AuthorizationRow): Promise<void> {
  await requireUnused(tx, row.id);
  await setAuthorizationState(tx, row.id, "submitted");
  if (await isSigned(tx, cx, row)) await setAuthorizationState(tx, row.id, "signature_verified");
  await setAuthorizationState(tx, row.id, "legal_review");
}

/**
 * Whether the deciders retype the order. A signature over a document proves who signed, not what the document says, so
 * its facts need two matching readings, as with any paper. Only an order that names its own reach is not retyped.
 */
export function isPaper(row: Pick<AuthorizationRow, "reach">): boolean {
  return row.reach === undefined;
}

/**
 * Judges a signature again as of now before an approval counts, and checks that the rest of the request is within
 * a JWS. Throws `authorization.signature`, `authorization.scope`.
 */
export async function requireSignedOrder(
  tx: Running,
  cx: Context,
  row: AuthorizationRow,
  left: {
    readonly purpose: string;
    readonly fields: readonly GroupName[];
    readonly transactions: readonly string[];
  },
): Promise<void> {
  if (row.reach === undefined) return requireStillGood(tx, cx, row);
  await judgeAgain(tx, cx, { jws: signedOf(row), requestId: row.requestId });
  await requireReach(tx, row, left);
}

/**
 * Approves the authority after the last decision. A paper order is attested by it; a JWS has passed its check again.
 */
export async function approveAuthorization(tx: Running, cx: Context, row: AuthorizationRow): Promise<void> {
  if (row.reach === undefined) {
    await recheckSignature(tx, cx, row, "decide");
    const at = cx.clock.now();
    const { tenantId } = cx.instance;
    const { id: authorizationId, requestId } = row;
    await insertAttestation(tx, { id: uuidv7(at.getTime()), tenantId, authorizationId, requestId, at });
    await setAuthorizationState(tx, row.id, "attested");
  } else await noteSignature(tx, cx, row, "decide");
  await setAuthorizationState(tx, row.id, "approved");
}
