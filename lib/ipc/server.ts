// The room ipc: calls between the processes of an instance, over HTTP on a Unix socket or a network address. This file
// serves, client.ts calls, service-url.ts parses addresses. A handler that throws answers 500, with no detail or value.

import "server-only";
import { unwatchFile, watchFile } from "node:fs";
import { rm } from "node:fs/promises";
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from "node:http";
import { createServer as createSecureServer } from "node:https";
import { TLSSocket } from "node:tls";
import { isUuid } from "@/lib/crypto/uuid";
import { identityOf, PARTS, type Part, partIdentity, partOf } from "@/lib/ipc/part-identity";
import { parseServiceUrl, type ServiceAddress } from "@/lib/ipc/service-url";
import { makeSocketFolder, shareSocket } from "@/lib/ipc/socket-group";
import { leaveUnnoted } from "@/lib/telemetry/request-facts";
import { inSpan } from "@/lib/telemetry/tracing/spans";
import type { SpanStart } from "@/lib/telemetry/tracing/tracer";

export interface ServiceRequest {
  readonly method: string;
  /** Path without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  /** The part that the caller's certificate names; undefined on a socket, where permissions decide who may call. */
  readonly caller?: Part | undefined;
}

export interface ServiceAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Bytes and text go as they are, anything else as JSON. */
  readonly body?: unknown;
}

export type ServiceHandler = (request: ServiceRequest) => Promise<ServiceAnswer>;

export interface ServeOptions {
  readonly maxBodyBytes?: number;
  /** Called when a handler threw; the caller of the service sees only status 500. */
  readonly onError?: (error: unknown) => void;
  /** The parts that may make a call over mtls://; without it every part may. */
  readonly callersOf?: (method: string, path: string) => readonly Part[];
  /** How often the certificate's files are checked for a change, in milliseconds; a minute by default. */
  readonly renewalMs?: number;
  /** Group of the Unix socket, by name or number. */
  readonly socketGroup?: string | undefined;
  /** Address to listen at, if it is not the one that callers use. */
  readonly host?: string | undefined;
}

export interface ServiceServer {
  /** Stops accepting, lets running calls finish for up to `drainMs`, then cuts them. */
  close(drainMs?: number): Promise<void>;
}

const RENEWAL_MS = 60_000;
const DEFAULT_MAX_BODY_BYTES = 8 * 1024 * 1024;

class BodyTooLarge extends Error {}

async function readBody(request: IncomingMessage, maxBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let total = 0;
  for await (const chunk of request) {
    const bytes = Buffer.from(chunk);
    total += bytes.length;
    if (total > maxBytes) throw new BodyTooLarge();
    chunks.push(bytes);
  }
  return Buffer.concat(chunks);
}

function send(response: ServerResponse, answer: ServiceAnswer): void {
  const { body } = answer;
  const isRaw = typeof body === "string" || body instanceof Uint8Array;
  const payload = isRaw ? Buffer.from(body) : Buffer.from(body === undefined ? "" : JSON.stringify(body));
  const type = isRaw ? "application/octet-stream" : "application/json";
  response.writeHead(answer.status, {
    "content-type": type,
    "content-length": String(payload.length),
    ...answer.headers,
  });
  response.end(payload);
}

function isMutual({ socket }: IncomingMessage): boolean {
  return socket instanceof TLSSocket;
}

/** Returns the part that the caller's certificate names. TLS has already checked the certificate's chain. */
function callerOf({ socket }: IncomingMessage): Part | undefined {
  return socket instanceof TLSSocket ? partOf(socket.getPeerCertificate().subject?.CN) : undefined;
}

/** Runs a handler within a span of its caller's trace. If the caller is not traced, no span begins. */
function inCallersTrace<T>(run: () => Promise<T>, { method, url, headers }: IncomingMessage): Promise<T> {
  const { traceparent, "x-request-id": requestId } = headers;
  if (typeof traceparent !== "string") return run();
  const start = (): SpanStart => ({
    name: `${method} ${(url ?? "/").split("?", 1)[0]}`,
    kind: "server",
    parent: traceparent,
    requestId: typeof requestId === "string" && isUuid(requestId) ? requestId : undefined,
  });
  return inSpan(start, run);
}

