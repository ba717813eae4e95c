import "server-only";
import { uuidv7 } from "@/lib/crypto/uuid";
import { DomainError } from "@/lib/errors";
import { internalProblem, problemHeaders, problemOf, problemResponse } from "@/lib/http/problem";
import { withHeaders } from "@/lib/http/response-headers";
import { handlersOf } from "@/lib/http/serve";

type Handler = (request: Request) => Promise<Response>;

/** Handlers of one of the few GETs without authentication: same headers, same problem documents, no limits. */
export function servePublic(answer: () => Promise<Response>) {
  const handler: Handler = async (request) => {
    const requestId = request.headers.get("x-request-id") ?? uuidv7(Date.now());
    const headers = { "x-request-id": requestId };
    const place = { requestId, instance: new URL(request.url).pathname };
    const isHead = request.method === "HEAD";
    try {
      return withHeaders(await answerGet(request, answer), headers, isHead);
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

async function answerGet(request: Request, answer: () => Promise<Response>): Promise<Response> {
  if (request.method === "OPTIONS")
    return new Response(null, { status: 204, headers: { allow: "GET, HEAD, OPTIONS" } });
  if (request.method !== "GET" && request.method !== "HEAD")
    throw new DomainError("request.method-not-allowed");
  return answer();
}
