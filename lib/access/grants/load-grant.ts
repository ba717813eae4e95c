import "server-only";
import { findGrant, type GrantRow } from "@/lib/access/grants/store";
import type { Action } from "@/lib/access/rules/action-facts";
import { authorize } from "@/lib/access/rules/authorize";
import { findSealedFrom } from "@/lib/audit/reading/sealed-store";
import type { Context } from "@/lib/context/context";
import type { Tx } from "@/lib/db/transaction";
import { DomainError } from "@/lib/errors";

type GrantAction = Extract<Action, "grant.read" | "grant.revoke" | "grant.end-release" | "grant.open">;

/** Executives review uses of break-glass. They read such a grant as they read a release, but cannot end it. */
const isUseRead = ({ breakGlass }: GrantRow, action: GrantAction): boolean =>
  breakGlass !== undefined && action === "grant.read";

/**
 * Returns a grant the caller may act on. An unknown id and a hidden grant get the same answer, with the same number of
 * statements.
 */
export async function loadGrant(tx: Tx, cx: Context, id: string, action: GrantAction): Promise<GrantRow> {
  const grant = await findGrant(tx, cx.instance.tenantId, id);
  const sealedFrom = await findSealedFrom(tx, grant?.requestId ?? id, cx.clock.now());
  if (grant === undefined) throw new DomainError("grant.not-found");
  await authorize<GrantAction>(cx, action, {
    requesterUserId: grant.subjectUserId,
    requesterOrganisationId: grant.requesterOrganisationId,
    isSent: true,
    isReleased: grant.releaseId !== undefined || isUseRead(grant, action),
    viewers: grant.viewers ?? [],
    sealedFrom,
  });
  return grant;
}
