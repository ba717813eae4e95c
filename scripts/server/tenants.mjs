import { refusalOf } from "./refusal.mjs";

// Whose call this is, in a portal of several tenants. instrumentation.ts puts what knows it on globalThis
// (lib/http/dispatch/tenants.ts); a portal of one tenant has nothing there.

const SLOT = Symbol.for("sealport.tenants");

const NO_TENANT = {
  status: 400,
  code: "request.malformed",
  title: "The request could not be read",
  detail: "No portal here has this host name.",
};

/** Answers a call for the tenant whose portal has its host name, or refuses it where there is none. */
export function forTenant(request, response, answer) {
  const enter = globalThis[SLOT];
  if (typeof enter !== "function") return answer();
  if (enter(request, answer)) return undefined;
  const { status, headers, body } = refusalOf(NO_TENANT);
  response.writeHead(status, headers).end(request.method === "HEAD" ? undefined : body);
  return undefined;
}
