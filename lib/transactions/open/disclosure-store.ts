import "server-only";
import { z } from "zod";
import type { Tx } from "@/lib/db/transaction";
import { GroupName } from "@/lib/vocabulary";

const Row = z.object({
  id: z.string(),
  groups: z.array(GroupName),
  purpose: z.string(),
  grant_id: z.string().nullable(),
});

/** A finished opening, with the data that later acts under it need. */
export interface DoneDisclosure {
  readonly id: string;
  readonly groups: readonly GroupName[];
  readonly purpose: string;
  readonly grantId: string | undefined;
}

/**
 * Returns this person's successful opening of this transaction. Another person's gets the same answer as an unknown
 * one.
 */
export async function findDisclosure(
  tx: Tx,
  wanted: { readonly id: string; readonly transactionId: string; readonly userId: string },
): Promise<DoneDisclosure | undefined> {
  const found = await tx.disclosure.findFirst({
    where: { id: wanted.id, transaction_id: wanted.transactionId, user_id: wanted.userId, outcome: "done" },
    select: { id: true, groups: true, purpose: true, grant_id: true },
  });
  if (found === null) return undefined;
  const { id, groups, purpose, grant_id } = Row.parse(found);
  return { id, groups, purpose, grantId: grant_id ?? undefined };
}
