import "server-only";
import { z } from "zod";
import type { Context } from "@/lib/context/context";
import { equalConstantTime } from "@/lib/crypto/bytes";
import type { Tx } from "@/lib/db/transaction";
import { bindingEntry, openStored } from "../entry/bound-part";
import { entryLeaf } from "../entry/entry";
import { type AskingRow, findAskingRows, type WordRow } from "./store";

const Asking = z.looseObject({
  action: z.literal("aside.ask"),
  actor: z.string(),
  details: z.looseObject({ acknowledgement: z.string(), row: z.string(), digest: z.string() }),
});

function saysSo(log: string, row: AskingRow, word: WordRow, key: Uint8Array): boolean {
  if (row.leaf_hash !== null && !equalConstantTime(entryLeaf(row.bytes), row.leaf_hash)) return false;
  const entry = bindingEntry(log, row);
  if (entry?.class !== "log" || entry.outcome !== "done") return false;
  const said = Asking.safeParse(openStored(log, row, key));
  if (!said.success || said.data.actor !== row.pseudonym) return false;
  const { acknowledgement, row: about, digest } = said.data.details;
  return acknowledgement === word.id && about === word.entry_id && digest === word.digest;
}

/**
 * Whether an entry of this log says, by its sealed and bound org part, that the person whom the row names asked for this
 * acknowledgement of these bytes. A login of the database can write the row and an entry, and seal no such part. Whose
 * pseudonym it is stands in the database.
 */
export async function wasAsked(
  tx: Tx,
  cx: Pick<Context, "audit" | "instance">,
  word: WordRow,
): Promise<boolean> {
  const { log, tenantId } = cx.instance;
  const { key } = await cx.audit.compartments.open({ tenantId, kind: "org", subject: tenantId });
  for await (const rows of findAskingRows(tx, tenantId, word))
    if (rows.some((row) => saysSo(log, row, word, key))) return true;
  return false;
}
