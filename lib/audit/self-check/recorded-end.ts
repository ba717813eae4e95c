import "server-only";
import { z } from "zod";
import type { AuditContext } from "@/lib/context/context";
import { toBase64url, utf8 } from "@/lib/crypto/bytes";
import { formatMicros } from "@/lib/crypto/instant";
import { canonicalJson, type Json } from "@/lib/crypto/json/canonical-json";
import { sha256 } from "@/lib/crypto/primitives";
import type { Tx } from "@/lib/db/transaction";
import { bindingEntry, openStored } from "../entry/bound-part";
import { closedLog } from "../reading/of-log";
import { type RecordedRow, selectRecordedEnds } from "./end-store";

/** Clocks of worker and portal may differ, but an end is never recorded a day before its beginning. */
const SLACK_MS = 86_400_000;

/** The entry that records how a verification ended. */
export interface RecordedEnd {
  readonly entryId: string;
  /** Digest of the report at that time; undefined if the entry's version recorded none. */
  readonly digest: string | undefined;
}

/** The columns of a verification's row that the entry of its end binds. */
export interface StoredEnd {
  readonly id: string;
  readonly state: string;
  readonly raw_report: Json;
  readonly raw_index_report: Json;
}

/** Returns SHA-256, base64url, of the JCS of the stored row: both reports and the outcome. */
export function reportDigest({ id, state, raw_report, raw_index_report }: StoredEnd): string {
  const bound = { id, index_report: raw_index_report, report: raw_report, state };
  return toBase64url(sha256(utf8(canonicalJson(bound))));
}

const End = z.looseObject({
  action: z.literal("audit.verify"),
  subjects: z.array(z.string()),
  details: z.looseObject({ report: z.string().optional() }),
});

function endOf(row: RecordedRow, key: Uint8Array): { id: string; end: RecordedEnd } | undefined {
  const { log } = row;
  const entry = bindingEntry(log, row);
  if (entry?.class !== "log" || entry.outcome === "intent") return undefined;
  const parsed = End.safeParse(openStored(log, row, key));
  if (!parsed.success) return undefined;
  const [subject = ""] = parsed.data.subjects;
  const id = subject.slice("verification:".length);
  return { id, end: { entryId: entry.id, digest: parsed.data.details.report } };
}

/**
 * Returns the entries that record ends of verifications requested since then, by verification: the first of each,
 * according to its own sealed and bound part. A person who changes a report later cannot write such an entry in its
 * place. Ends from before a closing are in the closed log.
 */
export async function recordedEnds(
  cx: Pick<AuditContext, "audit" | "instance">,
  tx: Tx,
  since: Date,
): Promise<Map<string, RecordedEnd>> {
  const { log, tenantId } = cx.instance;
  const from = formatMicros(BigInt(since.getTime() - SLACK_MS) * 1000n);
  const ends = new Map<string, RecordedEnd & { readonly order: string }>();
  for await (const batch of selectRecordedEnds(tx, tenantId, from)) {
    const rows = batch.filter((row) => row.log === log || closedLog(cx.instance, row.log) !== undefined);
    const keys = await cx.audit.compartments.openById([...new Set(rows.map((row) => row.compartment_id))]);
    for (const row of rows) {
      const key = keys.get(row.compartment_id);
      const found = key && endOf(row, key);
      const order = `${row.at} ${row.entry_id}`;
      const known = found && ends.get(found.id);
      if (found !== undefined && (known === undefined || order < known.order))
        ends.set(found.id, { ...found.end, order });
    }
  }
  return ends;
}
