import "server-only";
import type { Context } from "@/lib/context";
import { openPart, partKey } from "@/lib/crypto/audit-part";
import type { Json } from "@/lib/crypto/canonical-json";
import type { CompartmentKind } from "../event";
import { type Reader, seesEveryCase, seesSuspicion } from "./filter";
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

/**
 * Opens stored parts, each as one of its entry's own log; one whose compartment key was destroyed is left out, and so are
 * all of an entry whose org part says that its search row lets readers to it whom its fence is to keep from it.
 */
export async function openParts(cx: Pick<Context, "audit">, rows: readonly PartRow[]): Promise<OpenedPart[]> {
  const keys = await cx.audit.compartments.openById([...new Set(rows.map((row) => row.compartment_id))]);
  const revealed = new Set<string>();
  const opened = rows.flatMap((row) => {
    const compartmentKey = keys.get(row.compartment_id);
    if (compartmentKey === undefined) return [];
    const key = partKey(compartmentKey, row.entry_id);
    const place = { log: row.log, entryId: row.entry_id, c: row.c };
    const plaintext = openPart({ ...place, partKey: key, stored: row.stored });
    if (!isObject(plaintext)) return [];
    if (row.c === "org" && isRevealing(plaintext, row)) revealed.add(row.entry_id);
    return [{ entryId: row.entry_id, c: row.c, kind: row.kind, stored: row.stored, partKey: key, plaintext }];
  });
  return opened.filter(({ entryId }) => !revealed.has(entryId));
}
