import "server-only";
import { loadGrant } from "@/lib/access/grants/load-grant";
import { useExport } from "@/lib/access/grants/use-grant";
import { standingReasons } from "@/lib/access/rules/floor";
import { reason } from "@/lib/access/rules/reason";
import { refusalOf } from "@/lib/access/rules/refusal";
import type { ExportLender } from "@/lib/audit/export/export-loan";
import { exportLog } from "@/lib/audit/export/export-log";
import { requestExport } from "@/lib/audit/export/jobs/request-export";
import type { ExportQuery, ExportReceipt, NewExport } from "@/lib/audit/schema";
import type { Context } from "@/lib/context/context";

/** Gives an export to the holder of a grant that is in force, by the same rules as an opening under it. */
export function lenderFor(cx: Context): ExportLender {
  return async (tx, grantId) => {
    cx.keystore.requireUnsealed();
    const grant = await loadGrant(tx, cx, grantId, "grant.open");
    // The rule that stops an export needs the holder's grant. A co-viewer's export would take a unit and then fail.
    if (grant.subjectUserId !== cx.principal.userId) {
      const detail = "Only the holder can export under a grant. A co-viewer cannot.";
      throw refusalOf([reason("floor.grant-of-another", "access.no-grant", detail)]);
    }
    const [first, ...others] = standingReasons({ subject: cx.principal, now: cx.clock.now() }, grant);
    if (first !== undefined) throw refusalOf([first, ...others]);
    const { requestId, purpose } = grant;
    return {
      entry: {
        subjects: [`grant:${grantId}`],
        purpose,
        ...(requestId === undefined ? {} : { caseId: requestId, caseDetails: { grant: grantId } }),
        index: { grantId, ...(requestId === undefined ? {} : { requestId }) },
      },
      take: async () => void (await useExport(tx, cx, grantId)),
    };
  };
}

/**
 * Requests an export, which is made in the background. With `grant_id` it contains only entries of that grant's
 * records, and takes one unit of its budget in the same transaction as its entry (ADR 0038). Throws as `requestExport`,
 * and `grant.not-found`, `access.no-grant`, `access.exports-exhausted`, `service.sealed`.
 */
export function requestExportAsHolder(cx: Context, wanted: NewExport): Promise<ExportReceipt> {
  return requestExport(cx, wanted, lenderFor(cx));
}

/** Streams the same export. */
export function exportLogAsHolder(cx: Context, query: ExportQuery): Promise<{ response: Response }> {
  return exportLog(cx, query, lenderFor(cx));
}
