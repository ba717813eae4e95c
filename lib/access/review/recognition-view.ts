import "server-only";
import type { AuthorizationRow } from "@/lib/access/legal-authorities/store";
import { isThirdCountry, weigh } from "@/lib/access/review/jurisdictions";
import { readRecognition } from "@/lib/access/review/recognition-store";
import type { ReviewView } from "@/lib/access/review/schema";
import type { Context } from "@/lib/context/context";
import type { Tx } from "@/lib/db/transaction";
import { getPerson } from "@/lib/identity/people/people-store";

/** Returns how the order is recognised: as recorded, or as it would be now. Returns undefined without an order. */
export async function recognitionView(
  tx: Tx,
  cx: Context,
  order: AuthorizationRow | undefined,
): Promise<Pick<ReviewView, "recognition">> {
  if (order === undefined) return {};
  const { found, homes } = await readRecognition(tx, cx.instance.tenantId, order.id);
  if (found !== undefined) {
    const { standing, basis, jurisdiction, homes: known, isThirdCountry: third, at } = found;
    const by = (await getPerson(tx, found.userId)).name;
    const facts = { standing, jurisdiction, homes: [...known], article_48: third, by, at: at.toISOString() };
    return { recognition: { ...facts, ...(basis === undefined ? {} : { basis }) } };
  }
  const { jurisdiction } = order;
  const { standing, basis } = weigh(order, homes, undefined);
  const facts = {
    standing,
    jurisdiction,
    homes: [...homes],
    article_48: isThirdCountry(jurisdiction, homes),
  };
  return { recognition: { ...facts, ...(basis === undefined ? {} : { basis }) } };
}
