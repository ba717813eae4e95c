import "server-only";
import { z } from "zod";
import { bindingEntry, openStored } from "@/lib/audit/entry/bound-part";
import { entryLeaf } from "@/lib/audit/entry/entry";
import type { Context } from "@/lib/context/context";
import { equalConstantTime } from "@/lib/crypto/bytes";
import { canonicalJson } from "@/lib/crypto/json/canonical-json";
import { inTransaction, type Tx } from "@/lib/db/transaction";
import { logDetail } from "../../reading/of-log";
import type { ExportQuery } from "../../schema";
import { exportDetails } from "../export-log";
import type { ClaimedJob } from "./store";

/** The log has no entry that requests this job: the portal did not write the row, or the row was changed. */
export class JobUnrecorded extends Error {}

const Bytes = z.custom<Uint8Array>((value) => value instanceof Uint8Array);
const Recording = z.object({
  entry_id: z.string(),
  log: z.string(),
  bytes: Bytes,
  leaf_hash: Bytes.nullable(),
  c: z.string(),
  stored: Bytes,
  pseudonym: z.string(),
});

async function findRecording(tx: Tx, tenantId: string, { entry_id, by_user_id }: ClaimedJob) {
  const rows = await tx.$queryRawUnsafe(
    `SELECT e.id::text AS entry_id, e.log, e.bytes, l.leaf_hash, p.c, p.stored, u.pseudonym
     FROM audit_entry e JOIN audit_part p ON p.entry_id = e.id AND p.c = 'org'
       JOIN app_user u ON u.id = $3::uuid AND u.tenant_id = e.tenant_id LEFT JOIN audit_leaf l ON l.entry_id = e.id
     WHERE e.id = $1::uuid AND e.tenant_id = $2::uuid`,
    entry_id,
    tenantId,
    by_user_id,
  );
  return z.array(Recording).parse(rows)[0];
}

const Said = z.looseObject({ action: z.literal("audit.export"), actor: z.string(), details: z.json() });

/**
 * Checks a job's row against the entry that records it. The entry's sealed and bound org part says who requested
 * which job, in what format, and with which filters and parts. A database login can write the row and an entry, but
 * cannot seal such a part. An entry belongs to one job, and the values of its filters never change. Returns the log
 * that records it; throws JobUnrecorded.
 */
export async function requireRecorded(
  cx: Pick<Context, "db" | "instance" | "audit">,
  job: ClaimedJob,
  query: ExportQuery,
): Promise<string> {
  const { tenantId } = cx.instance;
  const row = await inTransaction(cx, (tx) => findRecording(tx, tenantId, job));
  if (row === undefined) throw new JobUnrecorded("the job's entry is not there");
  const isLeaf = row.leaf_hash === null || equalConstantTime(entryLeaf(row.bytes), row.leaf_hash);
  const entry = bindingEntry(row.log, row);
  if (!isLeaf || entry?.class !== "export" || entry.outcome !== "done")
    throw new JobUnrecorded("the job's entry records no export");
  const { key } = await cx.audit.compartments.open({ tenantId, kind: "org", subject: tenantId });
  const said = Said.safeParse(openStored(row.log, row, key));
  const details = { ...exportDetails(query), ...logDetail(cx, query.log), export: job.id };
  if (
    !said.success ||
    said.data.actor !== row.pseudonym ||
    canonicalJson(said.data.details) !== canonicalJson(details)
  )
    throw new JobUnrecorded("the job's entry says other than its row");
  // The entry names no log if it means its own. A row that names the present log contradicts such an entry.
  if (query.log === cx.instance.log && row.log !== query.log)
    throw new JobUnrecorded("the job's entry is of another log than its row");
  return row.log;
}
