import "server-only";
import { frozenHandles } from "@/lib/access/decisions/co-viewer-store";
import { getSubmitted } from "@/lib/access/requests/store";
import type { Context } from "@/lib/context/context";
import type { Tx } from "@/lib/db/transaction";
import type { FrozenRequestRecord } from "@/lib/escrow/protocol/release-statement";
import { recordDigest, validityTime } from "@/lib/escrow/protocol/statements";
import { getPerson } from "@/lib/identity/people/people-store";

/** What a request asked for when it was submitted. */
export interface FrozenRequest {
  readonly log: string;
  readonly id: string;
  readonly reference: string;
  readonly requester: string;
  readonly organisationId: string;
  readonly purpose: string;
  readonly justification: string;
  readonly legalBasis: string | undefined;
  readonly transactions: readonly string[];
  readonly groups: readonly string[];
  readonly level: string;
  readonly from: Date | undefined;
  readonly until: Date | undefined;
  readonly maxViews: number;
  readonly maxExports: number;
  /** Handles of the co-viewers. */
  readonly coViewerHandles: readonly string[];
}

/**
 * Returns `request_digest` of a decision: SHA-256 of the JCS (RFC 8785) of this record, base64url. Members, in any
 * order: v (1), log, request, reference, requester (handle), organisation (id), purpose, justification, legal_basis?,
 * transactions and groups (sorted bytewise, without doubles), level, from?, until? (`YYYY-MM-DDTHH:MM:SSZ`), max_views,
 * max_exports, co_viewers? (handles, sorted bytewise; absent without co-viewers). A query has been resolved to ids
 * before.
 */
export function requestDigest(request: FrozenRequest): string {
  return recordDigest(requestRecord(request));
}

/** Returns the record itself, as a release sends it to the custodian. */
export function requestRecord(request: FrozenRequest): FrozenRequestRecord {
  const sorted = (values: readonly string[]): string[] => [...new Set(values)].sort();
  return {
    v: 1,
    log: request.log,
    request: request.id,
    reference: request.reference,
    requester: request.requester,
    organisation: request.organisationId,
    purpose: request.purpose,
    justification: request.justification,
    ...(request.legalBasis === undefined ? {} : { legal_basis: request.legalBasis }),
    transactions: sorted(request.transactions),
    groups: sorted(request.groups),
    level: request.level,
    ...(request.from === undefined ? {} : { from: validityTime(request.from) }),
    ...(request.until === undefined ? {} : { until: validityTime(request.until) }),
    max_views: request.maxViews,
    max_exports: request.maxExports,
    ...(request.coViewerHandles.length === 0 ? {} : { co_viewers: sorted(request.coViewerHandles) }),
  };
}

/** Returns the record of a request as it was frozen at submission. Everyone who decides on it signs its digest. */
export async function frozenRecord(
  tx: Tx,
  cx: Pick<Context, "instance">,
  requestId: string,
): Promise<FrozenRequestRecord> {
  const row = await getSubmitted(tx, requestId);
  return requestRecord({
    ...row,
    log: cx.instance.log,
    requester: (await getPerson(tx, row.requesterUserId)).handle,
    organisationId: row.requesterOrganisationId,
    coViewerHandles: await frozenHandles(tx, requestId),
  });
}
