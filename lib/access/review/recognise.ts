import "server-only";
import type { AuthorizationRow } from "@/lib/access/legal-authorities/store";
import { isThirdCountry, MEMBERS_AS_OF, weigh } from "@/lib/access/review/jurisdictions";
import {
  insertRecognition,
  type RecognitionRow,
  readRecognition,
} from "@/lib/access/review/recognition-store";
import type { Context } from "@/lib/context/context";
import type { Json } from "@/lib/crypto/json/canonical-json";
import { uuidv7 } from "@/lib/crypto/uuid";
import type { Running } from "@/lib/db/statement";
import { DomainError, invalidField } from "@/lib/errors";

type Order = Pick<AuthorizationRow, "id" | "requestId" | "jurisdiction" | "recognitionBasis">;

/** How an order is recognised that was not recognised before. */
export type Weighed = Pick<
  RecognitionRow,
  "standing" | "jurisdiction" | "homes" | "isThirdCountry" | "basis"
>;

/**
 * Returns how an order that is about to be approved is recognised, by the home jurisdictions of this moment. Throws
 * `authorization.recognition` for a foreign order without a basis in its record or in `recorded`, and `request.invalid`
 * for a recorded basis that is not needed.
 */
function requireBasis(order: Order, homes: readonly string[], recorded: string | undefined): Weighed {
  const { jurisdiction } = order;
  const { standing, basis } = weigh(order, homes, recorded);
  const third = isThirdCountry(jurisdiction, homes);
  if (standing === "missing") {
    throw new DomainError("authorization.recognition", {
      detail: `An order of ${jurisdiction} states no basis for its recognition. Legal review must record one.`,
      extra: { jurisdiction, homes, article_48: third },
    });
  }
  if (recorded !== undefined && standing !== "recorded") {
    throw invalidField("/recognition_basis", "is recorded only for a foreign order that states none");
  }
  return { standing, jurisdiction, homes, isThirdCountry: third, basis };
}

/**
 * Checks recognition, and returns what `recognise` records; undefined for an order that was recognised before. People
 * who may record a basis give one: legal review, and executives when legal review stayed silent.
 */
export async function requireRecognisable(
  tx: Running,
  cx: Context,
  order: Order,
  recorded?: string,
): Promise<Weighed | undefined> {
  const { homes, found } = await readRecognition(tx, cx.instance.tenantId, order.id);
  return found === undefined ? requireBasis(order, homes, recorded) : undefined;
}

/**
 * Records how the order is recognised, in the caller's transaction, for the caller's entry to name. An earlier
 * recognition is kept.
 */
export async function recognise(
  tx: Running,
  cx: Context,
  order: Order,
  weighed: Weighed | undefined,
): Promise<{ readonly recognition?: Readonly<Record<string, Json>> }> {
  if (weighed === undefined) return {};
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
