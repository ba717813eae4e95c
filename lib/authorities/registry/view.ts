import "server-only";
import { issueReceipt, type Receipt } from "@/lib/audit/record/issue-receipt";
import { describeLists } from "@/lib/authorities/registry/list-store";
import { type AuthorityRow, lockAuthority, namesOf } from "@/lib/authorities/registry/store";
import type { AuthorityView } from "@/lib/authorities/schema";
import type { Context } from "@/lib/context/context";
import type { AppendedEntry } from "@/lib/context/recorder";
import { readCertificate, subjectOf } from "@/lib/crypto/pki/certificate";
import { type Readable, readableOf, type Viewed, viewRows } from "@/lib/db/read-rows";
import { inTransaction, type Tx } from "@/lib/db/transaction";
import { DomainError } from "@/lib/errors";
import { validityTime } from "@/lib/escrow/protocol/statements";

function actsOf(cx: Pick<Context, "principal">, row: AuthorityRow): AuthorityView["acts"] {
  if (row.state === "confirmed") return row.kind === "anchor" ? ["list", "revoke"] : ["revoke"];
  if (row.state !== "proposed") return [];
  return row.proposed_by === cx.principal.userId ? ["withdraw"] : ["confirm", "withdraw"];
}

/** Returns whether an order signed under it is accepted at this moment. */
function isInForce(row: AuthorityRow, now: Date): boolean {
  const { in_force_from: from, valid_from: begin, valid_until: end, state } = row;
  return state === "confirmed" && from !== null && from <= now && begin <= now && now < end;
}

/** Returns what is registered: a key by its id, a certificate by its subject. */
function materialOf({ kid, certificate }: AuthorityRow): Pick<AuthorityView, "kid" | "subject"> {
  return {
    ...(kid === null ? {} : { kid }),
    ...(certificate === null ? {} : { subject: subjectOf(readCertificate(certificate)) }),
  };
}

type ShownList = NonNullable<AuthorityView["crls"]>[number];

function listsOf(lists: readonly Omit<ShownList, "is_current">[] | undefined, now: Date): ShownList[] {
  return (lists ?? []).map((list) => ({ ...list, is_current: now < new Date(list.next_update ?? 0) }));
}

/** Returns registrations as the caller sees them. */
export async function authorityViews(
  tx: Tx,
  cx: Pick<Context, "principal" | "clock" | "logger">,
  rows: readonly Readable<AuthorityRow>[],
): Promise<Viewed<AuthorityView>> {
  const people = readableOf(rows).flatMap((row) => [row.proposed_by, row.confirmed_by, row.ended_by]);
  const names = await namesOf(
    tx,
    people.filter((id) => id !== null),
  );
  const nameOf = (id: string): string => names.get(id) ?? id;
  const now = cx.clock.now();
  const lists = await describeLists(
    tx,
    readableOf(rows)
      .filter(({ kind }) => kind === "anchor")
      .map(({ id }) => id),
  );
  return viewRows(cx, "authorities", rows, (row: AuthorityRow) => ({
    id: row.id,
    kind: row.kind,
    issuer: row.issuer,
    jurisdiction: row.jurisdiction,
    ...materialOf(row),
    digest: row.digest,
    valid_from: validityTime(row.valid_from),
    valid_until: validityTime(row.valid_until),
    state: row.state,
    is_in_force: isInForce(row, now),
    ...(row.in_force_from === null ? {} : { in_force_from: row.in_force_from.toISOString() }),
    proposed_by: nameOf(row.proposed_by),
    proposed_at: row.proposed_at.toISOString(),
    ...(row.confirmed_by === null ? {} : { confirmed_by: nameOf(row.confirmed_by) }),
    ...(row.confirmed_at === null ? {} : { confirmed_at: row.confirmed_at.toISOString() }),
    ...(row.ended_by === null ? {} : { ended_by: nameOf(row.ended_by) }),
    ...(row.ended_at === null ? {} : { ended_at: row.ended_at.toISOString() }),
    ...(row.end_reason === null ? {} : { end_reason: row.end_reason }),
    ...(row.kind === "key" ? {} : { crls: listsOf(lists.get(row.id), now) }),
    acts: actsOf(cx, row),
  }));
}

export type AuthorityAnswer = AuthorityView & { readonly receipt: Receipt };

/** Returns the registration after an act, with the act's receipt. */
export async function answerAuthority(
  cx: Context,
  id: string,
  entry: AppendedEntry,
): Promise<AuthorityAnswer> {
  const view = await inTransaction(cx, async (tx) => {
    const row = await lockAuthority(tx, cx.instance.tenantId, id);
    return row === undefined ? undefined : (await authorityViews(tx, cx, [row])).items[0];
  });
  if (view === undefined) throw new DomainError("authority.not-found");
  return { ...view, receipt: await issueReceipt(cx, entry) };
}
