import "server-only";
import { z } from "zod";
import type { OperationSpec } from "@/lib/api-client/operation";
import type { Context } from "@/lib/context/context";
import { isUuid } from "@/lib/crypto/uuid";
import type { ParsedInput } from "@/lib/http/endpoint/bind";
import { RecordName } from "@/lib/schema";
import { recordNamed } from "@/lib/transactions/read/record-name";

const OF_RECORD = /^\/confidential\/(?:transactions|admin\/record-access)\/\{id\}(\/|$)/;
const MEMBER = "transaction_id";
const LIST = "transactions";

type Members = Readonly<Record<string, unknown>>;

function isMembers(value: unknown): value is Members {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isName(value: unknown): value is string {
  return typeof value === "string" && !isUuid(value);
}

async function inMember(cx: Context, part: unknown, member: string): Promise<unknown> {
  if (!isMembers(part) || !isName(part[member])) return part;
  return { ...part, [member]: await recordNamed(cx, part[member]) };
}

/** Whether the body's `transactions` are names. Those of a batch are new transactions, which are checked one by one. */
function hasNames(body: OperationSpec["body"]): boolean {
  let list: unknown = body instanceof z.ZodObject ? body.shape[LIST] : undefined;
  while (list instanceof z.ZodOptional) list = list.unwrap();
  return list instanceof z.ZodArray && list.element === RecordName;
}

async function inList(cx: Context, part: unknown): Promise<unknown> {
  if (!isMembers(part)) return part;
  const named = part[LIST];
  if (!Array.isArray(named) || !named.some(isName)) return part;
  const ids: unknown[] = [];
  for (const one of named) ids.push(isName(one) ? await recordNamed(cx, one) : one);
  return { ...part, [LIST]: ids };
}

/**
 * Puts ids in the place of job names that a schema took (`RecordName`), so that use cases know ids only. A name of no
 * record that the caller may know of becomes an id that no record has. Throws `transaction.several`.
 */
export async function withRecordIds(
  cx: Context,
  { path, body }: OperationSpec,
  input: ParsedInput,
): Promise<ParsedInput> {
  const sent = await inMember(cx, input.body, MEMBER);
  return {
    ...input,
    params: OF_RECORD.test(path) ? await inMember(cx, input.params, "id") : input.params,
    query: await inMember(cx, input.query, MEMBER),
    body: hasNames(body) ? await inList(cx, sent) : sent,
  };
}
