import "server-only";
import { findWaiting } from "@/lib/administration/agreements/list-agreements";
import type { Agreement } from "@/lib/administration/agreements/schema";
import type { Context } from "@/lib/context/context";
import type { Tx } from "@/lib/db/transaction";
import type { Need } from "@/lib/home/schema";
import type { Unreadable } from "@/lib/paging";

const MAX_AGREEMENTS = 20;

function needOf({ id, kind, subject, asked_by: person, asked_at: at, expires_at: end }: Agreement): Need {
  return {
    kind: "agreement",
    subject: { kind: "agreement", id },
    reference: subject.name,
    at,
    due_at: end,
    is_late: false,
    facts: { person, text: kind },
  };
}

/** Returns changes that the caller may agree to as the second person; only administrators may. */
export async function readAgreementNeeds(
  tx: Tx,
  cx: Context,
): Promise<{ readonly needs: Need[]; readonly unreadable: readonly Unreadable[] }> {
  const { role, duties } = cx.principal;
  if (role !== "admin" || !duties.includes("admin")) return { needs: [], unreadable: [] };
  const { items, unreadable = [] } = await findWaiting(tx, cx, MAX_AGREEMENTS);
  return { needs: items.filter((one) => one.may_agree).map(needOf), unreadable };
}
