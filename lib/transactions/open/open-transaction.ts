import "server-only";
import type { Context } from "@/lib/context/context";
import { finishOpening, plainGroupsOf } from "@/lib/transactions/open/finish-opening";
import { openManaged } from "@/lib/transactions/open/open-managed";
import { type PermittedOpening, permitOpening } from "@/lib/transactions/open/permit-opening";
import { DISCLOSE, recordIntent } from "@/lib/transactions/open/record-disclosure";
import { releaseUnderGrant } from "@/lib/transactions/open/release-under-grant";
import { type Attempt, loadKnown } from "@/lib/transactions/read/load-known";
import { loadSealed, requireBound, type SealedRecord } from "@/lib/transactions/read/load-sealed";
import { isParty } from "@/lib/transactions/read/who-may-know";
import type { TransactionRow } from "@/lib/transactions/rows";
import type { AccessBody, Disclosure } from "@/lib/transactions/schema";

async function openOwn(
  cx: Context,
  row: TransactionRow,
  record: SealedRecord,
  opening: PermittedOpening,
  input: AccessBody,
  participantId: string,
): Promise<Disclosure> {
  const sealed = record.groups.filter(({ row: group }) => opening.groups.includes(group.group));
  const intent = await recordIntent(cx, {
    transactionId: row.id,
    groups: opening.groups,
    purpose: input.purpose,
    level: "full",
    via: sealed.length === 0 ? "plain" : "managed",
    authorizedBy: "participant",
    details: {
      transaction: row.id,
      groups: [...opening.groups],
      requester: cx.principal.handle,
      policy_version: opening.permit.policyVersion,
      policies: [...opening.permit.policies],
      ...(input.justification === undefined ? {} : { justification: input.justification }),
    },
  });
  const { answer } = await finishOpening(cx, intent, async () => {
    const opened = await openManaged(cx, row, sealed, participantId);
    return { groups: { ...plainGroupsOf(row, opening.groups), ...opened } };
  });
  return answer;
}

/**
 * A participant opens a transaction of its own with its managed key; coordinators and support open under a
 * grant, through escrow. Stored envelopes are compared with the log before anything is unwrapped.
 */
export async function openTransaction(cx: Context, id: string, input: AccessBody): Promise<Disclosure> {
  const attempt: Attempt = { action: DISCLOSE, purpose: input.purpose, fields: input.fields ?? [] };
  const { row, also: record } = await loadKnown(cx, id, attempt, (tx, known) => loadSealed(tx, known));
  const { participantId } = cx.principal;
  if (participantId === undefined || !isParty(cx.principal, row.participants)) {
    return releaseUnderGrant(cx, row, record, input, attempt);
  }
  const opening = await permitOpening(cx, row, input, attempt);
  await requireBound(cx, row, record, attempt);
  return openOwn(cx, row, record, opening, input, participantId);
}
