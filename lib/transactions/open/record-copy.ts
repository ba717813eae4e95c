import "server-only";
import { findGrant, type GrantRow } from "@/lib/access/grants/store";
import { isWithin } from "@/lib/access/rules/limits";
import { issueReceipt } from "@/lib/audit/record/issue-receipt";
import { recordEvent } from "@/lib/audit/record/record-event";
import type { Context } from "@/lib/context/context";
import { DomainError } from "@/lib/errors";
import { type DoneDisclosure, findDisclosure } from "@/lib/transactions/open/disclosure-store";
import { loadKnown } from "@/lib/transactions/read/load-known";
import type { CopyAnswer, CopyBody } from "@/lib/transactions/schema";

const ACTION = "disclosure.copy";
const LASTING: ReadonlySet<string> = new Set(["active", "exhausted"]);

interface Found {
  readonly disclosure: DoneDisclosure | undefined;
  readonly grant: GrantRow | undefined;
}

/** Why no value may be copied now: an unknown opening, more than it gave, or an access that has ended. */
function hindrance({ disclosure, grant }: Found, body: CopyBody, now: Date): DomainError | undefined {
  if (disclosure === undefined)
    return new DomainError("access.forbidden", { detail: "No opening of yours has this number." });
  if (!body.fields.every((group) => disclosure.groups.includes(group)))
    return new DomainError("access.groups", { detail: "The opening did not include all of these fields." });
  if (disclosure.grantId === undefined) return undefined;
  const isLive =
    grant !== undefined && LASTING.has(grant.state) && isWithin(grant.notBefore, grant.notAfter, now);
  return isLive ? undefined : new DomainError("access.no-grant", { detail: "The grant has ended." });
}

function whereOf(
  disclosure: DoneDisclosure,
  grant: GrantRow | undefined,
  details: Record<string, string[] | string>,
) {
  const caseId = grant?.requestId;
  return {
    subjects: [`disclosure:${disclosure.id}`, ...(grant === undefined ? [] : [`grant:${grant.id}`])],
    ...(caseId === undefined ? { details } : { caseId, caseDetails: details }),
  };
}

/**
 * Records which opened groups a person copies, under which disclosure, before the page copies them. The value is not
 * recorded. If the record fails, the page does not copy.
 */
export async function recordCopy(cx: Context, id: string, body: CopyBody): Promise<CopyAnswer> {
  const { also } = await loadKnown(cx, id, async (tx): Promise<Found> => {
    const wanted = { id: body.access_id, transactionId: id, userId: cx.principal.userId };
    const disclosure = await findDisclosure(tx, wanted);
    const grantId = disclosure?.grantId;
    const grant = grantId === undefined ? undefined : await findGrant(tx, cx.instance.tenantId, grantId);
    return { disclosure, grant };
  });
  const { disclosure, grant } = also;
  const error = hindrance(also, body, cx.clock.now());
  if (disclosure === undefined || error !== undefined) {
    const refusal = error ?? new DomainError("access.forbidden");
    if (grant?.requestId !== undefined) refusal.about = { caseId: grant.requestId };
    throw refusal;
  }
  const entry = await recordEvent(cx, {
    class: "disclosure",
    outcome: "done",
    action: ACTION,
    purpose: disclosure.purpose,
    ...whereOf(disclosure, grant, { transaction: id, disclosure: disclosure.id, groups: [...body.fields] }),
    index: {
      transactionId: id,
      ...(grant === undefined ? {} : { grantId: grant.id }),
      ...(grant?.requestId === undefined ? {} : { requestId: grant.requestId }),
    },
    access: { dataAccessed: body.fields, success: true, authorizedBy: grant?.id ?? "participant" },
  });
  return { success: true, receipt: await issueReceipt(cx, entry) };
}
