import "server-only";
import { z } from "zod";
import type { RawTx, Tx } from "@/lib/db/transaction";
import { isAcknowledged, rememberedWord } from "./statement";

/** Asks the database in the caller's own snapshot, whichever client it has. */
export type Ask = (text: string, values: readonly unknown[]) => Promise<unknown>;

export const askPrisma =
  (tx: Tx): Ask =>
  (text, values) =>
    tx.$queryRawUnsafe(text, ...values);

export const askRaw =
  (tx: RawTx): Ask =>
  async (text, values) =>
    (await tx.query(text, [...values])).rows;

/** Which rows are looked at, and by which key an acknowledgement of one is believed; by none without it. */
export interface AsideOf {
  readonly log: string;
  readonly tenantId: string;
  readonly receiptVkey: string | undefined;
}

/** Rows that stand aside, as they count. */
export interface AsideStanding {
  /** Those that nobody acknowledged, and the first of them. */
  readonly open: number;
  readonly first: { readonly id: string; readonly reason: string } | undefined;
  /** Ids of those that two persons acknowledged as they stand. */
  readonly acknowledged: readonly string[];
}

/** Acknowledgements that are held against their rows; what is beyond that many counts as not said. */
const MAX_SAID = 20_000;
/** Signatures that do not hold and were not seen before; the next look goes on behind them. */
const MAX_REFUSED = 200;
/** Longer than the line of a signature by any log's key. */
const SIGNATURE_CHARACTERS = 1_000;

const Said = z.object({
  entry_id: z.string(),
  digest: z.string(),
  agreed_entry_id: z.string(),
  signature: z.string(),
});
const Open = z.object({ count: z.coerce.number().int().min(0), id: z.string(), reason: z.string() });

/** The digest of what stands behind a row `s` of audit_quarantine: its entry's bytes, or none. */
export const ROW_DIGEST = `(SELECT translate(rtrim(encode(sha256(coalesce((SELECT e.bytes FROM audit_entry e
  WHERE e.id = s.entry_id), ''::bytea)), 'base64'), '='), '+/', '-_'))`;

/** A row that stands aside waits still: one that another worker judged anew and gave its leaf does not. */
export const STILL_WAITS = "EXISTS (SELECT 1 FROM audit_queue q WHERE q.entry_id = s.entry_id)";

/**
 * Rows that the sequencer set aside as no entries. One counts as acknowledged where the portal's receipt key signed its
 * id, the digest of its present bytes and the entry that two persons' word is recorded by, and that entry is in the log
 * or about to be: no login of the database, and not its owner, can have that signed.
 */
export async function readAside(ask: Ask, of: AsideOf): Promise<AsideStanding> {
  const acknowledged = await believed(ask, of, null);
  const rows = await ask(
    `SELECT count(*) OVER () AS count, s.entry_id::text AS id, s.reason FROM audit_quarantine s
     WHERE s.tenant_id = $1::uuid AND ${STILL_WAITS} AND s.entry_id <> ALL ($2::uuid[])
     ORDER BY s.seen_at, s.entry_id LIMIT 1`,
    [of.tenantId, acknowledged],
  );
  const first = z.array(Open).parse(rows)[0];
  return { open: first?.count ?? 0, first, acknowledged };
}

/** Whether one row counts as acknowledged, as `readAside` says. */
export async function isRowAcknowledged(ask: Ask, of: AsideOf, entryId: string): Promise<boolean> {
  return (await believed(ask, of, entryId)).length > 0;
}

/** Words about rows as they stand, the newest of each row first, so that nobody's rows keep those of others out. */
const SAID = `WITH s AS MATERIALIZED (SELECT s.entry_id, ${ROW_DIGEST} AS digest FROM audit_quarantine s
    WHERE s.tenant_id = $1::uuid AND ($3::uuid IS NULL OR s.entry_id = $3::uuid) AND ${STILL_WAITS})
  SELECT w.entry_id::text, w.digest, w.agreed_entry_id::text, w.signature FROM (
    SELECT s.entry_id, s.digest, a.agreed_entry_id, a.signature,
      row_number() OVER (PARTITION BY s.entry_id ORDER BY max(a.id::text) DESC) AS nth
    FROM s JOIN audit_acknowledgement a ON a.entry_id = s.entry_id AND a.digest = s.digest
    WHERE a.state = 'agreed' AND length(a.signature) <= ${SIGNATURE_CHARACTERS}
      AND EXISTS (SELECT 1 FROM audit_entry n WHERE n.id = a.agreed_entry_id AND n.log = $2)
    GROUP BY s.entry_id, s.digest, a.agreed_entry_id, a.signature) w
  ORDER BY w.nth, w.entry_id LIMIT ${MAX_SAID}`;

async function believed(
  ask: Ask,
  { log, tenantId, receiptVkey }: AsideOf,
  about: string | null,
): Promise<string[]> {
  if (receiptVkey === undefined) return [];
  const said = z.array(Said).parse(await ask(SAID, [tenantId, log, about]));
  const held = new Set<string>();
  let refused = 0;
  for (const { entry_id, digest, agreed_entry_id, signature } of said) {
    if (held.has(entry_id)) continue;
    const word = { log, entryId: entry_id, digest, agreedEntryId: agreed_entry_id };
    const known = rememberedWord(receiptVkey, word, signature);
    if (known === undefined && refused >= MAX_REFUSED) continue;
    if (known ?? isAcknowledged(receiptVkey, word, signature)) held.add(entry_id);
    else if (known === undefined) refused += 1;
  }
  return [...held];
}
