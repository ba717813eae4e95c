// The room ipc: calls between the processes of an instance, over HTTP on a Unix socket or a network address. This file
// serves, client.ts calls, service-url.ts parses addresses. A handler that throws answers 500 without a detail, so no
// value leaves the process by an error.

import "server-only";
import { chmod, mkdir, rm } from "node:fs/promises";
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from "node:http";
import path from "node:path";
import { parseServiceUrl } from "@/lib/ipc/service-url";

export interface ServiceRequest {
  readonly method: string;
  /** Path without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
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
}

export interface ServiceServer {
  /** Stops accepting, lets running calls finish for up to `drainMs`, then cuts them. */
  close(drainMs?: number): Promise<void>;
}

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

async function answerOne(
  handler: ServiceHandler,
  options: ServeOptions,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  try {
    const target = new URL(request.url ?? "/", "http://service");
    const body = await readBody(request, options.maxBodyBytes ?? DEFAULT_MAX_BODY_BYTES);
    send(
      response,
      await handler({
        method: request.method ?? "GET",
        path: target.pathname,
        query: target.searchParams,
        headers: request.headers,
        body,
      }),
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

async function listen(server: Server, url: string): Promise<void> {
  const address = parseServiceUrl(url);
  if (address.kind === "tcp" && address.isSecure)
    throw new TypeError("TLS ends before this server: serve http:// on loopback behind a proxy");
  if (address.kind === "socket") {
    await mkdir(path.dirname(address.path), { recursive: true, mode: 0o700 });
    // A socket left by a process that was killed would make listen fail; the supervisor runs one of each.
    await rm(address.path, { force: true });
  }
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    const onListening = (): void => {
      server.removeListener("error", reject);
      resolve();
    };
    if (address.kind === "socket") server.listen(address.path, onListening);
    else server.listen(address.port, address.host, onListening);
  });
  if (address.kind === "socket") await chmod(address.path, 0o600);
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

/** Serves `handler` at a service URL. Bodies are bounded, slow senders are cut. */
export async function serveHttp(
  url: string,
  handler: ServiceHandler,
  options: ServeOptions = {},
): Promise<ServiceServer> {
  const server = createServer((request, response) => {
    void answerOne(handler, options, request, response);
  });
  server.headersTimeout = 10_000;
  server.requestTimeout = 30_000;
  server.keepAliveTimeout = 65_000;
  await listen(server, url);
  return { close: (drainMs = 2_000) => closeServer(server, drainMs) };
}
