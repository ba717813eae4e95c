import "server-only";
import { z } from "zod";
import type { Tx } from "@/lib/db/transaction";

/** Returns the numbers of the sets that were ever active, oldest first. */
export async function listActivated(tx: Tx, tenantId: string): Promise<number[]> {
  const rows = await tx.policy_activation.findMany({
    where: { tenant_id: tenantId },
    distinct: ["number"],
    orderBy: { number: "asc" },
    select: { number: true },
  });
  return z
    .array(z.object({ number: z.number() }))
    .parse(rows)
    .map(({ number }) => number);
}
