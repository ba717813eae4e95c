import "server-only";
import { subscribe } from "node:diagnostics_channel";
import type { IncomingMessage } from "node:http";
import { addressList, callerAddress } from "@/lib/addresses";

const CHANNEL = "http.server.request.start";
const SLOT = Symbol.for("sealport.client-address");

function incoming(message: unknown): IncomingMessage | undefined {
  if (typeof message !== "object" || message === null || !("request" in message)) return undefined;
  const { request } = message;
  return typeof request === "object" && request !== null && "socket" in request && "headers" in request
    ? (request as IncomingMessage)
    : undefined;
}

/**
 * Puts the caller's address alone into X-Forwarded-For before Next sees a request: the socket's own address or, if the
 * socket is one of the operator's proxies, the one that the proxies state. Next keeps a header that the caller sent, so
 * without this a caller could choose the address that limits, lists and the log use.
 */
export function noteClientAddresses(trustedProxies: readonly string[]): void {
  if (Reflect.get(globalThis, SLOT) === true) return;
  Reflect.set(globalThis, SLOT, true);
  const isTrusted = addressList(trustedProxies);
  subscribe(CHANNEL, (message) => {
    const request = incoming(message);
    if (request === undefined) return;
    const { headers, socket } = request;
    headers["x-forwarded-for"] =
      callerAddress(socket.remoteAddress, headers["x-forwarded-for"], isTrusted) ?? "unknown";
  });
}
