import "server-only";
import type { Principal } from "@/lib/context/principal";
import { type DbContext, inTransaction } from "@/lib/db/transaction";
import { findHolder } from "@/lib/identity/people/holders-store";

/**
 * Returns a person's current role, duties and organisation, for work done on their behalf while they are away. Returns
 * undefined once the person or their organisation is not active.
 */
export async function findReaderById(
  cx: DbContext,
  userId: string,
): Promise<Pick<Principal, "role" | "duties" | "organisationId" | "userId"> | undefined> {
  const holder = await inTransaction(cx, (tx) => findHolder(tx, cx.instance.tenantId, userId));
  if (holder === undefined || !holder.isActive) return undefined;
  const { role, duties, organisationId } = holder;
  return { role, duties, organisationId, userId };
}
