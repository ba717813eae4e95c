import { Jwe, type RegistrationItem } from "@/lib/escrow/protocol/messages";
import type { TransactionRow } from "@/lib/transactions/rows";
import type { SealedGroupRow } from "@/lib/transactions/verify-envelopes";

/** Returns a sealed group in the custodian's form. */
export function registrationItem(row: TransactionRow, group: SealedGroupRow): RegistrationItem {
  return {
    tx: row.id,
    grp: group.row.group,
    ep: group.row.ep,
    gen: group.row.gen,
    fields: group.row.fieldCount,
    rd_list: [...row.digestList],
    jwe: Jwe.parse(group.envelope),
  };
}
