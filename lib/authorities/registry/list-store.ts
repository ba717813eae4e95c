import "server-only";
import type { UsedList } from "@/lib/authorities/schema";
import { Prisma } from "@/lib/db/generated/client";
import { type Running, statement } from "@/lib/db/statement";
import type { Tx } from "@/lib/db/transaction";

/** A stored revocation list. */
export interface ListRow {
  readonly id: string;
  readonly tenantId: string;
  readonly authorityId: string;
  readonly issuerDigest: string;
  readonly issuer: string;
  /** Absent if the anchor itself signed. */
  readonly issuerCertificate: Uint8Array | undefined;
  readonly list: Uint8Array;
  readonly sha256: string;
  readonly number: bigint | undefined;
  readonly thisUpdate: Date;
  readonly nextUpdate: Date;
  readonly by: string;
  readonly at: Date;
}

const bytes = (value: Uint8Array): Uint8Array<ArrayBuffer> => Uint8Array.from(value);

/** Stores an uploaded revocation list. */
export async function insertList(tx: Tx, row: ListRow): Promise<void> {
  await tx.authority_crl.createMany({
    data: [
      {
        id: row.id,
        tenant_id: row.tenantId,
        authority_id: row.authorityId,
        issuer_digest: row.issuerDigest,
        issuer: row.issuer,
        issuer_certificate: row.issuerCertificate === undefined ? null : bytes(row.issuerCertificate),
        list: bytes(row.list),
        sha256: row.sha256,
        number: row.number?.toString() ?? null,
        this_update: row.thisUpdate,
        next_update: row.nextUpdate,
        uploaded_by: row.by,
        uploaded_at: row.at,
      },
    ],
  });
}

/** Returns ids of the newest list of each issuer: of these anchors, and of issuers below them. */
async function newestIds(tx: Tx, authorityIds: readonly string[]): Promise<string[]> {
  if (authorityIds.length === 0) return [];
  const rows = await tx.$queryRaw<{ id: string }[]>(
    Prisma.sql`SELECT DISTINCT ON (authority_id, issuer_digest) id::text AS id FROM authority_crl
      WHERE authority_id::text IN (${Prisma.join([...authorityIds])})
      ORDER BY authority_id, issuer_digest, this_update DESC, uploaded_at DESC`,
  );
  return rows.map(({ id }) => id);
}

interface NewestRow {
  readonly list: Uint8Array;
  readonly issuer_certificate: Uint8Array | null;
}

const FIND_NEWEST = statement<{ readonly authorityIds: readonly string[] }, NewestRow>("find-newest-lists")`
  SELECT list, issuer_certificate FROM (
    SELECT DISTINCT ON (authority_id, issuer_digest) id, list, issuer_certificate FROM authority_crl
    WHERE authority_id = ANY (${({ authorityIds }) => authorityIds}::uuid[])
    ORDER BY authority_id, issuer_digest, this_update DESC, uploaded_at DESC) newest ORDER BY id`;

/** Returns the newest list of each issuer with its bytes, and the certificates of issuers that are not anchors. */
export async function findNewestLists(
  { run }: Running,
  authorityIds: readonly string[],
): Promise<{ readonly lists: Uint8Array[]; readonly certificates: Uint8Array[] }> {
  const rows = await run(FIND_NEWEST, { authorityIds });
  return {
    lists: rows.map(({ list }) => list),
    certificates: rows.flatMap(({ issuer_certificate: one }) => (one === null ? [] : [one])),
  };
}

/** Returns the newest list of this issuer under this anchor. */
export async function findNewestList(
  tx: Tx,
  authorityId: string,
  issuerDigest: string,
): Promise<Uint8Array | undefined> {
  const row = await tx.authority_crl.findFirst({
    where: { authority_id: authorityId, issuer_digest: issuerDigest },
    orderBy: [{ this_update: "desc" }, { uploaded_at: "desc" }],
    select: { list: true },
  });
  return row?.list;
}

/** Returns what pages show of the newest lists, by the id of the anchor. */
export async function describeLists(
  tx: Tx,
  authorityIds: readonly string[],
): Promise<ReadonlyMap<string, readonly (UsedList & { readonly uploaded_at: string })[]>> {
  const rows = await tx.authority_crl.findMany({
    where: { id: { in: await newestIds(tx, authorityIds) } },
    orderBy: { issuer: "asc" },
    omit: { list: true, issuer_certificate: true },
  });
  const found = new Map<string, (UsedList & { readonly uploaded_at: string })[]>();
  for (const row of rows) {
    const shown = {
      sha256: row.sha256,
      issuer: row.issuer,
      ...(row.number === null ? {} : { number: row.number }),
      this_update: row.this_update.toISOString(),
      next_update: row.next_update.toISOString(),
      uploaded_at: row.uploaded_at.toISOString(),
    };
    found.set(row.authority_id, [...(found.get(row.authority_id) ?? []), shown]);
  }
  return found;
}
