import "server-only";
import type { Binding } from "@/lib/http/endpoint/bind";
import { answerRequest } from "@/lib/http/endpoint/endpoint";

type Params = Readonly<Record<string, string | string[] | undefined>>;
type Handler = (request: Request, route: { params: Promise<Params> }) => Promise<Response>;

const METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"] as const;
type Handlers = Readonly<Record<(typeof METHODS)[number], Handler>>;

/**
 * The handlers of one route file. Every method is exported, because Next answers a missing one with an empty
 * body and we answer 405 as a problem document with Allow.
 */
export function serve(path: string, bindings: readonly Binding[]): Handlers {
  for (const { operation } of bindings) {
    if (operation.path !== path)
      throw new Error(`${operation.id} is declared for ${operation.path}, not ${path}`);
  }
  const handler: Handler = async (request, route) =>
    answerRequest({ path, bindings }, request, await route.params);
  return handlersOf(handler);
}

/** One handler under every method that Next knows. */
export function handlersOf<H>(handler: H): Readonly<Record<(typeof METHODS)[number], H>> {
  return {
    GET: handler,
    HEAD: handler,
    POST: handler,
    PUT: handler,
    PATCH: handler,
    DELETE: handler,
    OPTIONS: handler,
  };
}
