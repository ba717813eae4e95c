import "server-only";
import type { Context } from "@/lib/context";
import { type Derive, openEnvelope } from "@/lib/crypto/envelope";
import { OpenError } from "@/lib/crypto/format-error";
import { DomainError } from "@/lib/errors";
import { managedDeriver } from "@/lib/keys/managed-deriver";
import type { Groups } from "@/lib/transactions/groups";
import type { TransactionRow } from "@/lib/transactions/store";
import type { SealedGroupRow } from "@/lib/transactions/verify-envelopes";

function versionOf(kid: string): number {
  return Number(kid.slice(kid.lastIndexOf("#") + 1));
}

/** The kid of this participant's entry, picked from our records and never by trial. */
function ownKid(group: SealedGroupRow, participantId: string): string {
  const own = group.wraps.find((wrap) => wrap.participantId === participantId);
  if (own === undefined)
    throw new DomainError("envelope.open-failed", { detail: "The caller is no recipient." });
  return own.kid;
}

/** Opens groups with the participant's managed key. The envelopes have been compared with the log before. */
export async function openManaged(
  cx: Context,
  transaction: TransactionRow,
  groups: readonly SealedGroupRow[],
  participantId: string,
): Promise<Groups> {
  const derivers = new Map<string, Derive>();
  const opened: Groups = {};
  for (const group of groups) {
    const kid = ownKid(group, participantId);
    const derive =
      derivers.get(kid) ?? (await managedDeriver(cx, { participantId, version: versionOf(kid) }));
    derivers.set(kid, derive);
    opened[group.row.group] = await openOne(transaction, group, kid, derive);
  }
  return opened;
}

async function openOne(transaction: TransactionRow, group: SealedGroupRow, kid: string, derive: Derive) {
  try {
    const content = await openEnvelope({
      ...group.context,
      envelope: group.envelope,
      kid,
      derive,
      list: transaction.digestList,
      fieldCount: group.row.fieldCount,
    });
    return content.fields;
  } catch (cause) {
    if (cause instanceof OpenError) throw new DomainError("envelope.open-failed", { cause });
    throw cause;
  }
}
