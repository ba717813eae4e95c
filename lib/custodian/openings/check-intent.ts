import "server-only";
import { type Entry, entryLeaf, parseEntry } from "@/lib/audit/entry/entry";
import { fromBase64url, toBase64url } from "@/lib/crypto/bytes";
import { parseMicros } from "@/lib/crypto/instant";
import type { Json } from "@/lib/crypto/json/canonical-json";
import { openPart, partDigest } from "@/lib/crypto/log/audit-part";
import type { Core } from "@/lib/custodian/core";
import { refuse } from "@/lib/custodian/refused";
import type { IntentEvidence, OpenRequest } from "@/lib/escrow/protocol/messages";
import { INTENT_ACTION, intentDetails } from "@/lib/escrow/protocol/statements";

const MAX_AGE_MS = 5 * 60_000;
const ORG = "org";

/** The log entry of this opening: its id goes into the answer, its leaf into the journal. */
export interface CheckedIntent {
  readonly id: string;
  readonly leaf: string;
}

function readEntry(evidence: IntentEvidence): { entry: Entry; leaf: string } {
  try {
    const bytes = fromBase64url(evidence.entry);
    return { entry: parseEntry(bytes), leaf: toBase64url(entryLeaf(bytes)) };
  } catch {
    return refuse("intent", "The intent is not an audit entry.");
  }
}

/** Opens the org part of the entry, after its digest was compared with the one in the entry. */
function openOrgPart(entry: Entry, evidence: IntentEvidence): Json {
  const part = evidence.parts.find(({ c }) => c === ORG);
  const sealed = entry.sealed.find(({ c }) => c === ORG);
  if (part === undefined || sealed === undefined) return refuse("intent", "The intent has no org part.");
  try {
    const stored = fromBase64url(part.stored);
    if (partDigest(stored) !== sealed.d) return refuse("intent", "The org part is not the entry's.");
    return openPart({
      log: entry.log,
      entryId: entry.id,
      c: ORG,
      partKey: fromBase64url(part.part_key),
      stored,
    });
  } catch (error) {
    if (error instanceof Error && error.name === "Refused") throw error;
    return refuse("intent", "The org part does not open.");
  }
}

function memberOf(value: Json | undefined, name: string): Json | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? value[name] : undefined;
}

function isSame(value: Json | undefined, wanted: string | readonly string[]): boolean {
  if (typeof wanted === "string") return value === wanted;
  return (
    Array.isArray(value) && value.length === wanted.length && value.every((item, at) => item === wanted[at])
  );
}

/** An entry that announces an act, with the details of its org part. */
export interface Announced extends CheckedIntent {
  readonly action: Json | undefined;
  readonly purpose: Json | undefined;
  readonly details: Json | undefined;
}

/** Requires that the entry announces a disclosure, now, in this log, and was not used before. */
export function readIntent(core: Core, evidence: IntentEvidence): Announced {
  const { entry, leaf } = readEntry(evidence);
  if (entry.log !== core.log) refuse("intent", "The intent is in another log.");
  if (entry.class !== "disclosure" || entry.outcome !== "intent")
    refuse("intent", "The entry is not an intent.");
  const age = core.clock.nowMs() - Number(parseMicros(entry.at) / 1000n);
  if (Math.abs(age) > MAX_AGE_MS) refuse("intent", "The intent's time is not the present time.");
  if (core.memory.isIntentUsed(entry.id)) refuse("intent", "The intent was used before.");
  const org = openOrgPart(entry, evidence);
  const [action, purpose, details] = ["action", "purpose", "details"].map((name) => memberOf(org, name));
  return { id: entry.id, leaf, action, purpose, details };
}

/** Returns whether the announced details have exactly these members and values. */
export function saysOf(
  details: Json | undefined,
  wanted: Readonly<Record<string, string | string[]>>,
): boolean {
  return Object.entries(wanted).every(([name, value]) => isSame(memberOf(details, name), value));
}

/** Requires that the entry announces exactly this opening. */
export function checkIntent(core: Core, request: OpenRequest): CheckedIntent {
  const { id, leaf, action, purpose, details } = readIntent(core, request.intent);
  const { statement } = request.opening;
  const wanted = intentDetails({ ...request, requester: statement.requester });
  const isThis = action === INTENT_ACTION && purpose === statement.purpose && saysOf(details, wanted);
  if (!isThis) refuse("intent", "The intent announces another opening.");
  return { id, leaf };
}