async function answerOne(
  handler: ServiceHandler,
  options: ServeOptions,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  try {
    const target = new URL(request.url ?? "/", "http://service");
    const method = request.method ?? "GET";
    const caller = callerOf(request);
    const callers = options.callersOf?.(method, target.pathname) ?? PARTS;
    if (isMutual(request) && (caller === undefined || !callers.includes(caller))) {
      send(response, { status: 403, headers: { connection: "close" }, body: { reason: "caller" } });
      return;
    }
    const body = await readBody(request, options.maxBodyBytes ?? DEFAULT_MAX_BODY_BYTES);
    const { pathname: path, searchParams: query } = target;
    const { headers } = request;
    send(
      response,
      await inCallersTrace(() => handler({ method, path, query, headers, body, caller }), request),
    );
  } catch (error) {
    if (error instanceof BodyTooLarge) {
      send(response, { status: 413, headers: { connection: "close" } });
      request.destroy();
      return;
    }
    options.onError?.(error);
    if (response.headersSent) response.destroy();
    else send(response, { status: 500 });
  }
}

async function listen(
  server: Server,
  address: ServiceAddress,
  { socketGroup: group, host }: ServeOptions,
): Promise<void> {
  if (address.kind === "socket") {
    await makeSocketFolder(address.path);
    // A killed process leaves its socket, and listen would fail. The supervisor runs only one process of each part.
    await rm(address.path, { force: true });
  }
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    const onListening = (): void => {
      server.removeListener("error", reject);
      resolve();
    };
    if (address.kind === "socket") server.listen(address.path, onListening);
    else server.listen(address.port, host ?? address.host, onListening);
  });
  if (address.kind === "socket") await shareSocket(address.path, group);
}

function closeServer(server: Server, drainMs: number): Promise<void> {
  return new Promise((resolve) => {
    const cut = setTimeout(() => server.closeAllConnections(), drainMs);
    server.close(() => {
      clearTimeout(cut);
      resolve();
    });
    server.closeIdleConnections();
  });
}

/**
 * Returns a server that accepts only callers with a certificate of the instance's authority. When the files change, it
 * uses the new certificate. A certificate that is unreadable or lacks its key is reported, and the former one stays in
 * use.
 */
function createMutualServer(
  answer: (request: IncomingMessage, response: ServerResponse) => void,
  { renewalMs = RENEWAL_MS, onError }: ServeOptions,
): Server {
  const { files, ...identity } = partIdentity();
  const server = createSecureServer({ ...identity, requestCert: true, rejectUnauthorized: true }, answer);
  const renew = (): void => {
    try {
      server.setSecureContext(identityOf(files));
    } catch (error) {
      onError?.(error);
    }
  };
  const watched = [files.certificate, files.key, files.authority];
  for (const file of watched) watchFile(file, { interval: renewalMs, persistent: false }, renew);
  server.on("close", () => {
    for (const file of watched) unwatchFile(file, renew);
  });
  return server;
}

/** Serves `handler` at a service URL. Bodies have a maximum size, and slow senders are disconnected. */
export async function serveHttp(
  url: string,
  handler: ServiceHandler,
  options: ServeOptions = {},
): Promise<ServiceServer> {
  const address = parseServiceUrl(url);
  if (address.kind === "tcp" && address.security === "tls")
    throw new TypeError(
      "serve mtls:// for the parts of this instance, or http:// behind a proxy that ends TLS",
    );
  const answer = (request: IncomingMessage, response: ServerResponse): void => {
    void answerOne(handler, options, request, response);
  };
  const isMutual = address.kind === "tcp" && address.security === "mutual";
  const server = isMutual ? createMutualServer(answer, options) : createServer(answer);
  leaveUnnoted(server);
  server.headersTimeout = 10_000;
  server.requestTimeout = 30_000;
  server.keepAliveTimeout = 65_000;
  await listen(server, address, options);
  return { close: (drainMs = 2_000) => closeServer(server, drainMs) };
}
