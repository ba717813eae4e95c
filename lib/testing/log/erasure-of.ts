import "server-only";
import type { AuditEvent } from "@/lib/audit/entry/event";
import { keyDigest } from "@/lib/audit/retention/erasure/prepare-erasure";
import type { AuditContext } from "@/lib/context/context";
import { keyMark, keyProof } from "@/lib/crypto/log/audit-part";

/** Returns the entry for an erasure of this compartment, made while its key still exists. */
export async function erasureOf(cx: Pick<AuditContext, "audit">, compartment: string): Promise<AuditEvent> {
  const key = (await cx.audit.compartments.openById([compartment])).get(compartment);
  if (key === undefined) throw new TypeError("the key of this compartment was erased");
  const marks = { key_mark: keyMark(key), key_proof: keyProof(key) };
  const details = { compartment, key_digest: keyDigest(key), ...marks };
  return { class: "retention", outcome: "done", action: "compartment.erase", subjects: [], details };
}
