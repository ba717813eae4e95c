import "server-only";
import {
  Agent,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type RequestOptions,
  request,
} from "node:http";
import { type AgentOptions, Agent as SecureAgent, request as secureRequest } from "node:https";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import type { SecureContextOptions } from "node:tls";
import { isMarked, OperatorError } from "@/lib/errors";
import { type Part, partIdentity } from "@/lib/ipc/part-identity";
import { parseServiceUrl, type ServiceAddress } from "@/lib/ipc/service-url";
import { inSpan, traceHeaders } from "@/lib/telemetry/tracing/spans";

export interface ServiceCall {
  readonly method: string;
  readonly path: string;
  /** Bytes are sent as they are; anything else as JSON. */
  readonly body?: unknown;
  readonly timeoutMs: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly maxBytes?: number;
  /** The part of this instance that is called. Its spans then belong to the caller's trace. */
  readonly part?: Part;
}

export interface ServiceReply {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

const UNAVAILABLE = Symbol.for("sealport.service-unavailable");

/** The service did not give a whole answer in time. Callers map it to 503; its message names no content. */
export class ServiceUnavailable extends Error {
  override readonly name = "ServiceUnavailable";

  static override [Symbol.hasInstance](value: unknown): boolean {
    return isMarked(value, UNAVAILABLE);
  }

  get [UNAVAILABLE](): true {
    return true;
  }
}

const MAX_REPLY_BYTES = 64 * 1024 * 1024;
const KEPT = { keepAlive: true, maxSockets: 64, timeout: 60_000 };
const agent = new Agent(KEPT);
const secureAgent = new SecureAgent(KEPT);

function certificate(): SecureContextOptions {
  try {
    const { files: _files, ...identity } = partIdentity();
    return identity;
  } catch (error) {
    const reason = error instanceof OperatorError ? error.message : "the certificate cannot be read";
    throw new ServiceUnavailable(`this part cannot call others: ${reason}`);
  }
}

/** Connections to other parts. Each new one shows this part's certificate as it is then. */
class MutualAgent extends SecureAgent {
  override createConnection(options: AgentOptions, done?: (error: Error | null, stream: Duplex) => void) {
    return super.createConnection({ ...options, ...certificate() }, done);
  }
}
// Sessions are not resumed, because a resumed session would use the previous certificate.
const mutualAgent = new MutualAgent({ ...KEPT, maxCachedSessions: 0 });

const AGENTS = { none: agent, tls: secureAgent, mutual: mutualAgent };

function requestOptions(
  address: ServiceAddress,
  call: ServiceCall,
  body: Buffer | undefined,
): RequestOptions {
  const place =
    address.kind === "socket" ? { socketPath: address.path } : { host: address.host, port: address.port };
  const path = `${address.kind === "tcp" ? address.prefix : ""}${call.path}`;
  const isBytes = call.body instanceof Uint8Array;
  return {
    ...place,
    agent: AGENTS[securityOf(address)],
    method: call.method,
    path: path === "" ? "/" : path,
    headers: {
      ...(body === undefined
        ? {}
        : {
            "content-type": isBytes ? "application/octet-stream" : "application/json",
            "content-length": String(body.length),
          }),
      ...call.headers,
    },
  };
}

function securityOf(address: ServiceAddress): keyof typeof AGENTS {
  return address.kind === "tcp" ? address.security : "none";
}

function encodeBody(body: unknown): Buffer | undefined {
  if (body === undefined) return undefined;
  return body instanceof Uint8Array ? Buffer.from(body) : Buffer.from(JSON.stringify(body));
}

async function readReply(response: IncomingMessage, maxBytes: number): Promise<ServiceReply> {
  const chunks: Buffer[] = [];
  let total = 0;
  for await (const chunk of response) {
    const bytes = Buffer.from(chunk);
    total += bytes.length;
    if (total > maxBytes) {
      response.destroy();
      throw new ServiceUnavailable("the service's answer is too large");
    }
    chunks.push(bytes);
  }
  return { status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks) };
}

const watched = new WeakSet<Socket>();

/**
 * Node removes its listener from a kept connection with the answer. When the service ends while the last of a long
 * request is still on its way, no listener takes the error of that write, and it would end this process.
 */
function watch(socket: Socket): void {
  if (watched.has(socket)) return;
  watched.add(socket);
  socket.on("error", () => undefined);
}

function attempt(url: string, call: ServiceCall, body: Buffer | undefined): Promise<ServiceReply> {
  return new Promise((resolve, reject) => {
    const address = parseServiceUrl(url);
    const ask = securityOf(address) === "none" ? request : secureRequest;
    const outgoing = ask(requestOptions(address, call, body));
    // One deadline over connect, send and receive: a slow answer must not hold the caller.
    const deadline = setTimeout(() => {
      outgoing.destroy(new ServiceUnavailable("the service did not answer in time"));
    }, call.timeoutMs);
    const fail = (error: Error): void => {
      clearTimeout(deadline);
      reject(asUnavailable(error, outgoing.reusedSocket));
    };
    outgoing.on("error", fail);
    outgoing.on("socket", watch);
    outgoing.on("response", (response) => {
      readReply(response, call.maxBytes ?? MAX_REPLY_BYTES).then((reply) => {
        clearTimeout(deadline);
        resolve(reply);
      }, fail);
    });
    outgoing.end(body);
  });
}

/** A kept connection that the service closed before it read anything of this request. */
class StaleConnection extends ServiceUnavailable {}

function asUnavailable(error: Error, isReused: boolean): ServiceUnavailable {
  if (error instanceof ServiceUnavailable) return error;
  const code: unknown = Reflect.get(error, "code");
  const isReset = code === "ECONNRESET" || code === "EPIPE";
  if (isReused && isReset) return new StaleConnection("the service closed the connection");
  return new ServiceUnavailable(
    `the service cannot be reached (${typeof code === "string" ? code : "failed"})`,
  );
}

/**
 * One HTTP call to another service. Any status is an answer; only the lack of one throws. A GET that met
 * a stale kept connection is repeated once; other calls never, since the service may have acted on them.
 */
export function callService(url: string, call: ServiceCall): Promise<ServiceReply> {
  const { part, method, path } = call;
  if (part === undefined) return send(url, call);
  return inSpan(
    () => ({ name: `${part} ${method} ${path.split("?", 1)[0]}`, kind: "client" }),
    () => send(url, { ...call, headers: { ...call.headers, ...traceHeaders() } }),
  );
}

async function send(url: string, call: ServiceCall): Promise<ServiceReply> {
  const body = encodeBody(call.body);
  try {
    return await attempt(url, call, body);
  } catch (error) {
    if (error instanceof StaleConnection && call.method === "GET") return attempt(url, call, body);
    throw error;
  }
}
