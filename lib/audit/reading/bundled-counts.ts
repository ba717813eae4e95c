import "server-only";
import { z } from "zod";
import type { Running } from "@/lib/db/statement";
import type { ReaderContext } from "./fence";
import { openParts } from "./open-parts";
import { type EventRow, type PartRow, readParts } from "./store";

/** Actions for which one entry records everything that happened within a minute (audit.md "Completeness"). */
const BUNDLED: readonly string[] = ["identity.authenticate", "identity.rate_limit"];

const Bundle = z.looseObject({ details: z.looseObject({ count: z.int().min(1) }) });

/** Returns the parts that hold the number of failures. Entries of other actions are not read. */
export async function readBundleParts(tx: Running, rows: readonly EventRow[]): Promise<PartRow[]> {
  const ids = rows.filter(({ action }) => BUNDLED.includes(action)).map(({ entry_id }) => entry_id);
  return ids.length === 0 ? [] : readParts(tx, ids, ["org"]);
}

/**
 * Returns the number of failures by entry id, according to the entries' own sealed parts. Index rows are not used,
 * because the portal's database login can write them. An entry whose part does not open here has no number.
 */
export async function bundledCounts(
  cx: Pick<ReaderContext, "audit" | "principal">,
  parts: readonly PartRow[],
): Promise<Map<string, number>> {
  if (parts.length === 0) return new Map();
  const counts = new Map<string, number>();
  for (const part of await openParts(cx, parts)) {
    const bundle = Bundle.safeParse(part.plaintext);
    if (part.c === "org" && bundle.success) counts.set(part.entryId, bundle.data.details.count);
  }
  return counts;
}
