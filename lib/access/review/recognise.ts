import "server-only";
import type { AuthorizationRow } from "@/lib/access/legal-authorities/store";
import { isThirdCountry, MEMBERS_AS_OF, weigh } from "@/lib/access/review/jurisdictions";
import {
  findRecognition,
  insertRecognition,
  type RecognitionRow,
  readHomes,
} from "@/lib/access/review/recognition-store";
import type { Context } from "@/lib/context/context";
import type { Json } from "@/lib/crypto/json/canonical-json";
import { uuidv7 } from "@/lib/crypto/uuid";
import type { Tx } from "@/lib/db/transaction";
import { DomainError, invalidField } from "@/lib/errors";

type Order = Pick<AuthorizationRow, "id" | "requestId" | "jurisdiction" | "recognitionBasis">;

type Weighed = Pick<RecognitionRow, "standing" | "jurisdiction" | "homes" | "isThirdCountry" | "basis">;

/**
 * Returns how an order that is about to be approved is recognised, by the home jurisdictions of this moment. Throws
 * `authorization.recognition` for a foreign order without a basis in its record or in `recorded`, and `request.invalid`
 * for a recorded basis that is not needed.
 */
async function requireBasis(
  tx: Tx,
  cx: Context,
  order: Order,
  recorded: string | undefined,
): Promise<Weighed> {
  const homes = await readHomes(tx, cx.instance.tenantId);
  const { jurisdiction } = order;
  const { standing, basis } = weigh(order, homes, recorded);
  const third = isThirdCountry(jurisdiction, homes);
  if (standing === "missing") {
    throw new DomainError("authorization.recognition", {
      detail: `An order of ${jurisdiction} states no basis by which it counts here; legal review records one.`,
      extra: { jurisdiction, homes, article_48: third },
    });
  }
  if (recorded !== undefined && standing !== "recorded") {
    throw invalidField("/recognition_basis", "is recorded only for a foreign order that states none");
  }
  return { standing, jurisdiction, homes, isThirdCountry: third, basis };
}

/**
 * Checks recognition for people who may record a basis: legal review, and executives when legal review stayed silent.
 */
export async function requireRecordable(
  tx: Tx,
  cx: Context,
  order: Order,
  recorded: string | undefined,
): Promise<void> {
  if ((await findRecognition(tx, order.id)) === undefined) await requireBasis(tx, cx, order, recorded);
}

/** Throws `authorization.recognition` unless the order has been recognised. For every later approver. */
export async function requireRecognised(tx: Tx, cx: Context, order: Order): Promise<void> {
  await requireRecordable(tx, cx, order, undefined);
}

/**
 * Records how the order is recognised, in the caller's transaction, for the caller's entry to name. An earlier
 * recognition is kept.
 */
export async function recognise(
  tx: Tx,
  cx: Context,
  order: Order,
  recorded: string | undefined,
): Promise<{ readonly recognition?: Readonly<Record<string, Json>> }> {
  const before = await findRecognition(tx, order.id);
  if (before !== undefined) return {};
  const weighed = await requireBasis(tx, cx, order, recorded);
  const at = cx.clock.now();
  await insertRecognition(tx, {
    ...weighed,
    id: uuidv7(at.getTime()),
    tenantId: cx.instance.tenantId,
    authorizationId: order.id,
    requestId: order.requestId,
    membersAsOf: MEMBERS_AS_OF,
    userId: cx.principal.userId,
    at,
  });
  const { standing, jurisdiction, homes, isThirdCountry: third, basis } = weighed;
  const facts = { standing, jurisdiction, homes: [...homes], article_48: third, members: MEMBERS_AS_OF };
  return { recognition: { ...facts, ...(basis === undefined ? {} : { basis }) } };
}
