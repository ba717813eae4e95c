import "server-only";
import * as grants from "@/lib/access/grants/change-store";
import type { Context } from "@/lib/context/context";
import type { Tx } from "@/lib/db/transaction";
import { DomainError } from "@/lib/errors";

/**
 * Takes one view of a grant's budget in the caller's transaction and returns how many are left; exact under any number
 * of parallel calls. The same transaction must contain an entry `disclosure.open` with the subject `grant:<id>`, or it
 * cannot commit. The grant's row stays locked until then, so take it late.
 */
export async function useView(tx: Tx, cx: Pick<Context, "clock">, grantId: string): Promise<number> {
  const left = await grants.takeView(tx, grantId, cx.clock.now());
  if (left !== undefined) return left;
  throw new DomainError("access.views-exhausted", {
    detail: "The grant has no views left, or is no longer in force.",
    extra: { reason: "default.views", reasons: ["default.views"] },
  });
}
