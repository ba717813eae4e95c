import "server-only";
import { z } from "zod";
import type { RawTx, Tx } from "@/lib/db/transaction";
import { isAcknowledged } from "./statement";

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

/** Acknowledgements that are held against their rows; rows beyond that many count as not acknowledged. */
const MAX_SAID = 10_000;

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
export async function readAside(ask: Ask, { log, tenantId, receiptVkey }: AsideOf): Promise<AsideStanding> {
  const acknowledged = receiptVkey === undefined ? [] : await believed(ask, { log, tenantId, receiptVkey });
  const rows = await ask(
    `SELECT count(*) OVER () AS count, s.entry_id::text AS id, s.reason FROM audit_quarantine s
     WHERE s.tenant_id = $1::uuid AND ${STILL_WAITS} AND s.entry_id <> ALL ($2::uuid[])
     ORDER BY s.seen_at, s.entry_id LIMIT 1`,
    [tenantId, acknowledged],
  );
  const first = z.array(Open).parse(rows)[0];
  return { open: first?.count ?? 0, first, acknowledged };
}

async function believed(
  ask: Ask,
  { log, tenantId, receiptVkey }: AsideOf & { readonly receiptVkey: string },
): Promise<string[]> {
  const rows = await ask(
    `SELECT s.entry_id::text, ${ROW_DIGEST} AS digest, a.agreed_entry_id::text, a.signature
     FROM audit_acknowledgement a JOIN audit_quarantine s ON s.entry_id = a.entry_id
     WHERE s.tenant_id = $1::uuid AND a.state = 'agreed' AND ${STILL_WAITS}
       AND EXISTS (SELECT 1 FROM audit_entry n WHERE n.id = a.agreed_entry_id AND n.log = $2)
     ORDER BY a.id LIMIT ${MAX_SAID}`,
    [tenantId, log],
  );
  const said = z.array(Said).parse(rows);
  const held = said.filter(({ entry_id, digest, agreed_entry_id, signature }) =>
    isAcknowledged(
      receiptVkey,
      { log, entryId: entry_id, digest, agreedEntryId: agreed_entry_id },
      signature,
    ),
  );
  return [...new Set(held.map(({ entry_id }) => entry_id))];
}
