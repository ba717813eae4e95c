import "server-only";
import { findColleagues, listCoViewers } from "@/lib/access/decisions/co-viewer-store";
import type { RequestRow } from "@/lib/access/requests/store";
import { findRelatedPeople } from "@/lib/access/review/conflicts/store";
import type { Context } from "@/lib/context/context";
import type { Running } from "@/lib/db/statement";
import { DomainError } from "@/lib/errors";

const NOT_A_COLLEAGUE = "is not an active colleague of your organisation and role";

function refuseNames(places: readonly number[]): never {
  throw new DomainError("request.invalid", {
    detail: "The request does not match its schema.",
    errors: places.map((place) => ({ pointer: `/co_viewers/${place}`, detail: NOT_A_COLLEAGUE })),
  });
}

/**
 * Returns the co-viewers that a request names, by handle or address. Throws 422 `request.invalid`, with the same answer
 * for a person who does not exist, is of another organisation, is inactive, or is the requester under another account.
 */
export async function resolveCoViewers(
  tx: Running,
  cx: Pick<Context, "principal" | "instance">,
  names: readonly string[],
): Promise<string[]> {
  if (names.length === 0) return [];
  const { userId } = cx.principal;
  const { accounts } = await findRelatedPeople(tx, cx.instance.tenantId, userId);
  const found = await findColleagues(tx, { requesterUserId: userId, accounts, names });
  const missing = names.flatMap((name, place) => (found.has(name) ? [] : [place]));
  if (missing.length > 0) refuseNames(missing);
  return [...new Set(found.values())].sort();
}

/**
 * Returns the handles of a draft's co-viewers for the signed record. People who are no longer colleagues must be
 * removed first.
 */
export async function frozenCoViewers(tx: Running, row: Pick<RequestRow, "id">): Promise<string[]> {
  const named = await listCoViewers(tx, row.id);
  const gone = named.flatMap(({ isLive }, place) => (isLive ? [] : [place]));
  if (gone.length > 0) refuseNames(gone);
  return named.map(({ handle }) => handle);
}
