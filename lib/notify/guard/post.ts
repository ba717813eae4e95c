import "server-only";
import { type ClientRequest, type IncomingMessage, request as requestHttp } from "node:http";
import { request as requestHttps } from "node:https";
import type { LookupFunction } from "node:net";
import type { Target } from "@/lib/notify/guard/target";

/** The outcome of a call. The answer's body is never kept. */
export type Posted =
  | { readonly outcome: "delivered" | "answer" | "redirect"; readonly status: number }
  | { readonly outcome: "timeout" | "unreachable" | "tls" };

const TIMEOUT_MS = 15_000;
/** Maximum bytes of an answer that are read. Then the connection is closed. */
const MAX_ANSWER_BYTES = 16_384;

const CERTIFICATE = /^(?:CERT_|ERR_TLS|ERR_SSL|DEPTH_|SELF_SIGNED|UNABLE_TO|HOSTNAME_MISMATCH|EPROTO)/;

function faultOf(error: unknown): Posted {
  const code = error instanceof Error ? String(Reflect.get(error, "code") ?? error.name) : "";
  if (error instanceof Error && error.name === "TimeoutError") return { outcome: "timeout" };
  if (code === "ABORT_ERR" || code === "AbortError") return { outcome: "timeout" };
  return { outcome: CERTIFICATE.test(code) ? "tls" : "unreachable" };
}

function verdictOn(status: number): Posted {
  if (status >= 200 && status < 300) return { outcome: "delivered", status };
  return { outcome: status >= 300 && status < 400 ? "redirect" : "answer", status };
}

/** Reads an answer to its end or its bound and discards it; only its arrival counts. */
function drain(answer: IncomingMessage, done: () => void): void {
  let read = 0;
  answer.on("data", (chunk: Buffer) => {
    read += chunk.length;
    if (read > MAX_ANSWER_BYTES) answer.destroy();
  });
  answer.once("close", done);
}

/** Connects to the address that was resolved and checked, whatever the name resolves to by now. */
function fixedLookup({ address, family }: Target): LookupFunction {
  return (_host, options, callback) => {
    if (options.all === true) callback(null, [{ address, family }]);
    else callback(null, address, family);
  };
}

/**
 * Posts a body once. Follows no redirect, takes no proxy and no kept connection, reads no more than 16 KiB of the answer
 * and ends after 15 seconds as a whole. Never throws: a failure is an outcome.
 */
export function postOnce(
  target: Target,
  body: string,
  headers: Readonly<Record<string, string>>,
  timeoutMs = TIMEOUT_MS,
): Promise<Posted> {
  const bytes = Buffer.from(body, "utf8");
  const send = target.url.protocol === "https:" ? requestHttps : requestHttp;
  return new Promise((resolve) => {
    const call: ClientRequest = send(target.url, {
      method: "POST",
      agent: false,
      lookup: fixedLookup(target),
      headers: { ...headers, "content-length": bytes.length, "user-agent": "Sealport-Webhooks/1" },
      signal: AbortSignal.timeout(timeoutMs),
    });
    call.once("response", (answer) => {
      const verdict = verdictOn(answer.statusCode ?? 0);
      answer.once("error", () => undefined);
      drain(answer, () => resolve(verdict));
    });
    // A switch to another protocol causes neither a response nor an error event. The call must still end.
    call.once("upgrade", (answer, socket) => {
      socket.destroy();
      resolve(verdictOn(answer.statusCode ?? 0));
    });
    call.on("error", (error) => resolve(faultOf(error)));
    call.end(bytes);
  });
}
