import "server-only";
import type { Context } from "@/lib/context/context";
import { bodyDigest } from "@/lib/crypto/envelope/envelope";
import { inSnapshot, inTransaction } from "@/lib/db/transaction";
import { selectSealedGroups, upsertRegistrations } from "@/lib/escrow/client/store";
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
  items: readonly RegistrationItem[],
  results: readonly RegistrationResult[],
): Promise<void> {
  const rows = results.flatMap((result, index) => {
    const item = items[index];
    if (item === undefined) return [];
    const kid = item.jwe.recipients.find(({ header }) => header.kid.startsWith("escrow#"))?.header.kid ?? "";
    return [{ ...result, fallbackKid: kid, fallbackBd: bodyDigestOf(item) }];
  });
  if (rows.length > 0) await inTransaction(cx, (tx) => upsertRegistrations(tx, cx.instance.tenantId, rows));
}

function bodyDigestOf({ jwe }: RegistrationItem): string {
  return bodyDigest({ ...jwe, recipients: [] });
}
