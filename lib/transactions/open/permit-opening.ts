import "server-only";
import { knownHolds } from "@/lib/access/preservations/known-holds";
import { authorizeOpening, type OpeningPermit } from "@/lib/access/rules/authorize-opening";
import type { GrantFacts, OpeningProof } from "@/lib/access/rules/facts";
import { ageDays, retentionDays } from "@/lib/access/rules/limits";
import type { Reader } from "@/lib/access/rules/reader";
import type { Context } from "@/lib/context/context";
import { inSnapshot } from "@/lib/db/transaction";
import { DomainError } from "@/lib/errors";
import { recordFactsOf } from "@/lib/transactions/open/record-facts";
import { type Attempt, refuse } from "@/lib/transactions/read/load-known";
import type { TransactionRow } from "@/lib/transactions/rows";
import type { AuditBody } from "@/lib/transactions/schema";
import type { GroupName } from "@/lib/vocabulary";

/** A permit, and which of the permitted groups this transaction has, in the order of groups. */
export interface PermittedOpening {
  readonly permit: OpeningPermit;
  readonly groups: readonly GroupName[];
}

/** A grant whose day is spent (429) refuses an opening as much as one that has ended. */
const RECORDED: readonly number[] = [401, 403, 404, 429];

/** Writes down the refusal that `act` throws, and throws it. Anything but a refusal of the caller passes. */
export async function recordingRefusals<T>(
  cx: Context,
  transactionId: string,
  attempt: Attempt,
  act: () => Promise<T>,
): Promise<T> {
  try {
    return await act();
  } catch (error) {
    if (!(error instanceof DomainError) || !RECORDED.includes(error.status)) throw error;
    throw await refuse(cx, transactionId, attempt, error);
  }
}

/** Only an age limit asks for holds: a record that is young enough is not looked up. */
async function holdOf(cx: Context, row: TransactionRow): Promise<Date | undefined> {
  const now = cx.clock.now();
  const createdAt = new Date(Number(row.createdAtMicros / 1000n));
  if (ageDays(createdAt, now) <= retentionDays(cx.principal.role)) return undefined;
  return (await inSnapshot(cx, (tx) => knownHolds(tx, cx.principal, [row.id], now))).get(row.id);
}

/** Decides whether the caller may open the record now; a refusal is written down before it is thrown. */
export async function permitOpening(
  cx: Context,
  row: TransactionRow,
  input: AuditBody,
  attempt: Attempt,
  under?: { readonly grant: GrantFacts; readonly opening: OpeningProof; readonly reader: Reader },
): Promise<PermittedOpening> {
  const record = recordFactsOf(row, await holdOf(cx, row));
  const asked = {
    record,
    purpose: input.purpose,
    ...(input.fields === undefined ? {} : { groups: input.fields }),
    ...(input.hours_override === undefined ? {} : { hoursOverride: input.hours_override }),
    ...(under === undefined ? {} : { grant: under.grant, opening: under.opening }),
  };
  const permit = await recordingRefusals(cx, row.id, attempt, () =>
    authorizeOpening(cx, asked, under?.reader),
  );
  return { permit, groups: record.groups.filter((group) => permit.groups.includes(group)) };
}
