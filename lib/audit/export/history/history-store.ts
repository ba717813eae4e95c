import "server-only";
import { z } from "zod";
import { IS_ERASED } from "@/lib/audit/reading/store";
import { ExportFlaw, type ExportOptions, ExportState } from "@/lib/audit/schema";
import { type Readable, readRows } from "@/lib/db/read-rows";
import type { Tx } from "@/lib/db/transaction";
import { standsAt } from "../jobs/store";

/** An export as it begins. */
export interface NewExport {
  readonly id: string;
  readonly tenantId: string;
  readonly userId: string;
  readonly format: string;
  readonly filter: Readonly<Record<string, string>>;
  readonly options: ExportOptions;
  readonly fence: string;
  readonly entryId: string;
  readonly startedAt: Date;
}

export async function insertExport(tx: Tx, made: NewExport): Promise<void> {
  await tx.audit_export.create({
    select: { id: true },
    data: {
      id: made.id,
      tenant_id: made.tenantId,
      by_user_id: made.userId,
      format: made.format,
      filter: { ...made.filter },
      options: { ...made.options },
      fence: made.fence,
      entry_id: made.entryId,
      state: "running",
      started_at: made.startedAt,
    },
  });
}

/** Returns whether an export's maker still has access and its grant, if any, is still in force. */
export async function isExportAllowed(tx: Tx, id: string, at: Date): Promise<boolean> {
  const rows = await tx.$queryRawUnsafe(
    `SELECT ${standsAt("x", "$2")} AS stands FROM audit_export x WHERE x.id = $1::uuid`,
    id,
    at,
  );
  return z.array(z.object({ stands: z.boolean() })).parse(rows)[0]?.stands === true;
}

/** What was sent, once that is known. A broken-off export has no digest, because no one could compare it. */
export interface ExportEnd {
  readonly state: "done" | "broken_off";
  readonly finishedAt: Date;
  readonly bytes: number;
  readonly sha256?: string;
  readonly entries?: number;
  readonly size?: number;
  /** A fault in the log that the export found. */
  readonly flaw?: ExportFlaw | undefined;
}

export async function finishExport(tx: Tx, id: string, end: ExportEnd): Promise<void> {
  await tx.audit_export.update({
    where: { id },
    select: { id: true },
    data: {
      state: end.state,
      finished_at: end.finishedAt,
      bytes: end.bytes,
      sha256: end.sha256 ?? null,
      entries: end.entries ?? null,
      size: end.size ?? null,
      flaw: end.flaw ?? null,
    },
  });
}

const Count = z.coerce.number().int().min(0).max(Number.MAX_SAFE_INTEGER).nullable();
const ExportRow = z.object({
  id: z.string(),
  by_user_id: z.string(),
  by: z.string(),
  format: z.string(),
  log: z.string().nullable(),
  recorded_in: z.string().nullable(),
  filter: z.record(z.string(), z.string()),
  kind: z.enum(["stream", "job"]),
  state: ExportState,
  progress: Count,
  total: Count,
  expires_at: z.coerce.date().nullable(),
  started_at: z.coerce.date(),
  finished_at: z.coerce.date().nullable(),
  entry_id: z.string().nullable(),
  seq: Count,
  size: Count,
  entries: Count,
  bytes: Count,
  sha256: z.string().nullable(),
  flaw: ExportFlaw.nullable(),
});
export type ExportRow = z.infer<typeof ExportRow>;

/** Returns exports newest first, of one person if one is given; `before` is the id of the last one shown. */
export async function selectExports(
  tx: Tx,
  where: {
    readonly tenantId: string;
    readonly userId: string | undefined;
    readonly before: string | undefined;
    readonly limit: number;
    /** One export only. */
    readonly id?: string;
    /** Leaves out other people's exports under a grant, because each reveals a case (I12). */
    readonly withoutGrantsBut?: string;
    /** Only exports under this grant. */
    readonly grantId?: string;
    /** Requests that are sealed from the reader. Exports under their grants are left out. */
    readonly sealed?: readonly string[];
  },
): Promise<Readable<ExportRow>[]> {
  const rows = await tx.$queryRawUnsafe(
    `SELECT x.id::text, x.by_user_id::text, CASE WHEN ${IS_ERASED} THEN u.pseudonym ELSE u.name END AS by, x.kind, x.format, x.filter, x.state,
       x.progress, x.total, x.expires_at, x.started_at, x.finished_at,
       x.entry_id::text, l.seq, x.size, x.entries, x.bytes, x.sha256, x.flaw, coalesce(x.options->>'log', e.log) AS log, e.log AS recorded_in
     FROM audit_export x JOIN app_user u ON u.id = x.by_user_id LEFT JOIN audit_leaf l ON l.entry_id = x.entry_id
       LEFT JOIN audit_entry e ON e.id = x.entry_id
     WHERE x.tenant_id = $1::uuid AND ($2::uuid IS NULL OR x.by_user_id = $2::uuid)
       AND ($3::uuid IS NULL OR x.id < $3::uuid) AND ($5::uuid IS NULL OR x.id = $5::uuid)
       AND ($6::uuid IS NULL OR x.by_user_id = $6::uuid OR NOT x.filter ? 'grant_id')
       AND ($7::text IS NULL OR x.filter ->> 'grant_id' = $7)
       AND (cardinality($8::uuid[]) = 0 OR NOT x.filter ? 'grant_id' OR NOT EXISTS (SELECT 1 FROM access_grant g
         WHERE g.id::text = lower(x.filter ->> 'grant_id') AND g.request_id = ANY ($8::uuid[])))
     ORDER BY x.id DESC LIMIT $4`,
    where.tenantId,
    where.userId ?? null,
    where.before ?? null,
    where.limit,
    where.id ?? null,
    where.withoutGrantsBut ?? null,
    where.grantId ?? null,
    [...(where.sealed ?? [])],
  );
  return readRows(z.array(z.unknown()).parse(rows), (row) => ExportRow.parse(row));
}
