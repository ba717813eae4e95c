import "server-only";
import { issueReceipt } from "@/lib/audit/record/issue-receipt";
import type { Context } from "@/lib/context/context";
import { DomainError } from "@/lib/errors";
import type { ActiveKey } from "@/lib/keys/active-keys";
import type { BatchAnswer, BatchResult, NewBatch, NewTransaction } from "@/lib/transactions/schema";
import { parseItem, problemResult } from "@/lib/transactions/submit/batch-problem";
import { batchTurns } from "@/lib/transactions/submit/batch-turns";
import { prepareDrafts } from "@/lib/transactions/submit/prepare-drafts";
import type { Draft } from "@/lib/transactions/submit/seal-transaction";
import { type Stored, sealAndStore } from "@/lib/transactions/submit/store-sealed";
import { requireSubmitter } from "@/lib/transactions/submit/submit-transaction";

/** Transactions stored together if the batch is not atomic. */
const SLICE = 100;

interface Item {
  readonly index: number;
  readonly outcome: Draft | DomainError;
}

async function prepareItems(cx: Context, submitter: string, values: readonly unknown[]) {
  const parsed = values.map(parseItem);
  const inputs = parsed.filter((item): item is NewTransaction => !(item instanceof DomainError));
  const { drafts, keys } = await prepareDrafts(cx, submitter, inputs);
  let next = 0;
  const items = parsed.map((item, index): Item => {
    if (item instanceof DomainError) return { index, outcome: item };
    const outcome = drafts[next++];
    return { index, outcome: outcome ?? new DomainError("request.invalid") };
  });
  return { items, keys };
}

async function storedResult(cx: Context, index: number, stored: Stored): Promise<BatchResult> {
  const receipt = await issueReceipt(cx, stored.entry);
  return { index, status: 201, transaction_id: stored.sealed.draft.id, receipt };
}

interface Accepted {
  readonly index: number;
  readonly draft: Draft;
}

async function storeSlice(
  cx: Context,
  slice: readonly Accepted[],
  keys: readonly ActiveKey[],
): Promise<BatchResult[]> {
  const stored = await sealAndStore(
    cx,
    slice.map((item) => item.draft),
    keys,
  );
  return Promise.all(
    slice.flatMap((item, at) => {
      const one = stored[at];
      return one === undefined ? [] : [storedResult(cx, item.index, one)];
    }),
  );
}

/** Stores a slice one by one to find the item that caused a refusal during storing. */
async function storeOrSplit(
  cx: Context,
  slice: readonly Accepted[],
  keys: readonly ActiveKey[],
): Promise<BatchResult[]> {
  try {
    return await storeSlice(cx, slice, keys);
  } catch (error) {
    if (!(error instanceof DomainError) || error.status >= 500) throw error;
    const [only, ...others] = slice;
    if (only !== undefined && others.length === 0) return [problemResult(only.index, error)];
  }
  const results: BatchResult[] = [];
  for (const item of slice) results.push(...(await storeOrSplit(cx, [item], keys)));
  return results;
}

function notStored(items: readonly Item[]): BatchResult[] {
  const left = new DomainError("batch.not-stored", {
    detail: "Another item of this atomic batch was refused.",
  });
  return items.map(({ index, outcome }) =>
    problemResult(index, outcome instanceof DomainError ? outcome : left),
  );
}

async function storeAll(cx: Context, items: readonly Item[], keys: readonly ActiveKey[], atomic: boolean) {
  const accepted = items.flatMap(({ index, outcome }): Accepted[] =>
    outcome instanceof DomainError ? [] : [{ index, draft: outcome }],
  );
  if (atomic) return accepted.length < items.length ? notStored(items) : storeSlice(cx, accepted, keys);
  const results = items.flatMap(({ index, outcome }) =>
    outcome instanceof DomainError ? [problemResult(index, outcome)] : [],
  );
  for (let at = 0; at < accepted.length; at += SLICE) {
    results.push(...(await storeOrSplit(cx, accepted.slice(at, at + SLICE), keys)));
  }
  return results;
}

/** Submits up to 1,000 transactions; keys are looked up once. Atomic: all of them or none. */
export async function submitBatch(cx: Context, input: NewBatch): Promise<BatchAnswer> {
  const submitter = requireSubmitter(cx);
  const results = await batchTurns(cx.db.prepared.pool).hold(async () => {
    const { items, keys } = await prepareItems(cx, submitter, input.transactions);
    return storeAll(cx, items, keys, input.atomic);
  });
  return { results: [...results].sort((a, b) => a.index - b.index) };
}
