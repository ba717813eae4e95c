import "server-only";
import { z } from "zod";
import type { RawTx } from "@/lib/db/transaction";
import type { Conditions } from "../reading/fence";
import { type ExportRange, FROM } from "./store";

const Seq = z.coerce.number().int().min(0).max(Number.MAX_SAFE_INTEGER);
const Id = z.object({ id: z.string() });

/** Distinct ids in a column, of what an export takes, that are among these. */
async function findAmong(
  tx: RawTx,
  { conditions, log, size }: ExportRange,
  column: { readonly name: string; readonly join: string },
  ids: readonly string[],
): Promise<Set<string>> {
  if (ids.length === 0) return new Set();
  const own = conditions.copy().add("l.log = ?", log).add("l.seq < ?::bigint", size);
  own.add(`${column.name} = ANY (?::uuid[])`, ids);
  const { rows } = await tx.query(
    `SELECT DISTINCT ${column.name}::text AS id FROM ${FROM} ${column.join}
     WHERE e.bytes IS NOT NULL AND ${own.text}`,
    own.values,
  );
  const found = z.array(Id).parse(rows);
  return new Set(found.map(({ id }) => id));
}

/** Which of these entries an export takes. */
export function findExported(tx: RawTx, range: ExportRange, ids: readonly string[]): Promise<Set<string>> {
  return findAmong(tx, range, { name: "l.entry_id", join: "" }, ids);
}

/** Which of these compartments have a part in an entry that an export takes. */
export function findCompartments(
  tx: RawTx,
  range: ExportRange,
  ids: readonly string[],
): Promise<Set<string>> {
  const join = "JOIN audit_part p ON p.entry_id = l.entry_id";
  return findAmong(tx, range, { name: "p.compartment_id", join }, ids);
}

const Bytes = z.custom<Uint8Array>((value) => value instanceof Uint8Array);
/** A part under a compartment, and the org part of its entry. */
const BesideOrg = z.object({
  compartment: z.string(),
  part: z.string(),
  seq: Seq,
  entry_id: z.string(),
  c: z.string(),
  compartment_id: z.string(),
  stored: Bytes,
});
type BesideOrg = z.infer<typeof BesideOrg>;
const BESIDE_BATCH = 200;

/** The org parts beside parts under these compartments, of what an export takes, a batch at a time. */
export async function* readOrgBeside(
  tx: RawTx,
  { conditions, log, size }: ExportRange,
  compartments: readonly string[],
): AsyncGenerator<BesideOrg[]> {
  let [seq, part, more] = [-1, "", compartments.length > 0];
  while (more) {
    const own = conditions.copy().add("l.log = ?", log).add("l.seq < ?::bigint", size);
    own.add("p.compartment_id = ANY (?::uuid[])", compartments);
    own.add("l.seq >= ?::bigint", seq);
    const [at, after] = [own.parameter(seq), own.parameter(part)];
    const { rows } = await tx.query(
      `SELECT p.compartment_id::text AS compartment, p.c AS part, l.seq, l.entry_id::text, o.c, o.compartment_id::text, o.stored
       FROM ${FROM} JOIN audit_part p ON p.entry_id = l.entry_id
         JOIN audit_part o ON o.entry_id = l.entry_id AND o.c = 'org'
       WHERE e.bytes IS NOT NULL AND ${own.text} AND (l.seq > ${at}::bigint OR p.c COLLATE "C" > ${after}::text COLLATE "C")
       ORDER BY l.seq, p.c COLLATE "C" LIMIT ${BESIDE_BATCH}`,
      own.values,
    );
    const found = z.array(BesideOrg).parse(rows);
    yield found;
    const last = found.at(-1);
    more = found.length === BESIDE_BATCH;
    if (last !== undefined) [seq, part] = [last.seq, last.part];
  }
}

/** Which of these numbers are entries behind no fence of the reader's that the export itself does not take. */
export async function findBeside(
  tx: RawTx,
  { conditions, log, size }: ExportRange,
  fence: Conditions,
  seqs: readonly number[],
): Promise<number[]> {
  if (seqs.length === 0) return [];
  const own = fence.copy().add("l.log = ?", log).add("l.seq < ?::bigint", size);
  own.add("l.seq = ANY (?::bigint[])", seqs).addNone(conditions);
  const { rows } = await tx.query(
    `SELECT l.seq FROM ${FROM} WHERE e.bytes IS NOT NULL AND ${own.text} ORDER BY l.seq`,
    own.values,
  );
  return z
    .array(z.object({ seq: Seq }))
    .parse(rows)
    .map(({ seq }) => seq);
}
