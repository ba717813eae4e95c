import "server-only";
import type { AuditEvent } from "@/lib/audit/entry/event";
import { appendEntries } from "@/lib/audit/record/append-entry";
import type { Tx } from "@/lib/db/transaction";
import type { ActiveKey } from "@/lib/keys/active-keys";
import { moveWraps, type RotationRow, tellProgress } from "@/lib/keys/rotation/store";
import { type NewWrapRow, storeWraps, wrapRow } from "@/lib/keys/wraps/store-wraps";
import type { Change, RewrapContext } from "@/lib/transactions/rewrap/change-of";
import { insertGroups, retireOldWraps } from "@/lib/transactions/rewrap/store";
import { bindGroups } from "@/lib/transactions/store";

type Rewrap = Extract<Change, { kind: "rewrap" }>;
type Reseal = Extract<Change, { kind: "reseal" }>;
type Written<C> = { readonly change: C; readonly entryId: string };

function eventOf(rotation: RotationRow, next: ActiveKey, change: Change): AuditEvent {
  const { transaction } = change;
  const isReseal = change.kind === "reseal";
  const digests = isReseal ? change.groups.map((group) => group.digests) : change.digests;
  const oldKids = isReseal ? [] : [...new Set(change.moved.map(({ oldKid }) => oldKid))].sort();
  return {
    class: "transaction",
    outcome: "done",
    action: isReseal ? "transaction.reseal" : "transaction.rewrap",
    subjects: [`transaction:${transaction.id}`],
    details: {
      transaction: transaction.id,
      rotation: rotation.id,
      kid: next.kid,
      groups: digests.map(({ grp }) => grp),
      ...(isReseal ? {} : { old_kids: oldKids }),
    },
    pub: {
      envelopes: [...digests].sort((a, b) => (a.grp < b.grp ? -1 : 1)),
      ...(isReseal && transaction.rd !== undefined ? { rd: transaction.rd } : {}),
    },
    index: { transactionId: transaction.id, participantId: rotation.participantId },
  };
}

/** Stores the moved entries. The groups' bodies stay, and newer log entries bind them. */
async function storeRewraps(tx: Tx, written: readonly Written<Rewrap>[]): Promise<number> {
  const moved = written.flatMap(({ change }) => change.moved);
  if (moved.length === 0) return 0;
  if ((await moveWraps(tx, moved)) !== moved.length)
    throw new TypeError("a locked recipient entry does not exist");
  const bound = written.flatMap(({ change, entryId }) =>
    change.digests.map(({ grp, gen }) => ({
      transactionId: change.transaction.id,
      group: grp,
      gen,
      entryId,
    })),
  );
  await bindGroups(tx, bound);
  return moved.length;
}

function wrapsOf(cx: RewrapContext, { groups, keys }: Reseal): NewWrapRow[] {
  const { tenantId } = cx.instance;
  return groups.flatMap(({ transactionId, group, gen, envelope }) =>
    envelope.recipients.map((recipient, position) => {
      const key = keys.find(({ kid }) => kid === recipient.header.kid);
      const place = { tenantId, transactionId, group, gen, position };
      if (key === undefined) return wrapRow(place, recipient);
      return wrapRow(
        { ...place, participantId: key.participantId, keyVersionId: key.keyVersionId },
        recipient,
      );
    }),
  );
}

/** Stores the next generations with their entries, and removes the parties' entries of the former ones. */
async function storeReseals(tx: Tx, cx: RewrapContext, written: readonly Written<Reseal>[]): Promise<number> {
  if (written.length === 0) return 0;
  const rows = written.flatMap(({ change, entryId }) =>
    change.groups.map(({ transactionId, group, gen, ep, fieldCount, envelope, digests }) => ({
      transaction_id: transactionId,
      grp: group,
      gen,
      tenant_id: cx.instance.tenantId,
      ep,
      field_count: fieldCount,
      protected: envelope.protected,
      iv: envelope.iv,
      ciphertext: envelope.ciphertext,
      tag: envelope.tag,
      bd: digests.bd,
      entry_id: entryId,
    })),
  );
  await insertGroups(tx, rows);
  await storeWraps(
    tx,
    written.flatMap(({ change }) => wrapsOf(cx, change)),
  );
  await retireOldWraps(
    tx,
    written.map(({ change }) => change.transaction.id),
  );
  return rows.length;
}

/** Writes a log entry for each change and stores the changes; returns how many groups were moved. */
export async function storeChanges(
  tx: Tx,
  cx: RewrapContext,
  rotation: RotationRow,
  next: ActiveKey,
  changes: readonly Change[],
): Promise<number> {
  if (changes.length === 0) return 0;
  const entries = await appendEntries(
    tx,
    cx,
    changes.map((change) => eventOf(rotation, next, change)),
  );
  const rewraps: Written<Rewrap>[] = [];
  const reseals: Written<Reseal>[] = [];
  for (const [at, change] of changes.entries()) {
    const entryId = entries[at]?.id ?? "";
    if (change.kind === "rewrap") rewraps.push({ change, entryId });
    else reseals.push({ change, entryId });
  }
  await tellProgress(tx, rotation.id);
  return (await storeRewraps(tx, rewraps)) + (await storeReseals(tx, cx, reseals));
}
