import "server-only";
import { type HeldOrder, takeOrder } from "@/lib/access/legal-authorities/signed-order";
import { insertSignatureReport } from "@/lib/access/legal-authorities/verification-store";
import type { AuthorizationFactsBody } from "@/lib/access/requests/authorization-schema";
import type { Context } from "@/lib/context/context";
import { fromUtf8 } from "@/lib/crypto/bytes";
import { FormatError } from "@/lib/crypto/format-error";
import { uuidv7 } from "@/lib/crypto/uuid";
import type { Tx } from "@/lib/db/transaction";
import { invalidField } from "@/lib/errors";

/** A part of the upload that contains a signature, whole. */
export interface ReceivedSignature {
  readonly bytes: Uint8Array;
}

/** Returns the compact text, without the line end that editors leave. */
function textOf({ bytes }: ReceivedSignature): string {
  try {
    return fromUtf8(bytes).trimEnd();
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    throw invalidField("/jws", "is not text");
  }
}

/** Returns the signed order of an upload, or the one that is attached already; undefined when the order is paper. */
export async function acceptSignedOrder(
  tx: Tx,
  cx: Context,
  facts: AuthorizationFactsBody,
  from: {
    readonly requestId: string;
    readonly given: ReceivedSignature | undefined;
    readonly held: string | undefined;
  },
): Promise<HeldOrder | undefined> {
  const jws = from.given === undefined ? from.held : textOf(from.given);
  return jws === undefined ? undefined : takeOrder(tx, cx, facts, { jws, requestId: from.requestId });
}

/** Records the result of the check of an attached order. */
export async function noteAttached(
  tx: Tx,
  cx: Context,
  of: { readonly authorizationId: string; readonly requestId: string },
  { report }: HeldOrder,
): Promise<void> {
  const at = cx.clock.now();
  const { tenantId } = cx.instance;
  await insertSignatureReport(tx, {
    id: uuidv7(at.getTime()),
    tenantId,
    ...of,
    at,
    occasion: "attach",
    report,
  });
}
