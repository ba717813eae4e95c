import "server-only";
import { getAuditEvent, getAuditProof } from "@/lib/api-client/operations/audit";
import { getEvent } from "@/lib/audit/reading/get-event";
import { getProof } from "@/lib/audit/reading/proofs/get-proof";
import type { EventDetail } from "@/lib/audit/schema";
import { anyRecord, type NamedRecord, readRecordNames } from "@/lib/home/record-names";
import { closedRule, type WitnessRule, witnessRule } from "@/lib/http/health/anchors";
import { loadPage, type PageProblem } from "@/lib/http/pages/page";
import { eventSentenceOf, type RecordNames } from "./event-sentence";

export type LoadedEntry =
  | {
      readonly ok: true;
      readonly detail: EventDetail;
      readonly log: string;
      readonly records: RecordNames;
      /** Whether that log is closed: no checkpoint will cover what none covers now. */
      readonly isClosed: boolean;
      readonly proof: string | undefined;
      readonly rule: WitnessRule;
    }
  | { readonly ok: false; readonly problem: PageProblem };

const UUIDS = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g;
/** So many ids of an entry are looked for. */
const MOST = 100;

/** Every id in the parts that the reader may read: each can be a record's. What the entry is about comes last. */
function namedIn(detail: EventDetail): NamedRecord[] {
  const text = JSON.stringify(detail.parts.map(({ plaintext }) => plaintext));
  const others = [...new Set(text.match(UUIDS) ?? [])].slice(0, MOST).flatMap(anyRecord);
  const subject = eventSentenceOf(detail)?.subject;
  if (subject === undefined || subject.kind === "participant") return others;
  return [...others, { kind: subject.kind, id: subject.id, isSubject: true }];
}

/** One entry with its proof; `log` names a closed log. A proof is asked for only where there is one, since a refused call is recorded. */
export async function loadEntry(seq: number, signedSize: number, log?: string): Promise<LoadedEntry> {
  const path = `/confidential/audit/events/${seq}`;
  const detail = await loadPage(getAuditEvent, path, async (cx) => {
    const found = await getEvent(cx, seq, log);
    return {
      detail: found,
      records: await readRecordNames(cx, namedIn(found)),
      log: log ?? cx.instance.log,
      isClosed: log !== undefined,
    };
  });
  if (!detail.ok) return detail;
  const rule = log === undefined ? witnessRule() : closedRule(log);
  if (seq >= signedSize) return { ok: true, ...detail.value, rule, proof: undefined };
  const proof = await loadPage(getAuditProof, `${path}/proof`, (cx) => getProof(cx, seq, log));
  return proof.ok ? { ok: true, ...detail.value, rule, proof: proof.value } : proof;
}
