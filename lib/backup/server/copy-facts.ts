import "server-only";
import type { Client } from "pg";
import { z } from "zod";
import type { Manifest } from "@/lib/backup/archive/backup-folder";
import { BackupRefused } from "@/lib/backup/refused";

const StateRow = z.object({
  server_version: z.string(),
  database: z.string(),
  superuser: z.string(),
  log_size: z.coerce.number(),
  checkpoint_size: z.coerce.number().nullable(),
  root: z.instanceof(Uint8Array).nullable(),
});

/** Facts about a copy of the database. They are known only after its last byte was read. */
export class CopyFacts {
  #wal: Manifest["wal"] | undefined;
  #finishedAt: Date | undefined;

  finish(wal: Manifest["wal"], at: Date): void {
    this.#wal = wal;
    this.#finishedAt = at;
  }

  /** Throws BackupRefused for a copy that did not reach its end. */
  get whole(): { readonly wal: Manifest["wal"]; readonly finishedAt: Date } {
    if (this.#wal === undefined || this.#finishedAt === undefined)
      throw new BackupRefused("The copy of the database did not reach its end. Nothing was kept.");
    return { wal: this.#wal, finishedAt: this.#finishedAt };
  }
}

/** Server version, names, and log position of a database. */
export type LogState = Pick<
  Manifest,
  "server_version" | "database" | "superuser" | "log_size" | "checkpoint"
>;

/** Returns the server's version and how far a log and its newest checkpoint reach. */
export async function readLogState(client: Pick<Client, "query">, log: string): Promise<LogState> {
  const { rows } = await client.query(
    `SELECT current_setting('server_version') AS server_version, current_database() AS database,
       (SELECT rolname::text FROM pg_roles WHERE oid = 10) AS superuser,
       coalesce((SELECT size FROM audit_head WHERE log = $1), 0) AS log_size, c.size AS checkpoint_size, c.root
     FROM (SELECT 1) one LEFT JOIN LATERAL (
       SELECT size, root FROM audit_checkpoint WHERE log = $1 ORDER BY size DESC LIMIT 1) c ON true`,
    [log],
  );
  const { server_version, checkpoint_size, root, ...found } = StateRow.parse(rows[0]);
  const hasCheckpoint = checkpoint_size !== null && root !== null;
  return {
    server_version: server_version.split(" ")[0] ?? server_version,
    ...found,
    checkpoint: hasCheckpoint
      ? { size: checkpoint_size, root: Buffer.from(root).toString("base64url") }
      : null,
  };
}

/** Returns the identifier that a cluster got when it was made. Each segment of its WAL has the same one. */
export async function readCluster(client: Pick<Client, "query">): Promise<string> {
  const { rows } = await client.query("SELECT system_identifier::text AS id FROM pg_control_system()");
  return z.object({ id: z.string() }).parse(rows[0]).id;
}

const PlaceRow = z.object({ log: z.string(), tenantId: z.string() });

/** Returns the open logs of a database and their tenants, the longest first. */
export async function readLogPlaces(client: Pick<Client, "query">): Promise<z.infer<typeof PlaceRow>[]> {
  const { rows } = await client.query(
    `SELECT h.log, e.tenant_id::text AS "tenantId" FROM audit_head h
       CROSS JOIN LATERAL (SELECT tenant_id FROM audit_entry WHERE log = h.log LIMIT 1) e
     WHERE h.closed_at IS NULL ORDER BY h.size DESC`,
  );
  return z.array(PlaceRow).parse(rows);
}

/**
 * Returns the open log of a tenant, or the longest of a database where no tenant is named or it has none. Throws
 * BackupRefused for a database without a log.
 */
export async function readLogPlace(
  client: Pick<Client, "query">,
  tenantId?: string,
): Promise<z.infer<typeof PlaceRow>> {
  const places = await readLogPlaces(client);
  const found = places.find((place) => place.tenantId === tenantId) ?? places[0];
  if (found === undefined) throw new BackupRefused("The database has no log of Sealport.");
  return found;
}
