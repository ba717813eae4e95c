import "server-only";
import type { Context } from "@/lib/context/context";
import type { CompartmentKind } from "@/lib/context/recorder";
import type { Json } from "@/lib/crypto/json/canonical-json";
import { type OpenedPart as EntryPart, type Keys, OpenedEntry } from "../entry/opened-entry";
import { isRevealing, type Reader, seesEveryCase, seesSuspicion } from "./fence";
import type { PartRow } from "./parts-store";

/** A part that a caller may read, with the key that opens only this part of this entry. */
export interface OpenedPart {
  readonly entryId: string;
  readonly c: string;
  readonly kind: CompartmentKind;
  readonly stored: Uint8Array;
  readonly partKey: Uint8Array;
  readonly plaintext: Readonly<Record<string, Json>>;
}

/**
 * Returns the kinds of parts that the caller may read of an entry within the fence: org for staff and officers of the
 * tenant, case for its agency and its approvers (the fence hides other agencies' entries), persons for auditors,
 * suspicion for the compliance duty.
 */
export function readableKinds(cx: { readonly principal: Reader }): CompartmentKind[] {
  const { role } = cx.principal;
  const kinds: CompartmentKind[] = ["org"];
  if (role === "auditor" || role === "regulator" || seesEveryCase(cx)) kinds.push("case");
  if (role === "auditor") kinds.push("subject");
  if (seesSuspicion(cx)) kinds.push("suspicion");
  return kinds;
}

function isObject(value: Json | undefined): value is { [name: string]: Json } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The entries of these rows, each with its parts. */
function entriesOf(rows: readonly PartRow[], keys: Keys): { entry: OpenedEntry; row: PartRow }[] {
  const byEntry = new Map<string, PartRow[]>();
  for (const row of rows) byEntry.set(row.entry_id, [...(byEntry.get(row.entry_id) ?? []), row]);
  return [...byEntry.values()].flatMap((of) => {
    const [row] = of;
    if (row === undefined) return [];
    const parts = of.map(({ compartment_id: compartmentId, ...part }) => ({ ...part, compartmentId }));
    const { entry_id, bytes, log } = row;
    return [{ row, entry: new OpenedEntry(log, { entry_id, leaf_hash: undefined, bytes, parts }, keys) }];
  });
}

/**
 * Opens stored parts, each as a part of its entry's own log. It leaves out a part that its entry does not bind, whose
 * key was destroyed, whose row names another compartment than its key is sealed for, or that does not open. It also
 * leaves out all parts of an entry whose org part shows that its index row wrongly admits this reader.
 */
export async function openParts(
  cx: Pick<Context, "audit"> & { readonly principal?: Reader },
  rows: readonly PartRow[],
): Promise<OpenedPart[]> {
  const keys = await cx.audit.compartments.openNamed([...new Set(rows.map((row) => row.compartment_id))]);
  const asked = new Set(rows.flatMap((row) => (row.is_asked ? [`${row.entry_id} ${row.c}`] : [])));
  return entriesOf(rows, keys).flatMap(({ entry, row }) => {
    const opened = entry.parts.filter((part) => isOpenFor(part, row));
    const org = opened.find(({ c }) => c === "org")?.plaintext;
    const isCaseShown = opened.some(({ kind }) => kind === "case");
    if (isRevealing(org, { ...row, isCaseShown }, cx.principal)) return [];
    return opened.flatMap(({ c, kind, stored, partKey, plaintext }) => {
      const isWhole = kind !== undefined && stored !== undefined && partKey !== undefined;
      if (!isWhole || !isObject(plaintext) || !asked.has(`${row.entry_id} ${c}`)) return [];
      return [{ entryId: row.entry_id, c, kind, stored, partKey, plaintext }];
    });
  });
}

/** Returns whether a part opens with the compartment through which its rows admit a reader. */
function isOpenFor(part: EntryPart, row: PartRow): boolean {
  if (!part.isAsItsRowSays || (part.kind === "case" && part.subject !== row.case_id)) return false;
  return isObject(part.plaintext);
}
