// The room scim/: the answers below /scim/v2, where identity providers keep their organisation's people. The steps are
// those of every call (endpoint/endpoint.ts), with another credential, media type and form of errors.

import "server-only";
import { addressKey } from "@/lib/addresses";
import {
  authenticateProvider,
  type Provider,
  tokenPrefixOf,
} from "@/lib/administration/provisioning/authenticate-provider";
import type { ScimContext } from "@/lib/administration/provisioning/context";
import { ScimError } from "@/lib/administration/provisioning/protocol/scim-error";
import { keepCall } from "@/lib/administration/provisioning/token-store";
import { recordEvent } from "@/lib/audit/record/record-event";
import { recordRead } from "@/lib/audit/record/record-read";
import type { ClientInfo } from "@/lib/context/principal";
import { uuidv7 } from "@/lib/crypto/uuid";
import { inTransaction } from "@/lib/db/transaction";
import { isRecordedCode } from "@/lib/error-codes";
import { DomainError } from "@/lib/errors";
import { BODY_LIMITS, isUtf8, mediaTypeOf, readBody } from "@/lib/http/body/read-body";
import { type CallRequest, callOf } from "@/lib/http/endpoint/call-request";
import { clientInfo } from "@/lib/http/endpoint/client-info";
import { finished, type HttpAnswer, responseOf } from "@/lib/http/endpoint/http-answer";
import { parseJsonBody } from "@/lib/http/endpoint/parse-json";
import { type Failure, failureAnswer, failureOf } from "@/lib/http/scim/scim-answer";
import { answerScimCall } from "@/lib/http/scim/scim-calls";
import { limitHeaders } from "@/lib/rate-limit/limits";
import { getRuntime, type Runtime } from "@/lib/runtime/slot";
import { factsOfRequest, NOTED_REQUEST } from "@/lib/telemetry/request-facts";

/** How often a successful read is kept for the organisation's page, and in the log. */
const QUIET_MS = 60_000;
const LOG_QUIET_MS = 10 * 60_000;

/** One call on its way. */
interface Exchange {
  readonly request: CallRequest;
  readonly requestId: string;
  readonly client: ClientInfo;
  /** The path below /scim/v2, as it is kept: never with its query, which names people. */
  readonly path: string;
  /** Headers that the steps add as they go. */
  readonly headers: Record<string, string>;
}

async function draw(
  runtime: Runtime,
  { headers }: Exchange,
  name: "reads" | "writes" | "anonymous",
  actor: string,
): Promise<void> {
  const drawn = await runtime.limits.take(name, actor);
  Object.assign(headers, limitHeaders(drawn, runtime.clock.nowMs()));
  if (!drawn.success) throw new DomainError("rate.exceeded", { detail: "Try again later, see Retry-After." });
}

/** Counts a refusal of an unknown or ended client on its address. It is recorded, but not each time. */
async function refuseUnknown(runtime: Runtime, exchange: Exchange, error: DomainError): Promise<never> {
  const address = addressKey(exchange.client.address);
  const { client, requestId, request } = exchange;
  let refusal = error;
  try {
    await draw(runtime, exchange, "anonymous", address);
  } catch (limited) {
    if (!(limited instanceof DomainError)) throw limited;
    refusal = limited;
  }
  await runtime.failures.note(
    { ...runtime, client, requestId },
    address,
    tokenPrefixOf(request.headers),
    refusal,
  );
  throw refusal;
}

async function identify(runtime: Runtime, exchange: Exchange): Promise<Provider> {
  try {
    return await authenticateProvider(runtime, exchange.request.headers);
  } catch (error) {
    if (error instanceof DomainError && error.status === 401) return refuseUnknown(runtime, exchange, error);
    throw error;
  }
}

async function bodyOf(request: CallRequest): Promise<unknown> {
  const header = request.headers.get("content-type");
  const type = mediaTypeOf(header) ?? "application/scim+json";
  if (!["application/scim+json", "application/json"].includes(type) || !isUtf8(header ?? ""))
    throw new DomainError("request.unsupported-media-type", {
      detail: "This call takes application/scim+json, in UTF-8.",
    });
  return parseJsonBody(await readBody(request, BODY_LIMITS.plain));
}

/** Refusals that the log keeps: a 404 tells the client nothing, and faults in a request are its own. */
function isKept(error: unknown): boolean {
  if (error instanceof ScimError) return error.status === 403 || error.status === 409;
  return error instanceof DomainError && error.status !== 401 && isRecordedCode(error.code);
}

