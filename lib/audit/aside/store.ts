import "server-only";
import { z } from "zod";
import { type Readable, readRows } from "@/lib/db/read-rows";
import type { Tx } from "@/lib/db/transaction";
import { IS_ERASED } from "../reading/store";
import { AsideReason } from "./schema";
import { ROW_DIGEST, STILL_WAITS } from "./standing";

const Word = z.object({
  id: z.string(),
  entry_id: z.string(),
  digest: z.string(),
  state: z.enum(["asked", "agreed", "refused"]),
  reason: z.string(),
  asked_by: z.string(),
  asked_by_name: z.string().nullable(),
  asked_at: z.coerce.date(),
  agreed_by_name: z.string().nullable(),
  ended_at: z.coerce.date().nullable(),
  by_seq: z.coerce.number().int().nullable(),
  by_log: z.string().nullable(),
});
export type WordRow = z.infer<typeof Word>;

/** Row and entry of one word are of one moment; more than a day between them is none of ours. */
const SLACK_MS = 86_400_000;

const Row = z.object({
  entry_id: z.string(),
  why: AsideReason,
  seen_at: z.coerce.date(),
  digest: z.string(),
});
export type AsideStored = z.infer<typeof Row>;

/** Whose rows, and whose people the caller knows by name: everybody's without an organisation. */
export interface Seen {
  readonly tenantId: string;
  readonly organisationId: string | undefined;
}

const ROW = `SELECT s.entry_id::text, s.reason AS why, s.seen_at, ${ROW_DIGEST} AS digest FROM audit_quarantine s
  WHERE s.tenant_id = $1::uuid AND ${STILL_WAITS}`;

/** Rows that stand aside by falling id; `after` is the last one shown. */
export async function listAsideRows(
  tx: Tx,
  tenantId: string,
  page: { readonly after: string | undefined; readonly limit: number },
): Promise<Readable<AsideStored>[]> {
  const text = `${ROW} AND ($2::uuid IS NULL OR s.entry_id < $2::uuid) ORDER BY s.entry_id DESC LIMIT $3`;
  const rows = await tx.$queryRawUnsafe<unknown[]>(text, tenantId, page.after ?? null, page.limit);
  return readRows(rows, (row) => Row.parse(row));
}

export async function findAsideRow(
  tx: Tx,
  tenantId: string,
  entryId: string,
): Promise<AsideStored | undefined> {
  const rows = await tx.$queryRawUnsafe(`${ROW} AND s.entry_id = $2::uuid`, tenantId, entryId);
  return z.array(Row).parse(rows)[0];
}

const NAMED = (person: string) =>
  `(SELECT u.name FROM app_user u WHERE u.id = ${person} AND ($2::uuid IS NULL OR u.organisation_id = $2::uuid)
    AND NOT ${IS_ERASED})`;
const WORD = `a.id::text, a.entry_id::text, a.digest, a.state, a.reason, a.asked_by::text,
  ${NAMED("a.asked_by")} AS asked_by_name, a.asked_at, ${NAMED("a.agreed_by")} AS agreed_by_name, a.ended_at,
  (SELECT l.seq FROM audit_leaf l WHERE l.entry_id = a.agreed_entry_id) AS by_seq,
  (SELECT l.log FROM audit_leaf l WHERE l.entry_id = a.agreed_entry_id) AS by_log`;

/** The newest word about each of these rows. */
export async function findNewestWords(tx: Tx, seen: Seen, entryIds: readonly string[]): Promise<WordRow[]> {
  const rows = await tx.$queryRawUnsafe(
    `SELECT DISTINCT ON (a.entry_id) ${WORD} FROM audit_acknowledgement a
     WHERE a.tenant_id = $1::uuid AND a.entry_id = ANY ($3::uuid[]) ORDER BY a.entry_id, a.id DESC`,
    seen.tenantId,
    seen.organisationId ?? null,
    [...entryIds],
  );
  return z.array(Word).parse(rows);
}

/** One word, locked against another's decision about it. */
export async function lockWord(tx: Tx, seen: Seen, id: string): Promise<WordRow | undefined> {
  const rows = await tx.$queryRawUnsafe(
    `SELECT ${WORD} FROM audit_acknowledgement a WHERE a.tenant_id = $1::uuid AND a.id = $3::uuid FOR UPDATE`,
    seen.tenantId,
    seen.organisationId ?? null,
    id,
  );
  return z.array(Word).parse(rows)[0];
}

