import "server-only";
import type { OperationSpec } from "@/lib/api-client/operation";
import { DomainError } from "@/lib/errors";
import { mediaTypeOf } from "@/lib/http/body/read-body";
import type { CallRequest } from "@/lib/http/endpoint/call-request";
import type { Site } from "@/lib/identity/sign-in/site";

const READS: ReadonlySet<string> = new Set(["GET", "HEAD", "OPTIONS"]);

function isFromOurPage(site: Site, headers: Pick<Headers, "get">): boolean {
  const fetchSite = headers.get("sec-fetch-site");
  const origin = headers.get("origin");
  if (fetchSite === null && origin === null) return false;
  return (
    (fetchSite === null || fetchSite === "same-origin") && (origin === null || site.origins.includes(origin))
  );
}

/** Whether a read was begun by our own pages or by the person, and not by a page of another port or site. */
export function isOwnRead(headers: Pick<Headers, "get">): boolean {
  const fetchSite = headers.get("sec-fetch-site");
  return fetchSite === null || fetchSite === "same-origin" || fetchSite === "none";
}

/** The same check for a page: links from other sites may open it, but other sites may not frame or fetch it. */
export function isOwnVisit(headers: Headers): boolean {
  const isNavigation =
    headers.get("sec-fetch-mode") === "navigate" && headers.get("sec-fetch-dest") === "document";
  return isNavigation || isOwnRead(headers);
}

function refused(detail: string): DomainError {
  return new DomainError("auth.origin", { detail });
}

/**
 * Returns why a call with a cookie does not count as the person's own act; undefined when it does. SameSite treats
 * every port of a host as one site, so reads are checked too: a page of another port may not make us log and count
 * them.
 */
export function originRefusal(
  site: Site,
  request: Pick<CallRequest, "method" | "headers">,
  operation: OperationSpec | undefined,
): DomainError | undefined {
  const { headers } = request;
  if (READS.has(request.method)) {
    return isOwnRead(headers)
      ? undefined
      : refused("Calls of a session must come from this portal's own pages.");
  }
  if (!isFromOurPage(site, headers))
    return refused(`Changes of a session must come from this portal's own pages, at ${site.origin}.`);
  const expected = operation?.upload === undefined ? "application/json" : "multipart/form-data";
  return mediaTypeOf(headers.get("content-type") ?? "") === expected
    ? undefined
    : refused(`Changes of a session must be sent as ${expected}.`);
}
