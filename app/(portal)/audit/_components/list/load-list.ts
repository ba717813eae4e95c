import "server-only";
import { getLogCheckpoint, listAuditEvents } from "@/lib/api-client/operations/audit";
import { findUnknownNames, type NamedMember } from "@/lib/audit/reading/actors/known-names";
import { countRoutineReads, listEvents } from "@/lib/audit/reading/list-events";
import { getCheckpoint } from "@/lib/audit/reading/proofs/get-audit-keys";
import { type EventItem, EventQuery } from "@/lib/audit/schema";
import type { Context } from "@/lib/context/context";
import { toBase64, toBase64url, utf8 } from "@/lib/crypto/bytes";
import { parseCheckpoint, splitNote } from "@/lib/crypto/log/signed-note";
import { type NamedRecord, readRecordNames } from "@/lib/home/record-names";
import { listViews } from "@/lib/home/views/views";
import { loadPage, type PageResult } from "@/lib/http/pages/page";
import type { Unreadable } from "@/lib/paging";
import { type RecordNames, subjectOf } from "../entry/event-sentence";
import type { EventFilter } from "../filter/read-filter";

export interface LoadedList {
  readonly items: readonly EventItem[];
  /** Entries whose row cannot be read. */
  readonly unreadable?: readonly Unreadable[] | undefined;
  readonly hasOlder: boolean;
  /** How many routine reads this page folds away. */
  readonly folded: number;
  /** Names of the records that the rows are about, as far as the reader may know them. */
  readonly names: RecordNames;
  /** Members of the filter that name what no entry here can have; then nothing was asked of the log. */
  readonly unknown: readonly NamedMember[];
}

/** Where a page of the list begins: below a sequence number, above one, or at the newest. */
export interface PagePlace {
  /** Origin of a closed log. */
  readonly log?: string | undefined;
  readonly before?: number | undefined;
  readonly after?: number | undefined;
  readonly limit: number;
  /** Leaves out routine reads. */
  readonly isFolded?: boolean;
  /** Shows the details of each entry. */
  readonly isWhole?: boolean;
}

/** The query of the API that gives this page. */
export function queryOf(filter: EventFilter, place: PagePlace): Readonly<Record<string, string | undefined>> {
  const { log, before, after, limit, isFolded = false, isWhole = false } = place;
  return {
    ...(isWhole ? { details: "true" } : {}),
    ...(isFolded ? { reads: "false" } : {}),
    ...(log === undefined ? {} : { log }),
    ...filter,
    limit: String(limit),
    ...(before === undefined ? {} : { cursor: toBase64url(utf8(String(before))) }),
    ...(after === undefined ? {} : { after: String(after) }),
    ...(before === undefined && after === undefined ? { waiting: "true" } : {}),
  };
}

/** How many routine reads lie between the first and the last entry of the page, and after the newest one. */
function foldedReads(
  cx: Context,
  filter: EventFilter,
  { log, before, after }: PagePlace,
  items: readonly EventItem[],
  hasOlder: boolean,
): Promise<number> {
  const seqs = items.map(({ seq }) => seq).filter((seq) => seq !== null);
  const to = after === undefined ? (before ?? Number.MAX_SAFE_INTEGER) : (seqs[0] ?? after);
  const from = hasOlder ? (seqs.at(-1) ?? 0) : 0;
  return countRoutineReads(cx, { ...filter, ...(log === undefined ? {} : { log }) }, { from, to });
}

/** A list without entries: its filter is not valid. */
export const NO_LIST: LoadedList = { items: [], hasOlder: false, folded: 0, names: new Map(), unknown: [] };

function recordOf(item: EventItem): NamedRecord[] {
  const subject = subjectOf(item.action, item);
  return subject === undefined || subject.kind === "participant"
    ? []
    : [{ kind: subject.kind, id: subject.id, isSubject: true }];
}

async function readList(cx: Context, filter: EventFilter, place: PagePlace): Promise<LoadedList> {
  const unknown = await findUnknownNames(cx, filter);
  if (unknown.length > 0) return { ...NO_LIST, unknown };
  const page = await listEvents(cx, EventQuery.parse(queryOf(filter, place)));
  const hasOlder = page.next_cursor !== null;
  const { items, unreadable } = page;
  const folded = place.isFolded === true ? await foldedReads(cx, filter, place, items, hasOlder) : 0;
  const names = await readRecordNames(cx, items.flatMap(recordOf));
  return { items, unreadable, hasOlder, folded, names, unknown };
}

const PATH = "/confidential/audit/events";

/** A page of entries, exactly as the API gives it. */
export function loadList(filter: EventFilter, place: PagePlace): Promise<PageResult<LoadedList>> {
  return loadPage(listAuditEvents, PATH, (cx) => readList(cx, filter, place));
}

/** A page of entries with the saved views of the log. */
export async function loadSavedList(filter: EventFilter, place: PagePlace) {
  return loadPage(listAuditEvents, PATH, async (cx) => ({
    list: await readList(cx, filter, place),
    saved: (await listViews(cx, "log")).items,
  }));
}

/** The newest signed checkpoint, as the log's signer wrote it. */
export interface NewestCheckpoint {
  readonly origin: string;
  readonly size: number;
  /** Standard base64, as in the note. */
  readonly root: string;
}

/** The newest signed checkpoint of the present log or of a closed one; undefined before the first. */
export async function loadCheckpoint(log?: string): Promise<NewestCheckpoint | undefined> {
  const note = await loadPage(getLogCheckpoint, "/confidential/audit/log/checkpoint", (cx) =>
    getCheckpoint(cx, log),
  );
  if (!note.ok) return undefined;
  const { origin, size, rootHash } = parseCheckpoint(splitNote(note.value).text);
  return { origin, size, root: toBase64(rootHash) };
}

/** How many entries the newest signed checkpoint covers; none before the first. */
export async function signedSize(log?: string): Promise<number> {
  return (await loadCheckpoint(log))?.size ?? 0;
}
