import "server-only";
import { subscribe } from "node:diagnostics_channel";
import type { IncomingMessage } from "node:http";

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
 * Puts the socket's own address into X-Forwarded-For before Next sees a request. Next keeps a header that the caller
 * sent, so without this a caller could choose the address that limits, lists and the log use.
 */
export function noteClientAddresses(): void {
  if (Reflect.get(globalThis, SLOT) === true) return;
  Reflect.set(globalThis, SLOT, true);
  subscribe(CHANNEL, (message) => {
    const request = incoming(message);
    if (request !== undefined) request.headers["x-forwarded-for"] = request.socket.remoteAddress ?? "unknown";
  });
}
