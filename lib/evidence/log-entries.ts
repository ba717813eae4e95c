import "server-only";
import { setTimeout as pause } from "node:timers/promises";
import type { EvidenceEntry } from "@/lib/audit/bundle-verifier/evidence/evidence-format";
import { entryLeaf, parseEntry } from "@/lib/audit/entry/entry";
import { ofLog } from "@/lib/audit/reading/of-log";
import { readableKinds } from "@/lib/audit/reading/open-parts";
import { findProof } from "@/lib/audit/reading/proofs/get-proof";
import { issueReceipt } from "@/lib/audit/record/issue-receipt";
import type { Context } from "@/lib/context/context";
import type { AppendedEntry, CompartmentKind } from "@/lib/context/recorder";
import { toBase64url } from "@/lib/crypto/bytes";
import { formatMicros, parseMicros } from "@/lib/crypto/instant";
import { InvariantError } from "@/lib/errors";
import type { OpenedRecord } from "@/lib/transactions/open/open-transaction";

/** How often, and how many times at most, to look whether a checkpoint covers the newest entry. */
const LOOK_MS = 250;
export const LOOKS = 40;
/** A receipt promises an entry a minute after it was made (docs/formats/receipt.md). */
const MERGE_DELAY_MICROS = 60_000_000n;

/** Waits until a checkpoint covers an entry. If none does in time, the evidence has the log's promise instead. */
export async function awaitCheckpoint(cx: Context, entryId: string, looks: number): Promise<void> {
  for (let look = 0; look < looks; look += 1) {
    if ((await findProof(cx, entryId)) !== undefined) return;
    await pause(LOOK_MS);
  }
}

const STAFF: ReadonlySet<string> = new Set(["auditor", "regulator", "coordinator"]);

/** Parts that the maker may read in the log anyway; never those about a person or a suspicion. */
function sharedKinds(cx: Context): ReadonlySet<CompartmentKind> {
  if (!STAFF.has(cx.principal.role)) return new Set();
  return new Set(readableKinds(cx).filter((kind) => kind === "org" || kind === "case"));
}

/** An entry that this call wrote, with the parts that its maker may read. */
async function ownEntry(cx: Context, entry: AppendedEntry): Promise<EvidenceEntry> {
  const kinds = sharedKinds(cx);
  const proof = await findProof(cx, entry.id);
  return {
    id: entry.id,
    log: cx.instance.log,
    entry: toBase64url(entry.bytes),
    parts: entry.parts
      .filter(({ kind }) => kinds.has(kind))
      .map(({ c, kind, stored, partKey }) => ({
        c,
        kind,
        stored: toBase64url(stored),
        key: toBase64url(partKey),
      })),
    ...(proof === undefined ? { receipt: await issueReceipt(cx, entry) } : { proof }),
  };
}

/** The entry that created a record; it may be in a log that was closed since. */
async function createdEntry(cx: Context, { facts, plan }: OpenedRecord): Promise<EvidenceEntry> {
  const id = plan.row.createEntryId;
  const bytes = facts.record.entries.get(id);
  if (bytes === undefined) throw new InvariantError("a record has no entry that created it");
  const { log } = parseEntry(bytes);
  const proof = await findProof(ofLog(cx, log), id);
  if (proof !== undefined) return { id, log, entry: toBase64url(bytes), parts: [], proof };
  const receipt = await issueReceipt(cx, promiseOf(id, bytes));
  return { id, log, entry: toBase64url(bytes), parts: [], receipt };
}

/** A record may be so young that no checkpoint covers its entry yet. */
function promiseOf(id: string, bytes: Uint8Array): AppendedEntry {
  const { at } = parseEntry(bytes);
  const integrateBy = formatMicros(parseMicros(at) + MERGE_DELAY_MICROS);
  return { id, at, bytes, leafHash: entryLeaf(bytes), integrateBy, parts: [] };
}

/** Returns the log entries of the evidence: those that created the records, those of the openings, and its own. */
export async function logEntries(
  cx: Context,
  records: readonly OpenedRecord[],
  made: AppendedEntry,
): Promise<EvidenceEntry[]> {
  const entries = new Map<string, EvidenceEntry>();
  for (const record of records) {
    const created = await createdEntry(cx, record);
    entries.set(created.id, created);
    entries.set(record.entry.id, await ownEntry(cx, record.entry));
  }
  entries.set(made.id, await ownEntry(cx, made));
  return [...entries.values()];
}