async function recordRefusal(cx: ScimContext, { request, path }: Exchange, failure: Failure): Promise<void> {
  await recordEvent(cx, {
    class: "identity",
    outcome: "denied",
    action: "provisioning.refuse",
    subjects: [],
    details: {
      organisation: cx.provisioning.organisationId,
      method: request.method,
      path,
      status: failure.status,
      ...(failure.scimType === undefined ? {} : { scim_type: failure.scimType }),
    },
  });
}

async function noteRead(cx: ScimContext): Promise<void> {
  const { organisationId } = cx.provisioning;
  await cx.audit.onceWithin(`provisioning.read|${organisationId}`, LOG_QUIET_MS, () =>
    recordRead(cx, "provisioning.read", { organisation: organisationId }),
  );
}

function segmentsOf(path: string): string[] {
  try {
    return path
      .split("/")
      .filter((segment) => segment !== "")
      .map(decodeURIComponent);
  } catch {
    throw new ScimError(404, undefined, "No resource has this address.");
  }
}

async function answerKnown(runtime: Runtime, exchange: Exchange, provider: Provider): Promise<HttpAnswer> {
  const { request, client, requestId, path } = exchange;
  if (provider.refusal?.status === 401) return refuseUnknown(runtime, exchange, provider.refusal);
  const isRead = request.method === "GET" || request.method === "HEAD";
  await draw(runtime, exchange, isRead ? "reads" : "writes", `scim ${provider.tokenId}`);
  const { provisioning } = provider;
  if (provisioning === undefined) throw new DomainError("provisioning.none");
  const logger = runtime.logger.child({ request_id: requestId, operation: "scim" });
  const cx: ScimContext = {
    ...{ ...runtime, client, requestId, logger, provisioning },
    system: `scim:${provider.prefix}`,
  };
  try {
    if (provider.refusal !== undefined) throw provider.refusal;
    if (isRead) await noteRead(cx);
    return await answerScimCall(cx, {
      method: request.method === "HEAD" ? "GET" : request.method,
      segments: segmentsOf(path),
      query: request.url.searchParams,
      headers: request.headers,
      body: () => bodyOf(request),
    });
  } catch (error) {
    const failure = isKept(error) ? failureOf(error) : undefined;
    if (failure !== undefined) await recordRefusal(cx, exchange, failure);
    throw error;
  }
}

/** Keeps the call for the organisation's page. A failure to keep it is not the client's. */
async function keep(
  runtime: Runtime,
  { request: { method }, path }: Exchange,
  { tokenId }: Provider,
  { status, detail }: { readonly status: number; readonly detail: string | null },
): Promise<void> {
  const isQuiet = (method === "GET" || method === "HEAD") && status < 400;
  const at = runtime.clock.now().toISOString();
  const call = { at, method, path: path.slice(0, 200), status, detail: detail?.slice(0, 300) ?? null };
  const store = () => inTransaction(runtime, (tx) => keepCall(tx, tokenId, call));
  try {
    await (isQuiet ? runtime.audit.onceWithin(`scim.call|${tokenId}`, QUIET_MS, store) : store());
  } catch (error) {
    runtime.logger.warn(
      { err: error },
      "a provisioning call was not kept for its page; the call itself was answered",
    );
  }
}

function unexpected(runtime: Runtime | undefined, { requestId }: Exchange, error: unknown): Failure {
  runtime?.logger.error(
    { request_id: requestId, operation: "scim", err: error },
    "request failed unexpectedly",
  );
  return { status: 500, scimType: undefined, detail: `Request ${requestId} failed.`, headers: {} };
}

/** Answers one call below /scim/v2. */
export async function serveScim(incoming: Request): Promise<Response> {
  const request = callOf(incoming);
  const exchange: Exchange = {
    request,
    requestId: request.headers.get(NOTED_REQUEST) ?? uuidv7(Date.now()),
    client: clientInfo(request.headers),
    path: request.url.pathname.replace(/^\/scim\/v2/, ""),
    headers: {},
  };
  exchange.headers["x-request-id"] = exchange.requestId;
  const facts = factsOfRequest(exchange.requestId);
  if (facts !== undefined) facts.operation = "scim";
  const isHead = request.method === "HEAD";
  let runtime: Runtime | undefined;
  let provider: Provider | undefined;
  try {
    runtime = await getRuntime();
    provider = await identify(runtime, exchange);
    const answer = await answerKnown(runtime, exchange, provider);
    await keep(runtime, exchange, provider, { status: answer.status, detail: null });
    return responseOf(finished(answer, exchange.headers, isHead));
  } catch (error) {
    const failure = failureOf(error) ?? unexpected(runtime, exchange, error);
    if (facts !== undefined && error instanceof DomainError) facts.code = error.code;
    if (runtime !== undefined && provider !== undefined) await keep(runtime, exchange, provider, failure);
    return responseOf(finished(failureAnswer(failure), exchange.headers, isHead));
  }
}
