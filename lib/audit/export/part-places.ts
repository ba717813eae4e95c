import "server-only";
import type { CompartmentKind } from "@/lib/context/recorder";
import type { Json } from "@/lib/crypto/json/canonical-json";
import { memberOf } from "../../crypto/json/canonical-json";
import { LABEL } from "../entry/entry";

/** The columns of a part's row that say where the part is stored. */
export interface PlacedPart {
  readonly c: string;
  /** Undefined if the compartment's row has an unknown kind. */
  readonly kind: CompartmentKind | undefined;
  /** Subject of the compartment; null if the compartment's row no longer exists. */
  readonly subject: string | null;
  readonly stored: Uint8Array | undefined;
}

/** The facts that decide where an entry's parts belong. */
export interface PlacedEntry {
  /** The entry itself, read. */
  readonly entry: Json | undefined;
  /** Its org part; undefined if that does not open. */
  readonly org: Json | undefined;
  /** The case of the index row, which the fence uses. */
  readonly caseId: string | null;
  readonly tenantId: string;
  readonly parts: readonly PlacedPart[];
  /** Kinds whose bytes were requested. */
  readonly kinds: readonly CompartmentKind[];
}

/** Labels that an entry binds and whose parts are not shown to be where they were sealed. */
export interface Astray {
  /** Labels without a row, without the requested bytes, or with another place. */
  readonly gone: readonly string[];
  /**
   * Rows of the same kind. An entry has one part of a kind, so one of them is misplaced, but the rows do not show
   * which.
   */
  readonly doubtful: readonly string[];
}

/** The result when every part is in its place. */
export const NONE_ASTRAY: Astray = { gone: [], doubtful: [] };

/** Returns the labels of the parts that an entry binds, each once. Changed bytes may name invalid labels. */
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
 * Returns, by kind, the subject of the compartment that seals this entry's part of that kind. compose-entry.ts seals
 * one part of a kind. The org part shows whether there is a case and a suspicion; the remaining part belongs to the
 * actor.
 */
function placesOf({ org, caseId, tenantId }: PlacedEntry, labels: number): Places {
  const places = new Map<CompartmentKind, string | null>([["org", tenantId]]);
  if (memberOf(org, "case") === true) places.set("case", caseId);
  if (memberOf(org, "suspicion") === true) places.set("suspicion", tenantId);
  const actor = memberOf(org, "actor");
  if (labels > places.size) places.set("subject", typeof actor === "string" ? actor : null);
  return places;
}

/** Returns whether a row came without the requested bytes. Such a part counts as missing. */
function isEmpty({ kind, subject, stored }: PlacedPart, { kinds }: PlacedEntry): boolean {
  return stored === undefined && (subject === null || (kind !== undefined && kinds.includes(kind)));
}

/**
 * Returns whether a row names the place that its part was sealed for. If the compartment has no row, the place is
 * unknown and the part is reported as without a key.
 */
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
 * Returns which parts of an entry were dropped or moved, for any reader. It uses the entry's own list of labels, its
 * org part and the places of all its part rows. It needs the stored bytes of requested parts only. For a part in its
 * place, the compartment's key confirms the row, because the compartment's name is bound to the key.
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

/**
 * Returns whether an entry has a part of this kind, according to the entry and its org part; false if the org part
 * does not open.
 */
export function bindsPart(entry: Json | undefined, org: Json | undefined, kind: "case" | "subject"): boolean {
  if (org === undefined) return false;
  const isOfCase = memberOf(org, "case") === true;
  if (kind === "case") return isOfCase;
  const others = 1 + (isOfCase ? 1 : 0) + (memberOf(org, "suspicion") === true ? 1 : 0);
  return labelsOf(entry).length > others;
}
