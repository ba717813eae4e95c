import "server-only";
import type { AuditContext, Context } from "@/lib/context/context";
import { OpenError } from "@/lib/crypto/format-error";
import type { ActiveKey } from "@/lib/keys/active-keys";
import { isRecordInLog, type SealedRecord } from "@/lib/transactions/read/load-sealed";
import {
  type ResealedGroup,
  type ResealRecipients,
  resealGroups,
} from "@/lib/transactions/rewrap/reseal-groups";
import { type Derivers, type RewrappedGroups, rewrapGroups } from "@/lib/transactions/rewrap/rewrap-groups";
import type { TransactionRow } from "@/lib/transactions/rows";

/** The context needed to re-wrap or reseal transactions for a new key: this process's keys, and where to write. */
export type RewrapContext = Pick<Context, "db" | "instance" | "keystore" | "escrow" | "logger"> &
  AuditContext;

/** The keys of a batch. */
export interface Move {
  readonly derivers: Derivers;
  readonly next: ActiveKey;
  /** Transactions that get a new content key, with its recipients; the others are re-wrapped. */
  readonly reseal: ReadonlyMap<string, ResealRecipients>;
}

/** The change of one transaction. */
export type Change = { readonly transaction: TransactionRow } & (
  | ({ readonly kind: "rewrap" } & RewrappedGroups)
  | {
      readonly kind: "reseal";
      readonly groups: readonly ResealedGroup[];
      readonly keys: readonly ActiveKey[];
    }
);

async function make(transaction: TransactionRow, record: SealedRecord, move: Move): Promise<Change> {
  const recipients = move.reseal.get(transaction.id);
  if (recipients === undefined) {
    const rewrapped = await rewrapGroups(record.groups, move.derivers, move.next);
    return { kind: "rewrap", transaction, ...rewrapped };
  }
  const groups = await resealGroups(transaction, record.groups, move.derivers, recipients);
  return { kind: "reseal", transaction, groups, keys: recipients.keys };
}

/** Returns one transaction's change; undefined, with an alarm, if its rows cannot be trusted or opened. */
export async function changeOf(
  cx: RewrapContext,
  transaction: TransactionRow,
  record: SealedRecord,
  move: Move,
): Promise<Change | undefined> {
  const alarm = isRecordInLog(cx, transaction, record) ? undefined : "envelope.replaced";
  if (alarm === undefined) {
    try {
      return await make(transaction, record, move);
    } catch (error) {
      if (!(error instanceof OpenError)) throw error;
    }
  }
  cx.logger.error(
    { alarm: alarm ?? "envelope.open-failed", transaction: transaction.id },
    "transaction was not re-wrapped or resealed for its participant's new key",
  );
  return undefined;
}
