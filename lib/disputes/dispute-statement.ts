import "server-only";
import { newNonce } from "@/lib/access/decisions/prepare-statement";
import { DAY_MS } from "@/lib/access/rules/limits";
import type { Context } from "@/lib/context/context";
import {
  buildDispute,
  type DisputeStatement,
  MAX_DISPUTE_DAYS,
  validityTime,
} from "@/lib/escrow/protocol/statements";
import type { GroupName } from "@/lib/vocabulary";

/**
 * Returns the statement that a party signs: masked, these groups of this transaction, for as long as a dispute may
 * take.
 */
export function disputeStatement(
  cx: Context,
  subject: { readonly transactionId: string; readonly groups: readonly GroupName[] },
): DisputeStatement {
  return buildDispute({
    log: cx.instance.log,
    transaction: subject.transactionId,
    groups: [...subject.groups],
    level: "masked",
    party: cx.principal.handle,
    not_after: validityTime(new Date(cx.clock.nowMs() + MAX_DISPUTE_DAYS * DAY_MS)),
    nonce: newNonce(),
  });
}
