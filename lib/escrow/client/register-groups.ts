import "server-only";
import type { Context } from "@/lib/context/context";
import { inSnapshot, inTransaction } from "@/lib/db/transaction";
import { selectSealedGroups, storeAnswers } from "@/lib/escrow/client/store";
import type { RegistrationItem, RegistrationResult } from "@/lib/escrow/protocol/messages";
import type { GroupName } from "@/lib/vocabulary";

type RegisterContext = Pick<Context, "db" | "instance">;

/** Groups that a grant covers and the custodian has not confirmed yet. */
export function readUnregistered(
  cx: RegisterContext,
  transactions: readonly string[],
  groups: readonly GroupName[],
): Promise<RegistrationItem[]> {
  return inSnapshot(cx, (tx) => selectSealedGroups(tx, transactions, groups, true));
}

/** Stores the custodian's answer for each group. A refusal is stored with its reason. */
export async function storeRegistrations(
  cx: RegisterContext,
  results: readonly RegistrationResult[],
): Promise<void> {
  if (results.length > 0) await inTransaction(cx, (tx) => storeAnswers(tx, results));
}
