import type { Client } from "pg";
import { from as copyFrom, to as copyTo } from "pg-copy-streams";
import { formatMicros } from "@/lib/crypto/instant";
import { uuidv7 } from "@/lib/crypto/uuid";
import { pastTriggers } from "@/lib/testing/log/past-triggers";

// Copies of one real transaction, for tests and benches of how calls grow with the number of records. Every row has the columns and the
// sizes of a real one, and the entries get their leaves from the sequencer. Envelopes and sealed parts stay those of the copied record,
// so a copy cannot be opened.

/** The tables of a transaction, with the column that names it. Their triggers are off while copies are written. */
const RECORD_TABLES = [
  ["transaction", "id"],
  ["transaction_participant", "transaction_id"],
  ["transaction_group", "transaction_id"],
  ["transaction_version", "transaction_id"],
  ["wrap", "transaction_id"],
  ["escrow_registration", "transaction_id"],
] as const;
/** The tables of an entry. Their triggers stay on. */
const ENTRY_TABLES = [
  ["audit_entry", "id"],
  ["audit_part", "entry_id"],
  ["audit_queue", "entry_id"],
  ["audit_index", "entry_id"],
] as const;
const CHUNK = 500;
/** Copies are older than the record, a second each. */
const STEP_MICROS = 1_000_000n;

interface Template {
  readonly table: string;
  readonly columns: string;
  /** Rows in PostgreSQL's text form of COPY, without line ends. */
  readonly lines: readonly string[];
}

/** What differs between a record and its copy. */
interface Marks {
  readonly id: string;
  readonly entry: string;
  readonly created: string;
  readonly createdMicros: string;
  readonly at: string;
}

async function linesOf(admin: Client, select: string): Promise<string[]> {
  const chunks: Buffer[] = [];
  for await (const chunk of admin.query(copyTo(`COPY (${select}) TO STDOUT`))) chunks.push(chunk);
  const text = Buffer.concat(chunks).toString();
  return text === "" ? [] : text.trimEnd().split("\n");
}

async function templateOf(
  admin: Client,
  [table, column]: readonly [string, string],
  id: string,
): Promise<Template> {
  // Triggers set the transaction's number.
  const { rows } = await admin.query<{ columns: string }>(
    `SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) AS columns FROM pg_attribute
     WHERE attrelid = $1::regclass AND attnum > 0 AND NOT attisdropped AND attname <> 'xid'`,
    [table],
  );
  const columns = rows[0]?.columns ?? "";
  const lines = await linesOf(admin, `SELECT ${columns} FROM ${table} WHERE ${column} = '${id}'`);
  return { table, columns, lines };
}

/** Returns the queue's rows of an entry that has its leaf already: one for the record and for each of its participants. */
function queueOf(tenantId: string, { id, entry }: Marks): Template {
  const line = [entry, tenantId, `transaction:${id}`, "transaction.create"].join("\t");
  return { table: "audit_queue", columns: "entry_id, tenant_id, subject, action", lines: [line] };
}

/** Bytes are hexadecimal in COPY. Only an entry's own bytes contain what differs. */
const BYTES = /\\\\x([0-9a-f]*)/g;

function copied(line: string, old: Marks, own: Marks): string {
  const renamed = (text: string) =>
    text
      .replaceAll(old.id, own.id)
      .replaceAll(old.entry, own.entry)
      .replaceAll(old.at, own.at)
      .replaceAll(old.created, own.created)
      .replaceAll(old.createdMicros, own.createdMicros);
  return renamed(line).replaceAll(BYTES, (whole, hex: string) => {
    const text = Buffer.from(hex, "hex").toString("latin1");
    return text.includes(old.entry) ? `\\\\x${Buffer.from(renamed(text), "latin1").toString("hex")}` : whole;
  });
}

function write(admin: Client, { table, columns }: Template, lines: readonly string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const stream = admin.query(copyFrom(`COPY ${table} (${columns}) FROM STDIN`));
    stream.once("error", reject);
    stream.once("finish", resolve);
    stream.end(`${lines.join("\n")}\n`);
  });
}

async function marksOf(admin: Client, id: string): Promise<Marks & { readonly tenantId: string }> {
  const { rows } = await admin.query<Marks & { tenantId: string }>(
    `SELECT t.id::text, t.create_entry_id::text AS entry, t.created_at AS created, t.created_at_us::text AS "createdMicros",
            e.at, t.tenant_id::text AS "tenantId"
     FROM transaction t JOIN audit_entry e ON e.id = t.create_entry_id WHERE t.id = $1::uuid`,
    [id],
  );
  const [marks] = rows;
  if (marks === undefined) throw new Error(`no transaction ${id}`);
  return marks;
}

/**
 * Writes this many copies of a transaction, as the superuser and by COPY, and updates the statistics that plans are made with. Wait until
 * the custodian has confirmed the record, or its copies are registered one by one.
 */
export async function loadRecords(admin: Client, id: string, count: number): Promise<void> {
  const marks = await marksOf(admin, id);
  const templates: Template[] = [];
  for (const table of [...ENTRY_TABLES, ...RECORD_TABLES]) {
    const isRecord = RECORD_TABLES.some(([name]) => name === table[0]);
    if (table[0] === "audit_queue") templates.push(queueOf(marks.tenantId, marks));
    else templates.push(await templateOf(admin, table, isRecord ? marks.id : marks.entry));
  }
  const tables = RECORD_TABLES.map(([table]) => table);
  await pastTriggers(admin, tables, async () => {
    for (let from = 0; from < count; from += CHUNK) {
      const numbers = Array.from({ length: Math.min(CHUNK, count - from) }, (_, n) => BigInt(from + n + 1));
      const copies = numbers.map((n) => {
        const micros = BigInt(marks.createdMicros) - n * STEP_MICROS;
        const [own, entry] = [uuidv7(Number(micros / 1000n)), uuidv7(Number(micros / 1000n))];
        const at = formatMicros(micros);
        return { id: own, entry, created: at, createdMicros: String(micros), at };
      });
      await admin.query("BEGIN");
      for (const template of templates) {
        const { lines } = template;
        const rows = copies.flatMap((own) => lines.map((line) => copied(line, marks, own)));
        if (rows.length > 0) await write(admin, template, rows);
      }
      await admin.query("COMMIT");
    }
  });
  const all = [...ENTRY_TABLES, ...RECORD_TABLES].map(([table]) => table);
  await admin.query(`ANALYZE ${all.join(", ")}, audit_leaf`);
}
