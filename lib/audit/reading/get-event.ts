import "server-only";
import type { Context } from "@/lib/context/context";
import { toBase64url } from "@/lib/crypto/bytes";
import type { Json } from "@/lib/crypto/json/canonical-json";
import { inSnapshot, type Tx } from "@/lib/db/transaction";
import { DomainError } from "@/lib/errors";
import { parseEntry } from "../entry/entry";
import { endingOf } from "../entry/erased-part";
import { recordRead } from "../record/record-read";
import { ErasureBook } from "../retention/erasure/erasing-entries";
import type { EventDetail } from "../schema";
import { actorNames } from "./actors/actor-names";
import { fencedConditions } from "./fence";
import { logDetail, ofLog } from "./of-log";
import { type OpenedPart, openParts, readableKinds } from "./open-parts";
import { type PartRow, readParts } from "./parts-store";
import { readAnchors } from "./proofs/anchor-store";
import { findLeaf, findWithinFence, readMinimum } from "./store";

/** The form of a person's pseudonym: 12 random bytes, base64url. */
const PSEUDONYM = /^[A-Za-z0-9_-]{16}$/;
/** So many are looked up for one entry. */
const MOST = 100;

function* textsIn(value: Json): Generator<string> {
  if (typeof value === "string") yield value;
  else if (Array.isArray(value)) for (const one of value) yield* textsIn(one);
  else if (typeof value === "object" && value !== null)
    for (const one of Object.values(value)) yield* textsIn(one);
}

/** Returns the texts in opened parts that can be people's pseudonyms, each once, at most 100. */
function pseudonymsIn(parts: readonly Json[]): string[] {
  const found = new Set<string>();
  for (const part of parts)
    for (const text of textsIn(part)) if (found.size < MOST && PSEUDONYM.test(text)) found.add(text);
  return [...found];
}

/**
 * Returns readable parts whose key was destroyed, each with the entry that destroyed it, or without one if the log
 * has no such entry. Only the actor's own part can be erased, by the entry that destroyed exactly its key, and only
 * if the part was made earlier. A part that was moved to another erased compartment is shown as one without such an
 * entry.
 */
async function goneParts(
  cx: Context,
  at: string,
  rows: readonly PartRow[],
  opened: readonly OpenedPart[],
): Promise<NonNullable<EventDetail["erased"]>> {
  const open = new Set(opened.map(({ c }) => c));
  const gone = rows.filter(({ c, is_asked }) => is_asked && !open.has(c));
  const erasing = await new ErasureBook(cx).erasing(gone.map((part) => part.compartment_id));
  const org = opened.find(({ c }) => c === "org")?.plaintext;
  const said = org && { ...org };
  return gone.map(({ c, kind, subject, compartment_id, destroyed_at }) => {
    const found = kind === "subject" && subject === org?.actor ? erasing.get(compartment_id) : undefined;
    const by = endingOf({ c, at, org: said }, found);
    return {
      c,
      kind,
      erased_at: destroyed_at?.toISOString() ?? null,
      by_seq: by?.seq ?? null,
      is_recorded: by !== undefined,
    };
  });
}

async function findEvent(cx: Context, tx: Tx, seq: number) {
  const { log } = cx.instance;
  const leaf = await findLeaf(tx, log, seq);
  if (leaf === undefined) {
    if (seq < (await readMinimum(tx, log))) throw new DomainError("audit.pruned");
    return undefined;
  }
  const within = await findWithinFence(tx, fencedConditions(cx), leaf.entry_id);
  if (within === undefined) return undefined;
  const fence = { caseId: within.case_id ?? undefined, isSuspicion: within.is_suspicion };
  const name = (await actorNames(cx, tx, [within.actor])).get(within.actor ?? "");
  const parts = await readParts(tx, [leaf.entry_id], readableKinds(cx));
  return { leaf, fence, anchors: await readAnchors(tx, log, seq), name, parts };
}

/**
 * Returns one entry by its leaf index: its bytes, and the parts the caller may read with their part keys. Throws
 * `audit.pruned` for pruned bytes; the leaf and its proof still exist. `log` names a closed log to read instead.
 */
export async function getEvent(cx: Context, seq: number, log?: string): Promise<EventDetail> {
  const from = ofLog(cx, log);
  const found = await inSnapshot(cx, (tx) => findEvent(from, tx, seq));
  if (found === undefined) throw new DomainError("audit.not-found");
  await recordRead(cx, "audit.read", { seq, ...logDetail(cx, log) }, found.fence);
  const parts = await openParts(from, found.parts);
  const entry = parseEntry(found.leaf.bytes);
  const erased = await goneParts(from, entry.at, found.parts, parts);
  const named = pseudonymsIn(parts.map(({ plaintext }) => plaintext));
  const people = named.length === 0 ? new Map() : await inSnapshot(cx, (tx) => actorNames(cx, tx, named));
  return {
    seq,
    entry_id: found.leaf.entry_id,
    leaf_hash: toBase64url(found.leaf.leaf_hash),
    entry: toBase64url(found.leaf.bytes),
    public: { ...entry },
    anchors: found.anchors,
    ...found.name,
    parts: parts.map((part) => ({
      c: part.c,
      kind: part.kind,
      stored: toBase64url(part.stored),
      part_key: toBase64url(part.partKey),
      plaintext: { ...part.plaintext },
    })),
    ...(erased.length === 0 ? {} : { erased }),
    ...(people.size === 0 ? {} : { people: Object.fromEntries(people) }),
  };
}
