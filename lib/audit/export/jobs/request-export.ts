import "server-only";
import { refuseUnknownNames } from "@/lib/audit/reading/actors/known-names";
import { addFilter, fencedConditions } from "@/lib/audit/reading/fence";
import { logDetail, ofLog } from "@/lib/audit/reading/of-log";
import { appendEntry } from "@/lib/audit/record/append-entry";
import { issueReceipt } from "@/lib/audit/record/issue-receipt";
import type { ExportReceipt, NewExport } from "@/lib/audit/schema";
import type { Context } from "@/lib/context/context";
import { uuidv7 } from "@/lib/crypto/uuid";
import { inTransaction } from "@/lib/db/transaction";
import { DomainError } from "@/lib/errors";
import { type ExportLender, lendingOf } from "../export-loan";
import { exportDetails, filterOf, optionsOf, readerStanding } from "../export-log";
import { getOwnItem } from "../history/get-export";
import { countOpenJobs, insertJob } from "./store";

const MAX_OPEN = 5;

async function requireBackground({ flags, principal }: Context): Promise<void> {
  if ((await flags?.isOn("export.background", principal.organisationId)) === true) return;
  throw new DomainError("export.foreground", {
    detail: "Exports in the background are switched off for your organisation. Download the file directly.",
  });
}

/**
 * Queues an export to be made in the background. The request and the entry that records it commit together, so every
 * export has its entry. The file has what its maker may read when it is made. `log` names a closed log to export
 * instead. Under a grant, its lender is called in the same transaction and uses one unit of the grant's budget.
 * Throws `export.too-many` when five of the caller's exports wait or run, and `export.foreground` where the switch
 * `export.background` is off for the caller's organisation: then exports are streamed while their caller waits.
 */
export async function requestExport(
  cx: Context,
  wanted: NewExport,
  lender?: ExportLender,
): Promise<ExportReceipt> {
  const { format, log } = wanted;
  await requireBackground(cx);
  ofLog(cx, log);
  addFilter(fencedConditions(cx), wanted);
  const filter = filterOf(wanted);
  await refuseUnknownNames(cx, filter);
  const options = optionsOf(cx, wanted);
  const at = cx.clock.now();
  const id = uuidv7(at.getTime());
  const { tenantId } = cx.instance;
  const { userId } = cx.principal;
  const appended = await inTransaction(cx, async (tx) => {
    if ((await countOpenJobs(tx, tenantId, userId)) >= MAX_OPEN) throw new DomainError("export.too-many");
    const loan = await lendingOf(tx, wanted, lender);
    const entry = await appendEntry(tx, cx, {
      class: "export",
      outcome: "done",
      action: "audit.export",
      subjects: [],
      details: { ...exportDetails(wanted), ...logDetail(cx, log), export: id },
      ...loan?.entry,
    });
    const fence = readerStanding(cx.principal);
    await insertJob(tx, { id, tenantId, userId, format, filter, options, fence, entryId: entry.id, at });
    await loan?.take();
    return entry;
  });
  return { ...(await getOwnItem(cx, id)), receipt: await issueReceipt(cx, appended) };
}
