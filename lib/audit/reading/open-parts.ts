import "server-only";
import type { Context } from "@/lib/context/context";
import type { CompartmentKind, NamedKey } from "@/lib/context/recorder";
import { OpenError } from "@/lib/crypto/format-error";
import type { Json } from "@/lib/crypto/json/canonical-json";
import { openPart, partKey } from "@/lib/crypto/log/audit-part";
import { type Reader, seesEveryCase, seesSuspicion } from "./fence";
import { isRevealing } from "./revealing-row";
import type { PartRow } from "./store";

/** A part a caller may read, with the key that opens this part of this entry only. */
export interface OpenedPart {
  readonly entryId: string;
  readonly c: string;
  readonly kind: CompartmentKind;
  readonly stored: Uint8Array;
  readonly partKey: Uint8Array;
  readonly plaintext: Readonly<Record<string, Json>>;
}

/**
 * Kinds of parts the caller may read of an entry within the fence: org for staff and officers of the tenant,
 * case for its agency and deciders (the fence has kept others' entries away), persons for auditors, suspicion for
 * the duty compliance.
 */
export function readableKinds(cx: { readonly principal: Reader }): CompartmentKind[] {
  const { role } = cx.principal;
  const kinds: CompartmentKind[] = ["org"];
  if (role === "auditor" || role === "regulator" || seesEveryCase(cx)) kinds.push("case");
  if (role === "auditor") kinds.push("subject");
  if (seesSuspicion(cx)) kinds.push("suspicion");
  return kinds;
}

function isObject(value: Json): value is { [name: string]: Json } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** What a part says; undefined where what is stored does not open with its key, or is no object. */
function plaintextOf(row: PartRow, key: Uint8Array): OpenedPart["plaintext"] | undefined {
  const place = { log: row.log, entryId: row.entry_id, c: row.c };
  try {
    const plaintext = openPart({ ...place, partKey: key, stored: row.stored });
    return isObject(plaintext) ? plaintext : undefined;
  } catch (error) {
    if (error instanceof OpenError) return undefined;
    throw error;
  }
}

/** Whether a compartment is of the kind, and the case's of the case, by which a part's row lets this reader to it. */
function isOfRow({ kind, subject }: NamedKey, row: PartRow): boolean {
  return kind === row.kind && (kind !== "case" || subject === row.case_id);
}

/**
 * Opens stored parts, each as one of its entry's own log; left out are one whose compartment key was destroyed, one that is said to be of another kind or case than its key, one that
 * does not open, which the portal's database login can write, and all of an entry whose org part says that its search row lets this reader to it whom its fence is to keep from it.
 */
export async function openParts(
  cx: Pick<Context, "audit"> & { readonly principal?: Reader },
  rows: readonly PartRow[],
): Promise<OpenedPart[]> {
  const named = await cx.audit.compartments.openNamed([...new Set(rows.map((row) => row.compartment_id))]);
  const opened = rows.flatMap((row) => {
    const compartment = named.get(row.compartment_id);
    if (compartment === undefined || !isOfRow(compartment, row)) return [];
    const key = partKey(compartment.key, row.entry_id);
    const plaintext = plaintextOf(row, key);
    if (plaintext === undefined) return [];
    const part = {
      entryId: row.entry_id,
      c: row.c,
      kind: row.kind,
      stored: row.stored,
      partKey: key,
      plaintext,
    };
    return [{ row, part }];
  });
  const ofCases = new Set(opened.flatMap(({ row }) => (row.kind === "case" ? [row.entry_id] : [])));
  const revealed = new Set(
    opened.flatMap(({ row, part }) => {
      const fence = { ...row, isCaseShown: ofCases.has(row.entry_id) };
      return row.c === "org" && isRevealing(part.plaintext, fence, cx.principal) ? [row.entry_id] : [];
    }),
  );
  return opened.flatMap(({ row, part }) => (row.is_asked && !revealed.has(row.entry_id) ? [part] : []));
}
