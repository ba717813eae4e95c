import "server-only";
import { uuidv7 } from "@/lib/crypto/uuid";
import { DomainError } from "@/lib/errors";
import { clientInfo } from "@/lib/http/endpoint/client-info";
import { internalProblem, problemHeaders, problemOf, problemResponse } from "@/lib/http/endpoint/problem";
import { withHeaders } from "@/lib/http/endpoint/http-answer";
import { handlersOf } from "@/lib/http/endpoint/serve";
import { addressKey } from "@/lib/addresses";
import { limitHeaders } from "@/lib/rate-limit/limits";
import { getRuntime } from "@/lib/runtime/slot";
import type { RawReply } from "@/lib/http/endpoint/bind";

type Handler = (request: Request) => Promise<Response>;

/** Draws on the budget of the caller's address; an instance that is not ready answers without counting. */
async function drawFor(request: Request, headers: Record<string, string>): Promise<void> {
  const runtime = await getRuntime().catch(() => undefined);
  if (runtime === undefined) return;
  const { address } = clientInfo(request.headers);
  const draw = await runtime.limits.take("anonymous", addressKey(address));
  Object.assign(headers, limitHeaders(draw, runtime.clock.nowMs()));
  if (!draw.success) throw new DomainError("rate.exceeded", { detail: "Try again later, see Retry-After." });
}

type Answer = (request: Request) => Promise<Response>;

/** Returns the answer with our headers over its own; a public document names its own caching rule. */
function finished(answer: Response, headers: Readonly<Record<string, string>>, isHead: boolean): Response {
  const kept = answer.headers.get("cache-control");
  return withHeaders(answer, kept === null ? headers : { ...headers, "cache-control": kept }, isHead);
}

/**
 * Returns handlers of one of the few GETs without authentication, with the same headers and problem documents as other calls. A
 * probe (`isProbe`) is for supervisors and load balancers. It has no budget, because they need an answer however often
 * they ask and whatever is down.
 */
export function servePublic(answer: Answer, { isProbe }: { readonly isProbe: boolean }) {
  const handler: Handler = async (request) => {
    const requestId = request.headers.get("x-request-id") ?? uuidv7(Date.now());
    const headers: Record<string, string> = { "x-request-id": requestId };
    const place = { requestId, instance: new URL(request.url).pathname };
    const isHead = request.method === "HEAD";
    try {
      if (!isProbe) await drawFor(request, headers);
      return finished(await answerGet(request, answer), headers, isHead);
    } catch (error) {
      if (!(error instanceof DomainError))
        return withHeaders(problemResponse(internalProblem(place)), headers, isHead);
      const allow: Record<string, string> = error.status === 405 ? { allow: "GET, HEAD, OPTIONS" } : {};
      const problem = problemResponse(problemOf(error, place), { ...problemHeaders(error), ...allow });
      return withHeaders(problem, headers, isHead);
    }
  };
  return handlersOf(handler);
}

async function answerGet(request: Request, answer: Answer): Promise<Response> {
  if (request.method === "OPTIONS")
    return new Response(null, { status: 204, headers: { allow: "GET, HEAD, OPTIONS" } });
  if (request.method !== "GET" && request.method !== "HEAD")
    throw new DomainError("request.method-not-allowed");
  return answer(request);
}

/** Returns an answer in plain text: signed notes and proofs. `filename` is the name for saving it. It must not come from a caller. */
export function textReply(text: string, filename?: string): RawReply {
  const naming = filename === undefined ? {} : { "content-disposition": `inline; filename="${filename}"` };
  const headers = { "content-type": "text/plain; charset=utf-8", ...naming };
  return { response: new Response(text, { headers }) };
}

/** Returns an answer of bytes: tiles and entry bundles. */
export function bytesReply(bytes: Uint8Array): RawReply {
  const headers = { "content-type": "application/octet-stream", "content-length": String(bytes.length) };
  return { response: new Response(Uint8Array.from(bytes), { headers }) };
}
