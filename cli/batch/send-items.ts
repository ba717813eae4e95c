import { ApiProblem } from "@/lib/api-client/client/client";
import { createTransactionBatch, getTransaction } from "@/lib/api-client/operations/transactions";
import type { BatchResult } from "@/lib/transactions/schema";
import type { Connection } from "../command";
import type { Journal, Result } from "./journal";
import type { Item } from "./read-items";

/** The API takes 8 MB; the text around the items is small. */
const MAX_BYTES = (8 << 20) - 65_536;
/** How often a request is sent under another key where the outcome of the earlier one is unknown. */
const TRIES = 3;

export interface Sending {
  readonly connection: Connection;
  readonly journal: Journal;
  readonly atMost: number;
  readonly wait: (ms: number) => Promise<void>;
  readonly onResults: (results: readonly Result[]) => Promise<void>;
}

interface Ready {
  readonly line: number;
  /** The input names the id, so it may be another person's. */
  readonly isOwnId: boolean;
  readonly value: Readonly<Record<string, unknown>>;
  readonly bytes: number;
}

function readyOf(item: Item, journal: Journal): Ready | Result {
  const { line, value, problem } = item;
  if (value === undefined)
    return {
      line,
      status: 400,
      problem: { code: "request.malformed", detail: problem ?? "it cannot be read" },
    };
  const isOwnId = value.transaction_id !== undefined;
  const sent = isOwnId ? value : { ...value, transaction_id: journal.idOf(line) };
  const bytes = Buffer.byteLength(JSON.stringify(sent)) + 1;
  if (bytes > MAX_BYTES)
    return { line, status: 413, problem: { code: "request.too-large", detail: "it is larger than 8 MB" } };
  return { line, isOwnId, value: sent, bytes };
}

const isReady = (one: Ready | Result): one is Ready => "bytes" in one;

/** Parts of at most this many items and bytes. */
function* chunksOf(items: readonly Ready[], atMost: number): Generator<Ready[]> {
  let chunk: Ready[] = [];
  let bytes = 0;
  for (const item of items) {
    if (chunk.length > 0 && (chunk.length === atMost || bytes + item.bytes > MAX_BYTES)) {
      yield chunk;
      chunk = [];
      bytes = 0;
    }
    chunk.push(item);
    bytes += item.bytes;
  }
  if (chunk.length > 0) yield chunk;
}

/** Returns whether the first request of this key still runs, or has ended with an unknown outcome. */
function isUnknown(error: unknown): boolean {
  return error instanceof ApiProblem && error.code === "idempotency.in-progress";
}

/**
 * Sends a chunk and answers its results. A request that a former run has sent is answered without them (only its status is
 * kept, api.md): under another key each of its items then says that it exists. Its ids make it one, whatever is sent.
 */
async function send(
  chunk: readonly Ready[],
  { connection, journal, wait }: Sending,
): Promise<readonly BatchResult[]> {
  const body = { transactions: chunk.map(({ value }) => value) };
  const text = JSON.stringify(body);
  for (let attempt = 0; attempt < TRIES; attempt += 1) {
    try {
      const idempotencyKey = journal.keyOf(text, attempt);
      const answer: unknown = await connection.call(createTransactionBatch, { body, idempotencyKey });
      const results = Reflect.get(Object(answer), "results");
      if (Array.isArray(results)) return results as BatchResult[];
    } catch (error) {
      if (!isUnknown(error)) throw error;
      await wait(5_000);
    }
  }
  throw new ApiProblem(409, "idempotency.in-progress", "", {
    title: "The outcome of an earlier request is not known yet",
    detail: "Run the same command again later: no transaction is made twice.",
  });
}

/** An id of the input that already exists: of the same transaction, sent before, or of another one. */
async function judgeTaken(item: Ready, refused: Result, { connection }: Sending): Promise<Result> {
  const transaction_id = String(item.value.transaction_id);
  const made = { line: item.line, status: 200, transaction_id, made_before: true };
  if (!item.isOwnId) return made;
  try {
    const found = await connection.call(getTransaction, { params: { id: transaction_id } });
    return found.job_id === item.value.job_id ? made : refused;
  } catch (error) {
    if (error instanceof ApiProblem && error.status < 500 && error.status !== 429) return refused;
    throw error;
  }
}

/** Returns the problem for the line: the item's position in its call does not help a reader of line numbers. */
function ofTheLine(problem: NonNullable<BatchResult["problem"]>): NonNullable<BatchResult["problem"]> {
  const { errors } = problem;
  if (!Array.isArray(errors)) return problem;
  return {
    ...problem,
    errors: errors.map((error) => ({ ...error, pointer: error.pointer.replace(/^\/transactions\/\d+/, "") })),
  };
}

async function resultOf(item: Ready, answered: BatchResult | undefined, sending: Sending): Promise<Result> {
  const { line } = item;
  if (answered === undefined)
    return {
      line,
      status: 500,
      problem: { code: "unknown", detail: "the portal did not report the outcome" },
    };
  const { status, transaction_id, receipt, problem } = answered;
  if (problem === undefined)
    return {
      line,
      status,
      ...(transaction_id === undefined ? {} : { transaction_id }),
      ...(receipt === undefined ? {} : { receipt }),
    };
  const refused: Result = { line, status, problem: ofTheLine(problem) };
  return problem.code === "transaction.exists" ? judgeTaken(item, refused, sending) : refused;
}

/**
 * Sends what an earlier run did not make, chunk after chunk; each chunk's results are on the disk before the next one.
 */
export async function sendItems(items: readonly Item[], sending: Sending): Promise<void> {
  const { journal, atMost, onResults } = sending;
  const judged = items.filter(({ line }) => !journal.made.has(line)).map((item) => readyOf(item, journal));
  const refused = judged.filter((one): one is Result => !isReady(one));
  if (refused.length > 0) await onResults(refused);
  for (const chunk of chunksOf(judged.filter(isReady), atMost)) {
    const answered = new Map((await send(chunk, sending)).map((one) => [one.index, one]));
    const results: Result[] = [];
    for (const [at, item] of chunk.entries()) results.push(await resultOf(item, answered.get(at), sending));
    journal.add(results);
    await onResults(results);
  }
}
