import "server-only";

const METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"] as const;

/**
 * One handler under every method that Next knows: Next answers a method that a route file does not export with an empty
 * body, and we answer 405 as a problem document with Allow.
 */
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
