import "server-only";
import type { Context } from "@/lib/context";
import { DomainError } from "@/lib/errors";
import type { Attempt } from "@/lib/transactions/load-known";
import { refuse } from "@/lib/transactions/load-known";
import type { SealedRecord } from "@/lib/transactions/load-sealed";
import type { AuditBody, Disclosure } from "@/lib/transactions/schema";
import type { TransactionRow } from "@/lib/transactions/store";

export async function releaseUnderGrant(
  cx: Context,
  row: TransactionRow,
  _record: SealedRecord,
  _input: AuditBody,
  attempt: Attempt,
): Promise<Disclosure> {
  throw await refuse(cx, row.id, attempt, new DomainError("access.no-grant"));
}
