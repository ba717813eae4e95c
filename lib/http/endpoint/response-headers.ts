import "server-only";

/** On every answer of the API, also where proxy.ts does not run (uploads). */
const STANDARD: Readonly<Record<string, string>> = {
  "cache-control": "no-store",
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
  "referrer-policy": "no-referrer",
  "content-security-policy": "default-src 'none'; frame-ancestors 'none'; sandbox",
  "cross-origin-resource-policy": "same-origin",
};

/** The answer with our headers over its own; the body is passed on untouched, or left out for HEAD. */
export function withHeaders(
  response: Response,
  headers: Readonly<Record<string, string>>,
  isHead: boolean,
): Response {
  const merged = new Headers(response.headers);
  // A file that is fetched in pieces must not be compressed on its way: its ranges count its own bytes.
  const isAsItIs = merged.get("cache-control")?.includes("no-transform") === true;
  for (const [name, value] of Object.entries({ ...STANDARD, ...headers })) merged.set(name, value);
  if (isAsItIs) merged.set("cache-control", "no-store, no-transform");
  const { status } = response;
  const hasNoBody = isHead || status === 204 || status === 304;
  if (hasNoBody) void response.body?.cancel();
  return new Response(hasNoBody ? null : response.body, { status, headers: merged });
}
