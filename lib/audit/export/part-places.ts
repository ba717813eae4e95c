import "server-only";
import type { CompartmentKind } from "@/lib/context/recorder";
import type { Json } from "@/lib/crypto/json/canonical-json";
import { memberOf } from "../bundle-verifier/container/member";
import { LABEL } from "../entry/entry";

/** The row of a part, as far as it says where the part lies. */
export interface PlacedPart {
  readonly c: string;
  /** Undefined where the compartment's row says a kind that does not exist. */
  readonly kind: CompartmentKind | undefined;
  /** Subject of the compartment; null where the compartment has no row any more. */
  readonly subject: string | null;
  readonly stored: Uint8Array | undefined;
}

/** What says where an entry's parts lie. */
export interface PlacedEntry {
  /** The entry itself, read. */
  readonly entry: Json | undefined;
  /** What its org part says; undefined where that is not open. */
  readonly org: Json | undefined;
  /** The case of the search row, which the fence goes by. */
  readonly caseId: string | null;
  readonly tenantId: string;
  readonly parts: readonly PlacedPart[];
  /** Kinds whose bytes were asked for. */
  readonly kinds: readonly CompartmentKind[];
}

/** Labels that an entry binds and whose parts are not shown to lie where they were sealed. */
export interface Astray {
  /** No row at all, one without the bytes that were asked for, or one that says another place. */
  readonly gone: readonly string[];
  /** Rows of one kind, of which an entry has one part: one of them is of another kind, and nothing shows which. */
  readonly doubtful: readonly string[];
}

/** Where every part lies in its place. */
export const NONE_ASTRAY: Astray = { gone: [], doubtful: [] };

/** Labels of the parts that an entry binds, each once; bytes that were changed may name what none can be. */
export function labelsOf(entry: Json | undefined): string[] {
  const sealed = memberOf(entry, "sealed");
  if (!Array.isArray(sealed)) return [];
  const labels = sealed.flatMap((one) => {
    const c = memberOf(one, "c");
    return typeof c === "string" && LABEL.test(c) ? [c] : [];
  });
  return [...new Set(labels)];
}

type Places = ReadonlyMap<CompartmentKind, string | null>;

/**
 * By kind, the subject of the compartment that a part of it lies under, of the kinds this entry has: compose-entry.ts
 * seals one part of a kind, and the org part tells of a case and a suspicion; what is left is its actor's.
 */
function placesOf({ org, caseId, tenantId }: PlacedEntry, labels: number): Places {
  const places = new Map<CompartmentKind, string | null>([["org", tenantId]]);
  if (memberOf(org, "case") === true) places.set("case", caseId);
  if (memberOf(org, "suspicion") === true) places.set("suspicion", tenantId);
  const actor = memberOf(org, "actor");
  if (labels > places.size) places.set("subject", typeof actor === "string" ? actor : null);
  return places;
}

/** Whether a row came without the bytes that were asked for with it: a part is where its bytes are. */
function isEmpty({ kind, subject, stored }: PlacedPart, { kinds }: PlacedEntry): boolean {
  return stored === undefined && (subject === null || (kind !== undefined && kinds.includes(kind)));
}

/** Whether a row says the place its part was sealed for. A compartment without a row says none: its key is missed. */
function isInPlace(
  { c, kind, subject }: PlacedPart,
  places: Places | undefined,
  entry: PlacedEntry,
): boolean {
  if (subject === null) return true;
  if (kind === undefined) return false;
  if ((c === "org") !== (kind === "org")) return false;
  if (places !== undefined) return places.get(kind) === subject;
  if (kind === "subject") return true;
  return subject === (kind === "case" ? entry.caseId : entry.tenantId);
}

/**
 * Which parts of an entry were dropped or moved, by its own list of labels, its org part and the places of all its part
 * rows, whoever may read them: no stored byte of a part is needed for it, but for those that were asked for. What a row says of a part that lies where
 * it should is shown by the key there, since the name of a compartment is bound to its key.
 */
export function partsAstray(of: PlacedEntry): Astray {
  const labels = labelsOf(of.entry);
  if (labels.length === 0) return NONE_ASTRAY;
  const rows = new Map(of.parts.map((part) => [part.c, part]));
  const places = of.org === undefined ? undefined : placesOf(of, labels.length);
  const gone: string[] = [];
  const byKind = new Map<CompartmentKind, string[]>();
  for (const c of labels) {
    const row = rows.get(c);
    if (row === undefined || isEmpty(row, of) || !isInPlace(row, places, of)) gone.push(c);
    else if (row.subject !== null && row.kind !== undefined)
      byKind.set(row.kind, [...(byKind.get(row.kind) ?? []), c]);
  }
  const doubtful = [...byKind.values()].filter((cs) => cs.length > 1).flat();
  return gone.length === 0 && doubtful.length === 0 ? NONE_ASTRAY : { gone, doubtful };
}

/** Whether an entry has a part of this kind, as it and its org part say; false where that is not open. */
export function bindsPart(entry: Json | undefined, org: Json | undefined, kind: "case" | "subject"): boolean {
  if (org === undefined) return false;
  const isOfCase = memberOf(org, "case") === true;
  if (kind === "case") return isOfCase;
  const others = 1 + (isOfCase ? 1 : 0) + (memberOf(org, "suspicion") === true ? 1 : 0);
  return labelsOf(entry).length > others;
}
