import "server-only";
import { z } from "zod";
import { Prisma } from "@/lib/db/generated/client";
import type { Tx } from "@/lib/db/transaction";
import type { ErasureRow } from "./store";

/** What keeps an erasure back, or whom it waits for, in words that people can act on. */
export interface ErasureReasons {
  /** The person's role and how many days its data is kept, where the period has not passed. */
  readonly period: { readonly role: string; readonly days: number } | undefined;
  /** End of the longest legal hold that keeps it back, of those the reader may know of. */
  readonly holdUntil: Date | undefined;
  /** Names of people who may be the second person. */
  readonly waitsFor: readonly string[];
  /** Names of people who asked or agreed and no longer have the duty. */
  readonly lostDuty: readonly string[];
}

export const NO_REASONS: ErasureReasons = {
  period: undefined,
  holdUntil: undefined,
  waitsFor: [],
  lostDuty: [],
};

const MOST_NAMES = 10;
const Name = z.object({ name: z.string() });
const DUTIES = Prisma.sql`('privacy', 'compliance')`;

async function findPeriod(tx: Tx, row: ErasureRow): Promise<ErasureReasons["period"]> {
  const rows = await tx.$queryRaw<unknown[]>(Prisma.sql`
    SELECT s.role, audit_days('role', s.role) AS days FROM audit_compartment k
    JOIN app_user s ON s.pseudonym = k.subject AND s.tenant_id = k.tenant_id
    WHERE k.id = ${row.compartment_id}::uuid AND audit_days('role', s.role) IS NOT NULL`);
  return z.array(z.object({ role: z.string(), days: z.number() })).parse(rows)[0];
}

/** The holds of `audit_is_held`, without those that the reader must not know of. */
async function findHoldEnd(tx: Tx, row: ErasureRow, sealed: readonly string[]): Promise<Date | undefined> {
  const rows = await tx.$queryRaw<unknown[]>(Prisma.sql`
    SELECT max(p.until) AS until FROM preservation p JOIN audit_erasure x ON x.id = ${row.id}::uuid
    WHERE p.tenant_id = x.tenant_id AND p.released_at IS NULL AND p.until > now() AND p.id <> ALL (${[...sealed]}::uuid[])
      AND EXISTS (SELECT 1 FROM audit_part a JOIN audit_index i ON i.entry_id = a.entry_id
        WHERE a.compartment_id = x.compartment_id AND (p.id = i.case_id OR i.transaction_id::text = ANY (p.transactions)
          OR EXISTS (SELECT 1 FROM access_request q WHERE q.id IN (i.request_id, i.case_id) AND q.transactions && p.transactions)
          OR EXISTS (SELECT 1 FROM access_grant g WHERE g.id = i.grant_id AND g.transactions && p.transactions)))`);
  return z.array(z.object({ until: z.date().nullable() })).parse(rows)[0]?.until ?? undefined;
}

async function listSecondPersons(tx: Tx, row: ErasureRow): Promise<string[]> {
  const rows = await tx.$queryRaw<unknown[]>(Prisma.sql`
    SELECT u.name FROM audit_erasure x JOIN audit_compartment k ON k.id = x.compartment_id
    JOIN app_user u ON u.tenant_id = x.tenant_id AND u.role = 'coordinator' AND u.state = 'active'
    WHERE x.id = ${row.id}::uuid AND EXISTS (SELECT 1 FROM duty d WHERE d.user_id = u.id AND d.duty IN ${DUTIES})
      AND u.id NOT IN (SELECT same_human(x.asked_by))
      AND NOT EXISTS (SELECT 1 FROM app_user s WHERE s.pseudonym = k.subject AND s.tenant_id = k.tenant_id
        AND u.id IN (SELECT same_human(s.id)))
    ORDER BY u.name LIMIT ${MOST_NAMES}`);
  return z
    .array(Name)
    .parse(rows)
    .map(({ name }) => name);
}

async function listWithoutDuty(tx: Tx, row: ErasureRow): Promise<string[]> {
  const rows = await tx.$queryRaw<unknown[]>(Prisma.sql`
    SELECT u.name FROM audit_erasure x JOIN app_user u ON u.id IN (x.asked_by, x.agreed_by)
    WHERE x.id = ${row.id}::uuid AND NOT (u.role = 'coordinator'
      AND EXISTS (SELECT 1 FROM duty d WHERE d.user_id = u.id AND d.duty IN ${DUTIES}))
    ORDER BY u.name`);
  return z
    .array(Name)
    .parse(rows)
    .map(({ name }) => name);
}

/** Reads why this erasure waits. Period and hold are read only for a reader who may know of every case (I12). */
export async function readReasons(
  tx: Tx,
  row: ErasureRow,
  reader: { readonly seesHolds: boolean; readonly sealed: readonly string[] },
): Promise<ErasureReasons> {
  const isKept = (reason: string) => row.state === "agreed" && row.kept_back === reason;
  return {
    period: reader.seesHolds && isKept("date") ? await findPeriod(tx, row) : undefined,
    holdUntil: reader.seesHolds && isKept("hold") ? await findHoldEnd(tx, row, reader.sealed) : undefined,
    waitsFor: row.state === "asked" ? await listSecondPersons(tx, row) : [],
    lostDuty: isKept("two_persons") ? await listWithoutDuty(tx, row) : [],
  };
}
