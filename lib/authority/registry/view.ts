import "server-only";
import type { AuthorityRow } from "@/lib/authority/registry/store";
import { namesOf } from "@/lib/authority/registry/store";
import type { AuthorityView } from "@/lib/authority/schema";
import type { Context } from "@/lib/context";
import type { Tx } from "@/lib/db/transaction";
import { validityTime } from "@/lib/escrow/statements";

function actsOf(cx: Pick<Context, "principal">, row: AuthorityRow): AuthorityView["acts"] {
  if (row.state === "confirmed") return ["revoke"];
  if (row.state !== "proposed") return [];
  return row.proposed_by === cx.principal.userId ? ["withdraw"] : ["confirm", "withdraw"];
}

/** Whether an order signed under it is taken at this moment. */
function isInForce(row: AuthorityRow, now: Date): boolean {
  const { in_force_from: from, valid_from: begin, valid_until: end, state } = row;
  return state === "confirmed" && from !== null && from <= now && begin <= now && now < end;
}

/** Registrations as the caller sees them. */
export async function authorityViews(
  tx: Tx,
  cx: Pick<Context, "principal" | "clock">,
  rows: readonly AuthorityRow[],
): Promise<AuthorityView[]> {
  const people = rows.flatMap((row) => [row.proposed_by, row.confirmed_by, row.ended_by]);
  const names = await namesOf(
    tx,
    people.filter((id) => id !== null),
  );
  const nameOf = (id: string): string => names.get(id) ?? id;
  const now = cx.clock.now();
  return rows.map((row) => ({
    id: row.id,
    kind: row.kind,
    issuer: row.issuer,
    jurisdiction: row.jurisdiction,
    kid: row.kid,
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
    acts: actsOf(cx, row),
  }));
}
