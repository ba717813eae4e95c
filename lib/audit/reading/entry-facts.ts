import "server-only";
import { z } from "zod";
import type { Running } from "@/lib/db/statement";
import { type EntryWords, WORDED_ACTIONS, wordsOf } from "../entry/entry-words";
import type { ReaderContext } from "./fence";
import { openParts } from "./open-parts";
import { type PartRow, readParts } from "./parts-store";
import type { EventRow } from "./store";

/** Actions for which one entry records everything that happened within a minute (audit.md "Completeness"). */
const BUNDLED: readonly string[] = ["identity.authenticate", "identity.rate_limit"];
const READ: ReadonlySet<string> = new Set([...BUNDLED, ...WORDED_ACTIONS]);

const Bundle = z.looseObject({ details: z.looseObject({ count: z.int().min(1) }) });
const Details = z.looseObject({ details: z.record(z.string(), z.unknown()) });

/** What a list shows of an entry from its own sealed part. */
export interface EntryFacts {
  /** How many failures the entry records. */
  readonly count?: number;
  readonly words?: EntryWords;
  readonly details?: Readonly<Record<string, unknown>>;
}

/** Returns the org parts that lists show something of; with `isWhole` those of all entries, for their details. */
export async function readFactParts(
  tx: Running,
  rows: readonly EventRow[],
  isWhole: boolean,
): Promise<PartRow[]> {
  const ids = rows.filter(({ action }) => isWhole || READ.has(action)).map(({ entry_id }) => entry_id);
  return ids.length === 0 ? [] : readParts(tx, ids, ["org"]);
}

function factsOf(org: unknown, isWhole: boolean): EntryFacts {
  const bundle = Bundle.safeParse(org);
  const words = wordsOf(org);
  const read = isWhole ? Details.safeParse(org) : undefined;
  return {
    ...(bundle.success ? { count: bundle.data.details.count } : {}),
    ...(Object.keys(words).length === 0 ? {} : { words }),
    ...(read?.success ? { details: read.data.details } : {}),
  };
}

/**
 * Returns what lists show of entries, by entry id, according to the entries' own sealed parts. Index rows are not used,
 * because the portal's database login can write them. An entry whose part does not open here has no such facts.
 */
export async function entryFacts(
  cx: Pick<ReaderContext, "audit" | "principal">,
  rows: readonly EventRow[],
  parts: readonly PartRow[],
  isWhole: boolean,
): Promise<Map<string, EntryFacts>> {
  if (parts.length === 0) return new Map();
  const bundled = new Set(rows.flatMap(({ action, entry_id }) => (BUNDLED.includes(action) ? entry_id : [])));
  const opened = await openParts(cx, parts);
  return new Map(
    opened.flatMap(({ c, entryId, plaintext }) => {
      if (c !== "org") return [];
      const { count, ...facts } = factsOf(plaintext, isWhole);
      return [[entryId, { ...facts, ...(count !== undefined && bundled.has(entryId) ? { count } : {}) }]];
    }),
  );
}
