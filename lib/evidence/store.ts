import "server-only";
import { randomInt } from "node:crypto";
import { z } from "zod";
import { type Readable, readRows } from "@/lib/db/read-rows";
import type { Tx } from "@/lib/db/transaction";
import { InvariantError } from "@/lib/errors";
import { GroupName } from "@/lib/vocabulary";

/** Evidence at its beginning, before any value is sent. */
export interface NewEvidenceRow {
  readonly id: string;
  readonly tenantId: string;
  readonly reference: string;
  readonly userId: string;
  readonly grantId: string | undefined;
  readonly requestId: string | undefined;
  readonly transactions: readonly string[];
  readonly groups: readonly GroupName[];
  readonly format: "pdf" | "json";
  readonly intentEntryId: string;
  readonly madeAt: Date;
}

/** Returns a random reference, `EV-<year>-<eight digits>`. */
function drawReference(year: number): string {
  return `EV-${year}-${String(randomInt(10 ** 8)).padStart(8, "0")}`;
}

/**
 * Returns a new, unused reference. It is random, as a request's reference is. A counter would show when other people
 * make evidence, even under a sealed order.
 */
export async function newReference(tx: Tx, tenantId: string, year: number): Promise<string> {
  const drawn = Array.from({ length: 8 }, () => drawReference(year));
  const rows = await tx.evidence.findMany({
    where: { tenant_id: tenantId, reference: { in: drawn } },
    select: { reference: true },
  });
  const free = drawn.find((one) => rows.every(({ reference }) => reference !== one));
  if (free === undefined) throw new InvariantError("no free evidence reference found");
  return free;
}

/** Stores evidence at its beginning, in the state `intent`. */
export async function insertEvidence(tx: Tx, row: NewEvidenceRow): Promise<void> {
  await tx.evidence.createMany({
    data: [
      {
        id: row.id,
        tenant_id: row.tenantId,
        reference: row.reference,
        user_id: row.userId,
        grant_id: row.grantId ?? null,
        request_id: row.requestId ?? null,
        transactions: [...row.transactions],
        groups: [...row.groups],
        format: row.format,
        intent_entry_id: row.intentEntryId,
        made_at: row.madeAt,
      },
    ],
  });
}

/** Facts about a delivered file that are stored. */
export interface EvidenceEnd {
  readonly digest: string;
  readonly code: string;
  readonly pages: number;
  readonly bytes: number;
}

/** Ends evidence with the facts about its file, or as failed. */
export async function endEvidence(
  tx: Tx,
  id: string,
  outcomeEntryId: string,
  end: EvidenceEnd | undefined,
): Promise<void> {
  const state = end === undefined ? "failed" : "done";
  await tx.evidence.updateMany({
    where: { id, state: "intent" },
    data: { state, outcome_entry_id: outcomeEntryId, ...end },
  });
}

const Row = z.object({
  id: z.string(),
  reference: z.string(),
  user_id: z.string(),
  grant_id: z.string().nullable(),
  request_id: z.string().nullable(),
  transactions: z.array(z.string()),
  groups: z.array(GroupName),
  format: z.enum(["pdf", "json"]),
  state: z.enum(["intent", "done", "failed"]),
  intent_entry_id: z.string(),
  outcome_entry_id: z.string().nullable(),
  digest: z.string().nullable(),
  code: z.string().nullable(),
  pages: z.number().nullable(),
  bytes: z.number().nullable(),
  made_at: z.date(),
});
export type EvidenceRow = z.infer<typeof Row>;

/** Evidence that a reader may know of: their own, or all except evidence of cases that are sealed from them. */
export type EvidenceReader =
  | { readonly sees: "own"; readonly userId: string }
  | { readonly sees: "all"; readonly sealed: readonly string[] };

/** Returns a page of evidence, newest first. */
export async function listEvidenceRows(
  tx: Tx,
  wanted: {
    readonly tenantId: string;
    readonly reader: EvidenceReader;
    readonly before: string | undefined;
    readonly limit: number;
  },
): Promise<Readable<EvidenceRow>[]> {
  const { reader, before } = wanted;
  const rows = await tx.evidence.findMany({
    where: {
      tenant_id: wanted.tenantId,
      ...(before === undefined ? {} : { id: { lt: before } }),
      ...(reader.sees === "own"
        ? { user_id: reader.userId }
        : { OR: [{ request_id: null }, { request_id: { notIn: [...reader.sealed] } }] }),
    },
    orderBy: { id: "desc" },
    take: wanted.limit,
  });
  return readRows(rows, (row) => Row.parse(row));
}

/** Returns the finished evidence that a person made under a grant, oldest first. */
export async function listEvidenceOfGrant(tx: Tx, userId: string, grantId: string): Promise<EvidenceRow[]> {
  const rows = await tx.evidence.findMany({
    where: { user_id: userId, grant_id: grantId, state: "done" },
    orderBy: { id: "asc" },
  });
  return rows.map((row) => Row.parse(row));
}

/** Returns the references of requests by id. */
export async function requestReferences(
  tx: Tx,
  ids: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const rows = await tx.access_request.findMany({
    where: { id: { in: [...ids] } },
    select: { id: true, reference: true },
  });
  return new Map(rows.map(({ id, reference }) => [id, reference]));
}

/** Returns the versions of a participant's client-held keys. */
export async function clientHeldVersions(tx: Tx, participantId: string): Promise<number[]> {
  const rows = await tx.key_version.findMany({
    where: { participant_id: participantId, custody: "client" },
    select: { version: true },
  });
  return rows.map(({ version }) => version);
}
