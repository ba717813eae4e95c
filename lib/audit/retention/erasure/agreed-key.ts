import "server-only";
import { z } from "zod";
import { bindingEntry, openStored } from "@/lib/audit/entry/bound-part";
import { entryLeaf } from "@/lib/audit/entry/entry";
import type { AuditContext } from "@/lib/context/context";
import type { NamedKey } from "@/lib/context/recorder";
import { equalConstantTime } from "@/lib/crypto/bytes";
import { uuidMillis, uuidsFrom } from "@/lib/crypto/uuid";
import type { Tx } from "@/lib/db/transaction";
import { type AgreedRow, readAgreedRows } from "./erasing-store";
import { type ErasureWord, isWordMac, keyName } from "./erasure-word";
import type { DueErasure } from "./store";

/** An entry is made in the transaction of its act, a moment later; clocks of portals differ by less. */
const AROUND_MS = 60_000;

const Said = z.looseObject({
  action: z.enum(["erasure.ask", "erasure.agree"]),
  actor: z.string(),
  details: z.looseObject({
    erasure: z.string(),
    compartment: z.string(),
    key_name: z.string(),
    mac: z.string(),
  }),
});

type WordContext = Pick<AuditContext, "audit" | "instance">;

/** A person's word, where the entry says it under this tenant's own organisation's key and has its MAC. */
function saidBy(tenantId: string, row: AgreedRow, named: NamedKey | undefined): ErasureWord | undefined {
  if (named?.kind !== "org" || named.tenantId !== tenantId || named.subject !== tenantId) return undefined;
  if (row.leaf_hash !== null && !equalConstantTime(entryLeaf(row.bytes), row.leaf_hash)) return undefined;
  const entry = bindingEntry(row.log, row);
  if (entry?.class !== "retention" || entry.outcome !== "done") return undefined;
  const parsed = Said.safeParse(openStored(row.log, row, named.key));
  if (!parsed.success) return undefined;
  const { action, actor, details } = parsed.data;
  const { erasure, compartment, key_name, mac } = details;
  const word = { action, actor, erasure, compartment, keyName: key_name };
  return isWordMac(named.key, word, mac) ? word : undefined;
}

/** The actor of the first entry about this time that says this word; all of that time are looked at, however many. */
async function whoSaid(
  tx: Tx,
  cx: WordContext,
  wanted: Omit<ErasureWord, "actor">,
  { atMs, but }: { readonly atMs: number; readonly but?: string },
): Promise<string | undefined> {
  const { tenantId } = cx.instance;
  const [from, before] = [uuidsFrom(atMs - AROUND_MS), uuidsFrom(atMs + AROUND_MS)];
  for await (const rows of readAgreedRows(tx, { tenantId, action: wanted.action, from, before })) {
    const keys = await cx.audit.compartments.openNamed([...new Set(rows.map((row) => row.compartment_id))]);
    for (const row of rows) {
      const word = saidBy(tenantId, row, keys.get(row.compartment_id));
      if (word === undefined || word.actor === but) continue;
      const { action, erasure, compartment, keyName: name } = word;
      const isIt =
        action === wanted.action && erasure === wanted.erasure && compartment === wanted.compartment;
      if (isIt && name === wanted.keyName) return word.actor;
    }
  }
  return undefined;
}

/**
 * Whether two persons agreed to destroy this very key, by their own entries' sealed parts. Whose erasure it is stands in
 * rows too, which the database's owner can change: for another person's key, or for one that nobody asked for, no portal
 * seals an entry that it was destroyed.
 */
export async function isKeyAgreedTo(
  tx: Tx,
  cx: WordContext,
  { id, compartment_id, agreed_at }: DueErasure,
  key: Uint8Array,
): Promise<boolean> {
  const askedMs = uuidMillis(id);
  if (askedMs === undefined || agreed_at === null) return false;
  const word = { erasure: id, compartment: compartment_id, keyName: keyName(id, key) };
  const asker = await whoSaid(tx, cx, { ...word, action: "erasure.ask" }, { atMs: askedMs });
  if (asker === undefined) return false;
  const at = { atMs: agreed_at.getTime(), but: asker };
  return (await whoSaid(tx, cx, { ...word, action: "erasure.agree" }, at)) !== undefined;
}
