import "server-only";
import type { Context } from "@/lib/context";
import { toBase64url } from "@/lib/crypto/bytes";
import { inSnapshot } from "@/lib/db/transaction";
import { DomainError } from "@/lib/errors";
import { parseEntry } from "./entry";
import { actorNames } from "./reading/actor-names";
import { fencedConditions } from "./reading/filter";
import { openParts, readableKinds } from "./reading/open-parts";
import { findLeaf, findWithinFence, readParts } from "./reading/store";
import { recordRead } from "./record-read";
import type { EventDetail } from "./schema";

/** One entry by its leaf index: its bytes, and the parts the caller may read with their part keys. */
export async function getEvent(cx: Context, seq: number): Promise<EventDetail> {
  const found = await inSnapshot(cx, async (tx) => {
    const leaf = await findLeaf(tx, cx.instance.log, seq);
    if (leaf === undefined) return undefined;
    const within = await findWithinFence(tx, fencedConditions(cx), leaf.entry_id);
    if (within === undefined) return undefined;
    const caseId = within.case_id ?? undefined;
    const name = (await actorNames(cx, tx, [within.actor])).get(within.actor ?? "");
    return { leaf, caseId, name, parts: await readParts(tx, [leaf.entry_id], readableKinds(cx)) };
  });
  if (found === undefined) throw new DomainError("audit.not-found");
  await recordRead(cx, "audit.read", { seq }, found.caseId);
  const parts = await openParts(cx, found.parts);
  return {
    seq,
    entry_id: found.leaf.entry_id,
    leaf_hash: toBase64url(found.leaf.leaf_hash),
    entry: toBase64url(found.leaf.bytes),
    public: { ...parseEntry(found.leaf.bytes) },
    ...(found.name === undefined ? {} : { actor_name: found.name }),
    parts: parts.map((part) => ({
      c: part.c,
      kind: part.kind,
      stored: toBase64url(part.stored),
      part_key: toBase64url(part.partKey),
      plaintext: { ...part.plaintext },
    })),
  };
}
