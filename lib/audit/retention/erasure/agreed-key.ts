import "server-only";
import { z } from "zod";
import { bindingEntry, openStored } from "@/lib/audit/entry/bound-part";
import { entryLeaf } from "@/lib/audit/entry/entry";
import type { AuditContext } from "@/lib/context/context";
import type { NamedKey } from "@/lib/context/recorder";
import { equalConstantTime } from "@/lib/crypto/bytes";
import type { Tx } from "@/lib/db/transaction";
import { type AgreedRow, readAgreedRows } from "./erasing-store";
import { type ErasureWord, isWordMac, keyName } from "./erasure-word";
import type { DueErasure } from "./store";

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

/** Returns a person's statement, if the entry's part opens with this tenant's organisation key and its MAC is valid. */
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

/**
 * Returns whether two people agreed to destroy exactly this key, according to the sealed parts of the two entries
 * that the row names. The database owner can change the row, but then these entries are about another key, from one
 * person only, or forged. In that case no portal seals an entry that the key was destroyed.
 */
export async function isKeyAgreedTo(
  tx: Tx,
  cx: WordContext,
  { id, compartment_id, ask_entry_id: ask, agree_entry_id: agree }: DueErasure,
  key: Uint8Array,
): Promise<boolean> {
  if (ask === null || agree === null) return false;
  const { tenantId } = cx.instance;
  const rows = await readAgreedRows(tx, tenantId, [ask, agree]);
  const keys = await cx.audit.compartments.openNamed([...new Set(rows.map((row) => row.compartment_id))]);
  const name = keyName(id, key);
  const actorOf = (entryId: string, action: ErasureWord["action"]): string | undefined => {
    const row = rows.find(({ entry_id }) => entry_id === entryId);
    const word = row && saidBy(tenantId, row, keys.get(row.compartment_id));
    const isOfThis = word?.erasure === id && word.compartment === compartment_id && word.keyName === name;
    return isOfThis && word.action === action ? word.actor : undefined;
  };
  const asker = actorOf(ask, "erasure.ask");
  const agreeing = actorOf(agree, "erasure.agree");
  return asker !== undefined && agreeing !== undefined && asker !== agreeing;
}
