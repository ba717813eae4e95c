import "server-only";
import type { Client } from "pg";
import { z } from "zod";
import { BackupRefused } from "@/lib/backup/refused";

const Relation = z.object({
  oid: z.coerce.number(),
  name: z.string(),
  kind: z.string(),
  method: z.string().nullable(),
  pages: z.coerce.number(),
});
type Relation = z.infer<typeof Relation>;

const MAX_NAMED = 5;

/** What the operator does about a cluster whose damage would not be seen. */
export const NO_CHECKSUMS =
  "The cluster has no page checksums, so damage cannot be seen, and a drill refuses it. Stop the server, run pg_checksums --enable, and make a new backup.";

/** Whether the server writes a checksum with each page. */
export async function hasChecksums(client: Pick<Client, "query">): Promise<boolean> {
  const { rows } = await client.query<{ data_checksums: string }>("SHOW data_checksums");
  return rows[0]?.data_checksums === "on";
}

async function relations(client: Client): Promise<Relation[]> {
  const { rows } = await client.query(
    `SELECT c.oid::int8 AS oid, c.oid::regclass::text AS name, c.relkind::text AS kind, a.amname::text AS method,
       pg_relation_size(c.oid) / current_setting('block_size')::int AS pages
     FROM pg_class c LEFT JOIN pg_am a ON a.oid = c.relam LEFT JOIN pg_index i ON i.indexrelid = c.oid
     WHERE c.relkind IN ('r', 'm', 't', 'i') AND c.relpersistence = 'p' AND coalesce(i.indisvalid, true)
     ORDER BY c.oid`,
  );
  return z.array(Relation).parse(rows);
}

/** Reads every page of a relation: a wrong checksum or an impossible page is an error or a finding. */
async function findFault(client: Client, { oid, name, kind, method }: Relation): Promise<string | undefined> {
  try {
    if (kind !== "i") {
      const { rows } = await client.query<{ msg: string; blkno: string }>(
        "SELECT blkno::text, msg FROM verify_heapam($1::oid, check_toast => true) LIMIT 1",
        [oid],
      );
      return rows[0] === undefined ? undefined : `${name}, page ${rows[0].blkno}: ${rows[0].msg}`;
    }
    if (method === "btree")
      await client.query("SELECT bt_index_check($1::oid, heapallindexed => true)", [oid]);
    return undefined;
  } catch (error) {
    const code = Reflect.get(Object(error), "code");
    // XX001 and XX002: a damaged page or index. The message names the relation and the page, never a value.
    if (code !== "XX001" && code !== "XX002") throw error;
    return `${name}: ${error instanceof Error ? error.message : "damaged"}`;
  }
}

/**
 * Checks the pages of a database that this process alone uses: checksums are on, amcheck verifies each table and compares
 * each B-tree index with its table. Returns how many pages it read. Throws BackupRefused that names the first faults.
 */
export async function checkPages(client: Client): Promise<number> {
  if (!(await hasChecksums(client))) throw new BackupRefused(NO_CHECKSUMS);
  await client.query("CREATE EXTENSION IF NOT EXISTS amcheck WITH SCHEMA pg_catalog");
  const faults: string[] = [];
  let pages = 0;
  for (const relation of await relations(client)) {
    const fault = await findFault(client, relation);
    if (fault !== undefined) faults.push(fault);
    pages += relation.pages;
    if (faults.length === MAX_NAMED) break;
  }
  if (faults.length > 0) throw new BackupRefused(`Damaged pages: ${faults.join("; ")}`);
  return pages;
}
