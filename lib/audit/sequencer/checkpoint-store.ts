import "server-only";
import type { Pool } from "pg";
import { z } from "zod";
import type { LogPlace } from "./store";
import type { WitnessMark } from "./witnessing";

const Bytes = z.custom<Uint8Array>((value) => value instanceof Uint8Array);
const Size = z.coerce.number().int().min(0).max(Number.MAX_SAFE_INTEGER);

/** A verified cosignature with its line (no newline). */
export interface Cosigned {
  readonly line: string;
  readonly mark: WitnessMark;
}

/** A checkpoint as the signer returned it: the note has only the log's line. */
export interface SignedCheckpoint {
  readonly size: number;
  readonly root: Uint8Array;
  readonly note: string;
}

/** Publishes a checkpoint with the available cosignatures. An existing row stays: it may only gain lines. */
export async function insertCheckpoint(
  pool: Pool,
  place: LogPlace,
  { size, root, note }: SignedCheckpoint,
  cosigned: readonly Cosigned[],
): Promise<void> {
  const whole = `${note}${cosigned.map(({ line }) => `${line}\n`).join("")}`;
  const marks = JSON.stringify(cosigned.map(({ mark }) => mark));
  const { rowCount } = await pool.query(
    `INSERT INTO audit_checkpoint (log, size, tenant_id, root, note, witnesses) VALUES ($1, $2, $3, $4, $5, $6::jsonb)
     ON CONFLICT (log, size) DO NOTHING`,
    [place.log, size, place.tenantId, Buffer.from(root), whole, marks],
  );
  if (rowCount !== 0) return;
  for (const one of cosigned) await addCosignature(pool, place.log, { size, root }, one);
}

/** Adds one line to a published checkpoint, once for each witness, also when several workers bring it. */
export async function addCosignature(
  pool: Pool,
  log: string,
  { size, root }: Pick<SignedCheckpoint, "size" | "root">,
  { line, mark }: Cosigned,
): Promise<void> {
  await pool.query(
    `UPDATE audit_checkpoint SET note = note || $4 || E'\\n', witnesses = witnesses || $5::jsonb
     WHERE log = $1 AND size = $2 AND root = $3
       AND NOT witnesses @> jsonb_build_array(jsonb_build_object('name', $6::text))`,
    [log, size, Buffer.from(root), line, JSON.stringify([mark]), mark.name],
  );
}

/** Returns the time of this log's newest stamp, by the authority's clock. */
export async function readLastStampAt(pool: Pool, log: string): Promise<Date | undefined> {
  const { rows } = await pool.query(
    `SELECT time_stamped_at FROM audit_checkpoint WHERE log = $1 AND time_stamped_at IS NOT NULL
     ORDER BY size DESC LIMIT 1`,
    [log],
  );
  return rows.length === 0
    ? undefined
    : z.object({ time_stamped_at: z.date() }).parse(rows[0]).time_stamped_at;
}

/** Stores a checkpoint's token once. Returns whether this call stored it. */
export async function writeTimeStamp(
  pool: Pool,
  log: string,
  size: number,
  stamp: { readonly token: Uint8Array; readonly at: string },
): Promise<boolean> {
  const { rowCount } = await pool.query(
    `UPDATE audit_checkpoint SET time_stamp = $3, time_stamped_at = $4::timestamptz
     WHERE log = $1 AND size = $2 AND time_stamp IS NULL`,
    [log, size, Buffer.from(stamp.token), stamp.at],
  );
  return rowCount === 1;
}

const Mark = z.object({ name: z.string(), kind: z.enum(["own", "independent"]), timestamp: z.number() });
const CheckpointRow = z.object({
  size: Size,
  root: Bytes,
  note: z.string(),
  witnesses: z.array(Mark),
  time_stamp: Bytes.nullable(),
  time_stamped_at: z.date().nullable(),
});
export type CheckpointRow = z.infer<typeof CheckpointRow>;

export async function readLastCheckpoint(pool: Pool, log: string): Promise<CheckpointRow | undefined> {
  const { rows } = await pool.query(
    `SELECT size, root, note, witnesses, time_stamp, time_stamped_at FROM audit_checkpoint
     WHERE log = $1 ORDER BY size DESC LIMIT 1`,
    [log],
  );
  return rows.length === 0 ? undefined : CheckpointRow.parse(rows[0]);
}
