import "server-only";
import type { AuditContext } from "@/lib/context/context";
import type { Json } from "@/lib/crypto/json/canonical-json";
import { memberOf } from "../bundle-verifier/container/member";
import { around } from "../bundle-verifier/report/report";
import { openStored } from "../entry/bound-part";
import type { Entry } from "../entry/entry";
import { endingOf } from "../entry/erased-part";
import { kindNamed } from "../entry/event";
import type { Erasings, ErasureBook } from "../retention/erasure/erasing-entries";
import type { SealedPart } from "./index-store";
import type { VerificationFinding } from "./schema";

type Keys = ReadonlyMap<string, Uint8Array>;

/** Sealed parts of a batch of entries, with the keys that are there and the erasures of those that are not. */
export interface Sealed {
  readonly parts: ReadonlyMap<string, readonly SealedPart[]>;
  readonly keys: Keys;
  readonly erasing: Erasings;
}

/**
 * Finds keys and erasures for these parts; the erasures last, so that a key that is gone has its entry there. A part whose key
 * opens is of the kind and the name that it opens under, whatever its own row says of its compartment.
 */
export async function sealedOf(
  cx: Pick<AuditContext, "audit">,
  rows: readonly SealedPart[],
  book: ErasureBook,
): Promise<Sealed> {
  const parts = new Map<string, SealedPart[]>();
  const ids = [...new Set(rows.map((part) => part.compartment_id))];
  const named = await cx.audit.compartments.openNamed(ids);
  const keys = new Map([...named].map(([id, { key }]) => [id, key]));
  for (const row of rows) {
    const { kind, subject } = named.get(row.compartment_id) ?? row;
    parts.set(row.entry_id, [...(parts.get(row.entry_id) ?? []), { ...row, kind, subject }]);
  }
  const erasing = await book.erasing(ids.filter((id) => !keys.has(id)));
  return { parts, keys, erasing };
}

/** A stored part that its entry binds, opened where its key is there. */
export interface OpenedPart extends SealedPart {
  readonly plaintext: Json | undefined;
}

/** The parts that an entry binds, opened. Others are named by the worker's own report. */
export function openBound(log: string, entry: Entry, { parts, keys }: Sealed): OpenedPart[] {
  const bound = new Set(entry.sealed.map(({ c }) => c));
  return (parts.get(entry.id) ?? [])
    .filter(({ c }) => bound.has(c))
    .map((part) => {
      const key = keys.get(part.compartment_id);
      return { ...part, plaintext: key === undefined ? undefined : openStored(log, part, key) };
    });
}

/**
 * What is wrong with the parts of one entry: a key that is gone without an entry of the log that destroyed it, or a
 * part that does not open under the compartment it is said to be of. Erased is believed of the actor's own part alone,
 * by the entry that destroyed the key of which the org part says that it lies under it, and of an entry that is not later
 * than that: a part that was moved under another's erased key is named.
 */
export function partFault(
  { seq, at }: { readonly seq: number; readonly at: string },
  opened: readonly OpenedPart[],
  { keys, erasing }: Sealed,
): VerificationFinding | undefined {
  const org = opened.find(({ kind }) => kind === "org")?.plaintext;
  for (const { c, kind, subject, compartment_id: id, plaintext } of opened) {
    if (plaintext !== undefined) continue;
    if (kind !== null && kindNamed(kind) === undefined) {
      const detail = `part ${c} of entry ${seq} lies under a compartment of a kind that there is not`;
      return { class: "part", detail, ...around(seq) };
    }
    if (keys.has(id)) {
      const detail = `part ${c} of entry ${seq} does not open under the compartment it is said to be of`;
      return { class: "part", detail, ...around(seq) };
    }
    const isActors = kind === "subject" && subject === memberOf(org, "actor");
    if (isActors && endingOf({ c, at, org }, erasing.get(id)) !== undefined) continue;
    const detail = `the key of part ${c} of entry ${seq} is gone, and no entry of the log erased it for its actor`;
    return { class: "erased", detail, ...around(seq) };
  }
  return undefined;
}