const Bytes = z.custom<Uint8Array>((value) => value instanceof Uint8Array);

const Asking = z.object({
  entry_id: z.string(),
  bytes: Bytes,
  leaf_hash: Bytes.nullable(),
  c: z.string(),
  stored: Bytes,
  pseudonym: z.string(),
});
export type AskingRow = z.infer<typeof Asking>;

const ASKING_BATCH = 100;
const ASKING_BYTES = 16_384;

/**
 * Entries that search rows call words of the asker, not much older than the row, with their org parts, a batch at a time
 * by id. None is as long as an entry may be: what a person says of a row is short.
 */
export async function* findAskingRows(tx: Tx, tenantId: string, word: WordRow): AsyncGenerator<AskingRow[]> {
  for (let after = "00000000-0000-0000-0000-000000000000", more = true; more; ) {
    const rows = await askingRows(tx, tenantId, word, after);
    yield rows;
    more = rows.length === ASKING_BATCH;
    after = rows.at(-1)?.entry_id ?? after;
  }
}

async function askingRows(tx: Tx, tenantId: string, word: WordRow, after: string): Promise<AskingRow[]> {
  const rows = await tx.$queryRawUnsafe(
    `SELECT i.entry_id::text, e.bytes, l.leaf_hash, p.c, p.stored, u.pseudonym
     FROM app_user u JOIN audit_index i ON i.tenant_id = u.tenant_id AND i.actor = u.pseudonym
       JOIN audit_entry e ON e.id = i.entry_id JOIN audit_part p ON p.entry_id = i.entry_id AND p.c = 'org'
       LEFT JOIN audit_leaf l ON l.entry_id = i.entry_id
     WHERE u.id = $1::uuid AND u.tenant_id = $2::uuid AND i.action = 'aside.ask' AND i.outcome = 'done' AND i.at >= $3
       AND i.entry_id > $4::uuid AND octet_length(e.bytes) <= ${ASKING_BYTES} AND octet_length(p.stored) <= ${ASKING_BYTES}
     ORDER BY i.entry_id LIMIT ${ASKING_BATCH}`,
    word.asked_by,
    tenantId,
    new Date(word.asked_at.getTime() - SLACK_MS).toISOString(),
    after,
  );
  return z.array(Asking).parse(rows);
}

export interface NewWord {
  readonly id: string;
  readonly tenantId: string;
  readonly entryId: string;
  readonly digest: string;
  readonly reason: string;
  readonly askedBy: string;
  readonly at: Date;
}

/** How many words of this person wait for a second one. */
export async function countAsked(tx: Tx, tenantId: string, askedBy: string): Promise<number> {
  return tx.audit_acknowledgement.count({
    where: { tenant_id: tenantId, asked_by: askedBy, state: "asked" },
  });
}

export async function insertWord(tx: Tx, word: NewWord): Promise<void> {
  // By column: the rest of the row is no business of who asks, and no login may give it.
  await tx.$executeRawUnsafe(
    `INSERT INTO audit_acknowledgement (id, tenant_id, entry_id, digest, reason, asked_by, asked_at)
     VALUES ($1::uuid, $2::uuid, $3::uuid, $4, $5, $6::uuid, $7)`,
    word.id,
    word.tenantId,
    word.entryId,
    word.digest,
    word.reason,
    word.askedBy,
    word.at,
  );
}

export async function agreeToWord(
  tx: Tx,
  id: string,
  agreed: { readonly by: string; readonly at: Date; readonly entryId: string; readonly signature: string },
): Promise<void> {
  await tx.audit_acknowledgement.updateMany({
    where: { id, state: "asked" },
    data: {
      state: "agreed",
      agreed_by: agreed.by,
      ended_at: agreed.at,
      agreed_entry_id: agreed.entryId,
      signature: agreed.signature,
    },
  });
}

export async function refuseWord(tx: Tx, id: string, by: string, at: Date): Promise<void> {
  await tx.audit_acknowledgement.updateMany({
    where: { id, state: "asked" },
    data: { state: "refused", refused_by: by, ended_at: at },
  });
}
