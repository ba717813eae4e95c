// The room import: records of an old system. read-records.ts reads the file, open-aitbc.ts opens a payload,
// map-aitbc.ts maps it to a submission, this file sends it over the API. Opened values are sealed again at once;
// reports and errors never have them.

import { type ApiClient, ApiProblem } from "@/lib/api-client/client/client";
import { listKeys } from "@/lib/api-client/operations/keys";
import { createTransactionBatch, getTransaction } from "@/lib/api-client/operations/transactions";
import { FormatError, OpenError } from "@/lib/crypto/format-error";
import { readAitbcRecord } from "./aitbc-record";
import { mapAitbc, type SentTransaction } from "./map-aitbc";
import { type AitbcHolder, openAitbc } from "./open-aitbc";

/** A batch of this size is sealed in seconds, and a lost connection repeats little work. */
const IMPORT_BATCH = 100;
const TRIES = 6;
const MAX_WAIT_MS = 30_000;

/** The outcome of one record. `source` is its id in the old system or, without an id, its position in the file. */
export interface Outcome {
  readonly source: string;
  readonly outcome: "taken" | "skipped" | "refused";
  readonly transaction_id?: string;
  /** Id of the log entry that records it. The entry's number is not known yet. */
  readonly entry_id?: string;
  readonly reason?: string;
}

export interface ImportOptions {
  readonly client: ApiClient;
  readonly holder: AitbcHolder;
  /** Participant who owns the API key. */
  readonly submitter: string;
  /** For amounts without a currency. */
  readonly currency: string | undefined;
  readonly wait: (ms: number) => Promise<void>;
  readonly onOutcome: (outcome: Outcome) => void;
}

interface Waiting {
  readonly source: string;
  readonly sent: SentTransaction & { readonly transaction_id: string };
}

/** The import cannot continue; the report has what was done so far. */
export class ImportStopped extends Error {
  override readonly name = "ImportStopped";
}

function nameOf(value: unknown, at: number): string {
  const id: unknown =
    typeof value === "object" && value !== null ? Reflect.get(value, "transaction_id") : undefined;
  return typeof id === "string" && id !== "" ? id.slice(0, 255) : `record ${at + 1}`;
}

function reasonOf(error: unknown): string {
  if (error instanceof OpenError) return "the private key does not open it, or a byte was changed";
  if (error instanceof FormatError) return error.message;
  throw error;
}

/** Reads, opens and maps one record. A fault in it is reported, and the others continue. */
function prepare(value: unknown, at: number, options: ImportOptions): Waiting | Outcome {
  const source = nameOf(value, at);
  try {
    const record = readAitbcRecord(value);
    const opened = record.sealed === undefined ? {} : openAitbc(record.sealed, options.holder);
    const sent = mapAitbc(record, opened, options);
    const { transaction_id } = sent;
    if (transaction_id === undefined) throw new FormatError("format.record", "the record has no id");
    return { source, sent: { ...sent, transaction_id } };
  } catch (error) {
    return { source, outcome: "refused", reason: reasonOf(error) };
  }
}

/** Returns whether the server did not answer: `fetch` then throws a TypeError with this text. */
export function isAway(error: unknown): boolean {
  return error instanceof TypeError && error.message === "fetch failed";
}

function isPassing(error: unknown): boolean {
  return error instanceof ApiProblem ? error.status === 429 || error.status >= 500 : isAway(error);
}

function waitOf(error: unknown, attempt: number): number {
  const seconds = error instanceof ApiProblem ? Number(error.problem.retry_after) : Number.NaN;
  return Math.min(Number.isFinite(seconds) ? seconds * 1000 : 500 * 2 ** attempt, MAX_WAIT_MS);
}

/** Retries a bounded number of times, while the service is down or asks to wait. */
async function persist<T>(options: ImportOptions, call: () => Promise<T>): Promise<T> {
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await call();
    } catch (error) {
      if (!isPassing(error) || attempt + 1 === TRIES) throw error;
      await options.wait(waitOf(error, attempt));
    }
  }
}

/**
 * Judges a record whose id exists already. It was imported before if the parties are the same; otherwise the id belongs
 * to another transaction.
 */
async function judgeTaken({ source, sent }: Waiting, options: ImportOptions): Promise<Outcome> {
  const { transaction_id } = sent;
  try {
    const found = await persist(options, () =>
      options.client.call(getTransaction, { params: { id: transaction_id } }),
    );
    const isSame = found.job_id === sent.job_id && found.occurred_at !== undefined;
    if (isSame) return { source, outcome: "skipped", transaction_id, reason: "it was imported before" };
  } catch (error) {
    if (!(error instanceof ApiProblem) || error.status !== 404) throw error;
  }
  return { source, outcome: "refused", transaction_id, reason: "its id is taken by another transaction" };
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

/** A batch may be sent again: its ids are the records' own, so that stored records are recognised. */
async function sendBatch(batch: readonly Waiting[], options: ImportOptions): Promise<void> {
  const { client, onOutcome } = options;
  const body = { transactions: batch.map(({ sent }) => sent) };
  const { results } = await persist(options, () => client.call(createTransactionBatch, { body }));
  for (const { index, status, transaction_id, receipt, problem } of results) {
    const item = batch[index];
    if (item === undefined) continue;
    const { source } = item;
    if (status === 201 && transaction_id !== undefined)
      onOutcome({
        source,
        outcome: "taken",
        transaction_id,
        ...(receipt ? { entry_id: receipt.entry_id } : {}),
      });
    else if (problem?.code === "transaction.exists") onOutcome(await judgeTaken(item, options));
    else {
      const reason = textOf(problem?.detail) ?? textOf(problem?.title) ?? `the API answered ${status}`;
      onOutcome({ source, outcome: "refused", reason: `${textOf(problem?.code) ?? ""} ${reason}`.trim() });
    }
  }
}

/**
 * The API shows only the key's own participant how much the key still opens. Any other submitter would become a party.
 */
async function requireSubmitter(options: ImportOptions): Promise<void> {
  const { client, submitter } = options;
  const query = { participant_id: submitter, limit: "1" };
  const { items } = await persist(options, () => client.call(listKeys, { query }));
  const [key] = items;
  if (key === undefined) throw new ImportStopped(`participant ${submitter} has no key`);
  if (key.remaining_wraps === undefined) throw new ImportStopped(`the API key is not ${submitter}'s`);
}

/**
 * Imports records one after another: opens each with the private key here and submits it over the API, where it is
 * sealed again for its participants and the escrow. Opened content is neither kept nor reported. A repeated run skips
 * what was imported before. Throws ImportStopped when the API key is another participant's, ApiProblem when the service
 * refuses the caller or stays down.
 */
export async function importAitbc(records: Iterable<unknown>, options: ImportOptions): Promise<void> {
  await requireSubmitter(options);
  const seen = new Set<string>();
  let batch: Waiting[] = [];
  let at = 0;
  for (const value of records) {
    const ready = prepare(value, at, options);
    at += 1;
    if ("outcome" in ready) {
      options.onOutcome(ready);
      continue;
    }
    if (seen.has(ready.sent.transaction_id)) {
      options.onOutcome({ source: ready.source, outcome: "skipped", reason: "it is in the file twice" });
      continue;
    }
    seen.add(ready.sent.transaction_id);
    batch.push(ready);
    if (batch.length < IMPORT_BATCH) continue;
    await sendBatch(batch, options);
    batch = [];
  }
  if (batch.length > 0) await sendBatch(batch, options);
}
