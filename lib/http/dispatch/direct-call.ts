import "server-only";
import type { IncomingMessage, ServerResponse } from "node:http";
import { type Duplex, Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { constants, createGzip, gzip } from "node:zlib";
import { BODY_LIMITS } from "@/lib/http/body/read-body";
import type { CallBody, CallRequest } from "@/lib/http/endpoint/call-request";
import type { HttpAnswer } from "@/lib/http/endpoint/http-answer";

// A call on its own connection, without Request, Response and their streams, which cost more than a read of one record.

/** Shorter answers are sent as they are. */
const MIN_CODED_BYTES = 1024;
const CODED = /^(?:text\/|application\/(?:[\w.-]+\+)?(?:json|ndjson)\b)/;
const TAKES_GZIP = /(?:^|,)\s*gzip\s*(?:;\s*q=(?:1(?:\.0*)?|0\.\d*[1-9]\d*)\s*)?(?:,|$)/i;

/** How much of a body is read away before a call is answered that did not take all of it. */
const MAX_READ_AWAY = BODY_LIMITS.upload;

function bodyOf(incoming: IncomingMessage): CallBody {
  return {
    pass: (take) =>
      new Promise((resolve, reject) => {
        const close = () => reject(new Error("the connection was closed"));
        if (incoming.destroyed) close();
        const onData = (chunk: Uint8Array): void => {
          if (take(chunk)) return;
          incoming.off("data", onData).pause();
          resolve();
        };
        incoming.on("data", onData).once("end", resolve).once("error", reject).once("close", close);
      }),
  };
}

/**
 * Reads away what a refused call did not take: a sender that is answered in the middle of its sending may see its
 * connection break and no answer. The server's time limit for a request ends one that sends too slowly.
 */
function readAway(incoming: IncomingMessage): Promise<void> {
  return new Promise((resolve) => {
    let length = 0;
    const onData = (chunk: Uint8Array): void => {
      length += chunk.length;
      if (length > MAX_READ_AWAY) resolve();
    };
    incoming.on("data", onData).once("end", resolve).once("error", resolve).once("close", resolve);
    incoming.resume();
    if (incoming.destroyed) resolve();
  });
}

function headersOf({ headers }: IncomingMessage): CallRequest["headers"] {
  const find = (name: string): string | null => {
    const key = name.toLowerCase();
    const value = Object.hasOwn(headers, key) ? headers[key] : undefined;
    return Array.isArray(value) ? value.join(", ") : (value ?? null);
  };
  return { get: find, has: (name) => find(name) !== null };
}

/** Returns a call as it arrived on its connection. */
export function readDirectCall(incoming: IncomingMessage): CallRequest {
  const { method = "GET", url = "/" } = incoming;
  const hasBody = method !== "GET" && method !== "HEAD";
  return {
    method,
    url: new URL(`http://portal${url}`),
    headers: headersOf(incoming),
    body: hasBody ? bodyOf(incoming) : null,
  };
}

function isCoded({ headers }: HttpAnswer): boolean {
  return (
    CODED.test(headers["content-type"] ?? "") &&
    headers["content-encoding"] === undefined &&
    headers["cache-control"]?.includes("no-transform") !== true
  );
}

function compressed(bytes: string | Uint8Array): Promise<Uint8Array> {
  return new Promise((resolve, reject) =>
    gzip(bytes, (error, coded) => (error === null ? resolve(coded) : reject(error))),
  );
}

/** Sends a stream with back pressure. A client that leaves cancels it. */
async function sendStream(
  answer: HttpAnswer & { readonly body: ReadableStream<Uint8Array> },
  takesGzip: boolean,
  outgoing: ServerResponse,
): Promise<void> {
  const { status, headers, body } = answer;
  const mayCode = isCoded(answer);
  const isEvents = headers["content-type"] === "text/event-stream";
  const coding: Duplex[] =
    mayCode && takesGzip
      ? [createGzip({ flush: isEvents ? constants.Z_SYNC_FLUSH : constants.Z_NO_FLUSH })]
      : [];
  outgoing.writeHead(status, {
    ...withVary(headers, mayCode),
    ...(coding.length === 0 ? {} : { "content-encoding": "gzip" }),
  });
  outgoing.flushHeaders();
  await pipeline([Readable.fromWeb(body as never), ...coding, outgoing]);
}

function withVary(headers: HttpAnswer["headers"], mayCode: boolean): Record<string, string> {
  return mayCode ? { ...headers, vary: "Accept-Encoding" } : headers;
}

/** Sends an answer on the connection of its call, compressed where the client takes that and it pays. */
export async function sendAnswer(
  answer: HttpAnswer,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): Promise<void> {
  if (!incoming.complete) await readAway(incoming);
  const { status, headers, body } = answer;
  const takesGzip = TAKES_GZIP.test(String(incoming.headers["accept-encoding"] ?? ""));
  if (body instanceof ReadableStream) return sendStream({ ...answer, body }, takesGzip, outgoing);
  if (body === null) {
    outgoing.writeHead(status, headers).end();
    return;
  }
  const mayCode = isCoded(answer);
  const isCompressed = mayCode && takesGzip && Buffer.byteLength(body) >= MIN_CODED_BYTES;
  const bytes = isCompressed ? await compressed(body) : body;
  const coding = isCompressed ? { "content-encoding": "gzip" } : {};
  const length = { "content-length": String(Buffer.byteLength(bytes)) };
  outgoing.writeHead(status, { ...withVary(headers, mayCode), ...coding, ...length }).end(bytes);
}
