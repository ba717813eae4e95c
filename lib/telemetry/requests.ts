import "server-only";
import { subscribe } from "node:diagnostics_channel";
import type { IncomingMessage, ServerResponse } from "node:http";
import { addressList, callerAddress } from "@/lib/addresses";
import { uuidv7 } from "@/lib/crypto/uuid";
import type { Logger } from "@/lib/telemetry/logger";
import { collectWith, counter, timer } from "@/lib/telemetry/metrics/registry";
import { processSlot } from "@/lib/telemetry/process-slot";
import { NOTED_REQUEST, OPEN_REQUESTS, statedId } from "@/lib/telemetry/request-facts";

const CHANNEL = "http.server.request.start";

const STARTED = processSlot<{ isOn: boolean }>("requests-noted", () => ({ isOn: false }));

const countRequest = counter("sealport_requests_total");
const countRefusal = counter("sealport_refusals_total");
const noteDuration = timer("sealport_request_duration_seconds");

interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

function isExchange(message: unknown): message is Exchange {
  return typeof message === "object" && message !== null && "request" in message && "response" in message;
}

/**
 * Leaves only headers that this process can rely on: the caller's address alone, the request's id, and the trace of a
 * trusted proxy. Next keeps a header that the caller sent, so without this a caller could choose the address that limits,
 * lists and the log use.
 */
function takeHeaders({ headers, socket }: IncomingMessage, isTrusted: (address: string) => boolean): string {
  const isFromProxy = socket.remoteAddress !== undefined && isTrusted(socket.remoteAddress);
  const stated = isFromProxy ? statedId(headers["x-request-id"]) : undefined;
  // One id names one request: a proxy that repeats one gets another.
  const id = stated === undefined || OPEN_REQUESTS.has(stated) ? uuidv7(Date.now()) : stated;
  headers["x-forwarded-for"] =
    callerAddress(socket.remoteAddress, headers["x-forwarded-for"], isTrusted) ?? "unknown";
  headers[NOTED_REQUEST] = id;
  if (!isFromProxy) delete headers.traceparent;
  delete headers.tracestate;
  return id;
}

const PROBES: Readonly<Record<string, string>> = { "/healthz": "healthz", "/readyz": "readyz" };

function wayOf(url: string): "api" | "page" | "static" {
  if (url.startsWith("/_next/")) return "static";
  return /^\/(?:confidential|scim|api)(?:[/?]|$)/.test(url) ? "api" : "page";
}

/** Counts a request that has ended, and writes its line. */
function noteEnd(logger: Logger, { request, response }: Exchange, id: string, ms: number): void {
  const facts = OPEN_REQUESTS.get(id) ?? {};
  OPEN_REQUESTS.delete(id);
  const url = request.url ?? "/";
  const way = wayOf(url);
  const probe = PROBES[url];
  const operation = facts.operation ?? probe ?? "none";
  const { actor, code } = facts;
  // A caller that left has had no whole answer. nginx writes the same status.
  const status = response.writableFinished ? response.statusCode : 499;
  countRequest(1, operation, way, String(status));
  noteDuration(ms, operation, way);
  if (code !== undefined) countRefusal(1, code);
  const line = {
    name: "request",
    request_id: id,
    operation,
    way,
    status,
    ms: Math.round(ms * 10) / 10,
    actor,
    code,
  };
  logger[way === "static" || probe !== undefined ? "debug" : "info"](line, "request answered");
}

/**
 * Notes every request of this process: sets the headers that the program relies on before Next sees them, and counts and
 * logs each request when it ends.
 */
export function noteRequests(trustedProxies: readonly string[], logger: Logger): void {
  if (STARTED.isOn) return;
  STARTED.isOn = true;
  const isTrusted = addressList(trustedProxies);
  collectWith("requests", () => [["sealport_requests_in_flight", OPEN_REQUESTS.size]]);
  subscribe(CHANNEL, (message) => {
    if (!isExchange(message)) return;
    const begun = performance.now();
    const id = takeHeaders(message.request, isTrusted);
    OPEN_REQUESTS.set(id, {});
    message.response.once("close", () => noteEnd(logger, message, id, performance.now() - begun));
  });
}
