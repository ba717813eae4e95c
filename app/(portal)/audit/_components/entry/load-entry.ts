import "server-only";
import { getAuditEvent, getAuditProof } from "@/lib/api-client/operations/audit";
import { getEvent } from "@/lib/audit/reading/get-event";
import { getProof } from "@/lib/audit/reading/proofs/get-proof";
import type { EventDetail } from "@/lib/audit/schema";
import { closedRule, type WitnessRule, witnessRule } from "@/lib/http/health/anchors";
import { loadPage, type PageProblem } from "@/lib/http/pages/page";

export type LoadedEntry =
  | {
      readonly ok: true;
      readonly detail: EventDetail;
      readonly log: string;
      /** Whether that log is closed: no checkpoint will cover what none covers now. */
      readonly isClosed: boolean;
      readonly proof: string | undefined;
      readonly rule: WitnessRule;
    }
  | { readonly ok: false; readonly problem: PageProblem };

/** One entry with its proof; `log` names a closed log. A proof is asked for only where there is one, since a refused call is recorded. */
export async function loadEntry(seq: number, signedSize: number, log?: string): Promise<LoadedEntry> {
  const path = `/confidential/audit/events/${seq}`;
  const detail = await loadPage(getAuditEvent, path, async (cx) => ({
    detail: await getEvent(cx, seq, log),
    log: log ?? cx.instance.log,
    isClosed: log !== undefined,
  }));
  if (!detail.ok) return detail;
  const rule = log === undefined ? witnessRule() : closedRule(log);
  if (seq >= signedSize) return { ok: true, ...detail.value, rule, proof: undefined };
  const proof = await loadPage(getAuditProof, `${path}/proof`, (cx) => getProof(cx, seq, log));
  return proof.ok ? { ok: true, ...detail.value, rule, proof: proof.value } : proof;
}
