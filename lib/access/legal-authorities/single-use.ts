import "server-only";
import { isOrderUsed } from "@/lib/access/legal-authorities/use-store";
import type { Tx } from "@/lib/db/transaction";
import { DomainError } from "@/lib/errors";

/**
 * Refuses a single-use order that has served another request of the same agency (`authorization.used`). The database
 * checks again when the request is submitted (`legal_authorization_used`).
 */
export async function requireUnused(tx: Tx, authorizationId: string): Promise<void> {
  if (!(await isOrderUsed(tx, authorizationId))) return;
  throw new DomainError("authorization.used", {
    detail: "The order counts once, and another request of your agency rests on it.",
  });
}
