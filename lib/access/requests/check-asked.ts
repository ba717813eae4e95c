import "server-only";
import { findKnownTransactions } from "@/lib/access/requests/records-store";
import type { Asked } from "@/lib/access/requests/store";
import type { Running } from "@/lib/db/statement";
import { DomainError, invalidField } from "@/lib/errors";

/** Throws unless the requested time is a span that is not over yet. */
export function requireSpan(asked: Pick<Asked, "from" | "until">, now: Date): void {
  if (asked.until !== undefined && asked.until <= now) throw invalidField("/until", "is over");
  if (asked.from !== undefined && asked.until !== undefined && asked.from >= asked.until) {
    throw invalidField("/until", "is not after from");
  }
}

/** Throws for ids that do not exist, with the same answer for ids of another tenant. */
export async function requireKnownTransactions(
  tx: Running,
  tenantId: string,
  ids: readonly string[],
): Promise<void> {
  const known = await findKnownTransactions(tx, tenantId, ids);
  const errors = ids.flatMap((id, index) =>
    known.has(id) ? [] : [{ pointer: `/transactions/${index}`, detail: "transaction not found" }],
  );
  if (errors.length > 0) throw new DomainError("transaction.not-found", { errors });
}
