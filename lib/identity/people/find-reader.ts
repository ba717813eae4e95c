import "server-only";
import type { Principal } from "@/lib/context/principal";
import { type DbContext, inTransaction } from "@/lib/db/transaction";
import { findHolder } from "@/lib/identity/people/holders-store";

/**
 * Role, duties and organisation of a person as they are now, for work done on their behalf while they are away;
 * undefined once they or their organisation are no longer active.
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
