import "server-only";
import { isUuid } from "@/lib/crypto/uuid";
import { processSlot } from "@/lib/telemetry/process-slot";

/** The header that carries a request's id within this process. What a caller sends under this name is replaced. */
export const NOTED_REQUEST = "x-noted-request";

/** Facts about a request at its end. They name no record, and the person only by a pseudonym. */
export interface RequestFacts {
  operation?: string;
  actor?: string;
  /** Code of the problem that was answered. */
  code?: string;
}

/** The requests that this process answers now, by id. */
export const OPEN_REQUESTS = processSlot<Map<string, RequestFacts>>("requests", () => new Map());

/** Returns the facts of a running request, to which its endpoint or page adds. Undefined where no server noted it. */
export function factsOfRequest(id: string): RequestFacts | undefined {
  return OPEN_REQUESTS.get(id);
}

/** Returns the id that a proxy states: a UUID, or its 32 digits as nginx writes them. Undefined for another text. */
export function statedId(header: string | string[] | undefined): string | undefined {
  const text = typeof header === "string" ? header.toLowerCase() : "";
  const [whole, ...groups] =
    /^([0-9a-f]{8})-?([0-9a-f]{4})-?([0-9a-f]{4})-?([0-9a-f]{4})-?([0-9a-f]{12})$/.exec(text) ?? [];
  const id = whole === undefined ? "" : groups.join("-");
  return isUuid(id) ? id : undefined;
}

const INNER_SERVERS = processSlot<WeakSet<object>>("inner-servers", () => new WeakSet());

/** Marks a server of this process whose requests are not callers' requests, such as that of metrics. */
export function leaveUnnoted(server: object): void {
  INNER_SERVERS.add(server);
}

export function isNoted(server: object): boolean {
  return !INNER_SERVERS.has(server);
}
