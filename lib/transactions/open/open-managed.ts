import "server-only";
import type { Context } from "@/lib/context/context";
import { type Derive, type GroupContent, openEnvelope } from "@/lib/crypto/envelope/envelope";
import { OpenError } from "@/lib/crypto/format-error";
import type { Run } from "@/lib/db/statement";
import { DomainError } from "@/lib/errors";
import { managedDerivers } from "@/lib/keys/managed-deriver";
import type { TransactionRow } from "@/lib/transactions/rows";
import type { SealedGroupRow } from "@/lib/transactions/verify-envelopes";
import type { GroupName } from "@/lib/vocabulary";

/** What a party's keys opened: fields and their salts by group. */
export type ManagedGroups = Partial<Record<GroupName, GroupContent>>;

function versionOf(kid: string): number {
  return Number(kid.slice(kid.lastIndexOf("#") + 1));
}

/** Returns the kid of this participant's entry, found in our records and never by trial. */
function ownKid(group: SealedGroupRow, participantId: string): string {
  const own = group.wraps.find((wrap) => wrap.participantId === participantId);
  if (own === undefined)
    throw new DomainError("envelope.open-failed", { detail: "The caller is not a recipient." });
  return own.kid;
}

/**
 * Opens groups with the participant's managed keys, and returns what `finish` makes of them. One transaction reads and
 * locks the keys' states and ends with the statement that `finish` runs, together with its COMMIT. So a suspension
 * waits until the outcome is stored, and the next opening finds the key suspended. The caller has compared the
 * envelopes with the log.
 */
export async function openManaged<T>(
  cx: Context,
  transaction: TransactionRow,
  groups: readonly SealedGroupRow[],
  participantId: string,
  finish: (run: Run, opened: ManagedGroups) => Promise<T>,
): Promise<T> {
  const own = groups.map((group) => ({ group, kid: ownKid(group, participantId) }));
  const versions = [...new Set(own.map(({ kid }) => versionOf(kid)))];
  // The lease is renewed first, so that no other call waits for a key service with a row locked.
  await cx.keystore.requireKeys();
  return cx.db.prepared.transaction(async (tx) => {
    const derivers = await managedDerivers(tx.run, cx, { participantId, versions });
    const opened: ManagedGroups = {};
    for (const { group, kid } of own) {
      const derive = derivers.get(kid);
      if (derive === undefined) throw new DomainError("key.not-found");
      opened[group.row.group] = await openOne(transaction, group, kid, derive);
    }
    return finish(tx.finish, opened);
  });
}

async function openOne(
  transaction: TransactionRow,
  group: SealedGroupRow,
  kid: string,
  derive: Derive,
): Promise<GroupContent> {
  try {
    return await openEnvelope({
      ...group.context,
      envelope: group.envelope,
      kid,
      derive,
      list: transaction.digestList,
      fieldCount: group.row.fieldCount,
    });
  } catch (cause) {
    if (cause instanceof OpenError) throw new DomainError("envelope.open-failed", { cause });
    throw cause;
  }
}
