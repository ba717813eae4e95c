import "server-only";
import type { Client } from "pg";
import { z } from "zod";
import type { Manifest } from "@/lib/backup/archive/backup-folder";
import { BackupRefused } from "@/lib/backup/refused";

const LogState = z.object({
  server_version: z.string(),
  log_size: z.coerce.number(),
  checkpoint_size: z.coerce.number().nullable(),
  root: z.instanceof(Uint8Array).nullable(),
});

/** What a copy turns out to contain; known when its last byte was read. */
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

/** Returns the server's version and how far a log and its newest checkpoint reach. */
export async function readLogState(
  client: Pick<Client, "query">,
  log: string,
): Promise<Pick<Manifest, "server_version" | "log_size" | "checkpoint">> {
  const { rows } = await client.query(
    `SELECT current_setting('server_version') AS server_version,
       coalesce((SELECT size FROM audit_head WHERE log = $1), 0) AS log_size, c.size AS checkpoint_size, c.root
     FROM (SELECT 1) one LEFT JOIN LATERAL (
       SELECT size, root FROM audit_checkpoint WHERE log = $1 ORDER BY size DESC LIMIT 1) c ON true`,
    [log],
  );
  const { server_version, log_size, checkpoint_size, root } = LogState.parse(rows[0]);
  const hasCheckpoint = checkpoint_size !== null && root !== null;
  return {
    server_version: server_version.split(" ")[0] ?? server_version,
    log_size,
    checkpoint: hasCheckpoint ? { size: checkpoint_size, root: Buffer.from(root).toString("base64url") } : null,
  };
}
