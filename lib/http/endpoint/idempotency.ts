import "server-only";
import type { Kept, OperationSpec } from "@/lib/api-client/operation";
import type { Context } from "@/lib/context/context";
import { equalConstantTime, utf8 } from "@/lib/crypto/bytes";
import { hmacSha256 } from "@/lib/crypto/primitives";
import { DomainError } from "@/lib/errors";
import { Reply } from "@/lib/http/endpoint/bind";
import * as store from "@/lib/http/endpoint/idempotency-store";
import { invalid } from "@/lib/http/endpoint/problem";

const KEEP_MS = 24 * 60 * 60 * 1000;
const KEY_SHAPE = /^[\x21-\x7e]{1,255}$/;
/** Failures after which it is unknown whether the change was committed. */
const UNKNOWN_OUTCOME: ReadonlySet<string> = new Set([
  "service.database-unavailable",
  "service.audit-unavailable",
]);

type Plain = string | number | boolean | null | Plain[] | { [name: string]: Plain };

function keptAt(value: unknown, names: readonly string[]): Plain | undefined {
  if (Array.isArray(value)) return value.map((item) => keptAt(item, names) ?? {});
  if (typeof value === "object" && value !== null) return keptMembers(value, names);
  const isPlain = typeof value === "string" || typeof value === "number" || typeof value === "boolean";
  return (isPlain || value === null) && names.includes("") ? value : undefined;
}

/**
 * The members of an answer that may be kept, by declared path: `transaction_id`, or `results.transaction_id`
 * for that member of each item of a list. Whatever is not named is not kept.
 */
export function keptMembers(body: unknown, paths: readonly string[]): { [name: string]: Plain } {
  const kept: { [name: string]: Plain } = {};
  if (typeof body !== "object" || body === null) return kept;
  for (const [name, value] of Object.entries(body)) {
    const below = paths.filter((path) => path === name || path.startsWith(`${name}.`));
    if (below.length === 0) continue;
    const member = keptAt(
      value,
      below.map((path) => path.slice(name.length + 1)),
    );
    if (member !== undefined) kept[name] = member;
  }
  return kept;
}

/** Returns what a replay of this answer answers: with its receipt, and never what the operation leaves out. */
export function keptOf(body: unknown, kept: Kept): { [name: string]: Plain } {
  const entries = typeof body === "object" && body !== null ? Object.entries(body) : [];
  const isShown = (name: string) => ("keep" in kept ? name === "receipt" : !kept.allBut.includes(name));
  const whole = JSON.parse(JSON.stringify(Object.fromEntries(entries.filter(([name]) => isShown(name)))));
  return "keep" in kept ? { ...keptMembers(body, kept.keep), ...whole } : whole;
}

/** HMAC over operation, path with its query, and body, so that the same key elsewhere is another request. */
export function bodyHmac(key: Uint8Array, operation: string, path: string, body: Uint8Array): Uint8Array {
  return hmacSha256(key, utf8(`${operation}\n${path}\n`), body);
}

/** Returns the answer to a second call with the same key, by what is known of the first. */
export function judgeReplay(
  kept: store.KeptAnswer | undefined,
  operation: string,
  hmac: Uint8Array,
): Reply<Record<string, unknown>> {
  if (kept === undefined) throw new DomainError("idempotency.in-progress", { retryAfterSeconds: 1 });
  if (kept.operation !== operation || !equalConstantTime(kept.bodyHmac, hmac)) {
    throw new DomainError("idempotency.mismatch", {
      errors: [{ pointer: "", detail: "differs from the first request with this Idempotency-Key" }],
    });
  }
  if (kept.status === undefined) {
    throw new DomainError("idempotency.in-progress", {
      detail:
        "The first request is still running, or ended without a known outcome. Check whether it has created what you asked for.",
      retryAfterSeconds: 5,
    });
  }
  return new Reply(kept.status, kept.ids, { "idempotency-replayed": "true" });
}

interface IdempotentCall {
  readonly operation: OperationSpec;
  readonly header: string | null;
  /** With its query, which may say whose key is meant. */
  readonly path: string;
  readonly bodyBytes: Uint8Array;
  readonly instanceKey: Uint8Array;
}

function hasKnownOutcome(error: unknown): boolean {
  return error instanceof DomainError && !UNKNOWN_OUTCOME.has(error.code);
}

/**
 * Runs a creating call at most once per principal and key in 24 hours. What is kept of its answer is declared by the
 * operation: never a disclosed field or a new secret. A call without a known outcome keeps its key, since running it
 * again could create twice.
 */
export async function runIdempotent(
  cx: Context,
  call: IdempotentCall,
  run: () => Promise<Reply<unknown>>,
): Promise<Reply<unknown>> {
  const keep = call.operation.idempotent;
  if (keep === undefined || call.header === null) return run();
  if (!KEY_SHAPE.test(call.header))
    throw invalid("", "Idempotency-Key must be 1 to 255 visible ASCII characters");
  const id = { principal: cx.principal.userId, key: call.header, tenantId: cx.instance.tenantId };
  const hmac = bodyHmac(call.instanceKey, call.operation.id, call.path, call.bodyBytes);
  const now = cx.clock.now();
  const claim = {
    operation: call.operation.id,
    bodyHmac: hmac,
    now,
    expiresAt: new Date(now.getTime() + KEEP_MS),
  };
  const isFirst = await store.claimKey(cx.db.run, id, claim);
  if (!isFirst) return judgeReplay(await store.findKeptAnswer(cx.db.run, id), call.operation.id, hmac);
  return runFirst(cx, id, keep, run);
}

async function runFirst(
  cx: Context,
  id: store.IdempotencyKey,
  keep: Kept,
  run: () => Promise<Reply<unknown>>,
): Promise<Reply<unknown>> {
  let reply: Reply<unknown>;
  try {
    reply = await run();
  } catch (error) {
    if (hasKnownOutcome(error)) await store.releaseKey(cx.db.run, id);
    throw error;
  }
  const ids = keptOf(reply.body, keep);
  await store.keepAnswer(cx.db.run, id, { status: reply.status, ids, now: cx.clock.now() });
  return reply;
}
