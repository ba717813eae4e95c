import "server-only";
import type { Context } from "@/lib/context/context";
import { DISCLOSE } from "@/lib/transactions/open/record-disclosure";
import { releaseUnderGrant } from "@/lib/transactions/open/release-under-grant";
import { type Attempt, loadKnown } from "@/lib/transactions/read/load-known";
import { loadSealed } from "@/lib/transactions/read/load-sealed";
import type { AuditBody, Disclosure } from "@/lib/transactions/schema";

/** An auditor or regulator opens granted groups through the escrow custodian. */
export async function auditTransaction(cx: Context, id: string, input: AuditBody): Promise<Disclosure> {
  const attempt: Attempt = { action: DISCLOSE, purpose: input.purpose, fields: input.fields ?? [] };
  const { row, also: record } = await loadKnown(cx, id, attempt, (tx, known) => loadSealed(tx, known));
  return releaseUnderGrant(cx, row, record, input, attempt);
}
