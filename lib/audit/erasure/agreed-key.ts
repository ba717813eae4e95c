import "server-only";
import { z } from "zod";
import { equalConstantTime } from "@/lib/crypto/bytes";
import { uuidMillis, uuidsFrom } from "@/lib/crypto/uuid";
import type { Tx } from "@/lib/db/transaction";
import type { AuditContext } from "../audit-context";
import { bindingEntry, openStored } from "../bound-part";
import { entryLeaf } from "../entry";
import { type AgreedRow, readAgreedRows } from "./erasing-store";
import type { DueErasure } from "./store";

/** An entry is made in the transaction of its act, a moment later; clocks of portals differ by less. */
const AROUND_MS = 60_000;

const Said = z.looseObject({
  action: z.enum(["erasure.ask", "erasure.agree"]),
  actor: z.string(),
  details: z.looseObject({ erasure: z.string(), compartment: z.string(), key_mark: z.string().optional() }),
});
type Said = z.infer<typeof Said>;

function saidBy(row: AgreedRow, keys: ReadonlyMap<string, Uint8Array>): Said | undefined {
  if (row.leaf_hash !== null && !equalConstantTime(entryLeaf(row.bytes), row.leaf_hash)) return undefined;
  const entry = bindingEntry(row.log, row);
  const key = keys.get(row.compartment_id);
  if (entry?.class !== "retention" || entry.outcome !== "done" || key === undefined) return undefined;
  const parsed = Said.safeParse(openStored(row.log, row, key));
  return parsed.success ? parsed.data : undefined;
}

/**
 * Mark of the key that two persons agreed to destroy, by their own entries' sealed parts; undefined where those do not
 * say it. Whose erasure it is stands in rows too, which the database's owner can change: for another person's key, or
 * for one that nobody asked for, no portal seals an entry that it was destroyed.
 */
export async function agreedKeyMark(
  tx: Tx,
  cx: Pick<AuditContext, "audit">,
  { id, compartment_id, agreed_at }: DueErasure,
): Promise<string | undefined> {
  const askedMs = uuidMillis(id);
  if (askedMs === undefined || agreed_at === null) return undefined;
  const around = (ms: number) => [uuidsFrom(ms - AROUND_MS), uuidsFrom(ms + AROUND_MS)] as const;
  const rows = await readAgreedRows(tx, around(askedMs), around(agreed_at.getTime()));
  const keys = await cx.audit.compartments.openById([...new Set(rows.map((row) => row.compartment_id))]);
  const said = rows.flatMap((row) => saidBy(row, keys) ?? []);
  const own = said.filter(({ details }) => details.erasure === id && details.compartment === compartment_id);
  const asked = own.find(({ action }) => action === "erasure.ask");
  const agreed = own.find(({ action, actor }) => action === "erasure.agree" && actor !== asked?.actor);
  return agreed === undefined ? undefined : asked?.details.key_mark;
}
