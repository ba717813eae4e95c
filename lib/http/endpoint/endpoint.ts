// The room http: every answer of the portal. endpoint/ serves the declared operations, body/ reads requests, sign-in/
// and pages/ serve people, public/ the calls without authentication, health/ the state of the instance. Each call
// passes the same steps: authenticate, draw on a budget, permit, parse, run the use case, answer. A refusal is
// recorded before it is answered (I3). Every answer has the standard headers and is not cached by default.

import "server-only";
import { addressKey } from "@/lib/addresses";
import { requireSetUp } from "@/lib/administration/setup/require-set-up";
import { answersUnchanged, type OperationSpec, type RateClass } from "@/lib/api-client/operation";
import type { Context } from "@/lib/context/context";
import { mapDatabaseError } from "@/lib/db/errors";
import { DomainError } from "@/lib/errors";
import { namesTag } from "@/lib/etag";
import { requireSignedBody } from "@/lib/http/body/signed-body";
import { authenticateCall } from "@/lib/http/endpoint/authenticate-call";
import {
  type Binding,
  type Endpoint,
  isRawReply,
  locationOf,
  type Params,
  Reply,
  tagOf,
} from "@/lib/http/endpoint/bind";
import type { CallRequest } from "@/lib/http/endpoint/call-request";
import { begin, type Exchange, spanOf } from "@/lib/http/endpoint/exchange";
import { answerOf, finished, type HttpAnswer } from "@/lib/http/endpoint/http-answer";
import { runIdempotent } from "@/lib/http/endpoint/idempotency";
import { parseInput } from "@/lib/http/endpoint/parse-input";
import { permitRefusal, requireFreshProof } from "@/lib/http/endpoint/permit-call";
import { internalProblem, problemAnswer, problemHeaders, problemOf } from "@/lib/http/endpoint/problem";
import { withRecordIds } from "@/lib/http/endpoint/record-names";
import { recordingRefusal } from "@/lib/http/endpoint/record-refusal";
import { type Authenticated, keyPrefixOf } from "@/lib/identity/authenticate";
import { type Draw, limitHeaders, policyHeader, takeOrSlow } from "@/lib/rate-limit/limits";
import { getRuntime, type Runtime } from "@/lib/runtime/slot";
import { inSpan } from "@/lib/telemetry/tracing/spans";

/** For the caller's own cache, not for one that callers share. */
const FOREVER = "private, max-age=31536000, immutable";

function applyDraw(exchange: Exchange, runtime: Runtime, draw: Draw): void {
  Object.assign(exchange.headers, limitHeaders(draw, runtime.clock.nowMs()));
  if (!draw.success) throw new DomainError("rate.exceeded", { detail: "Try again later, see Retry-After." });
}

/** A failure of an unknown caller draws on the budget of their address. It is recorded, but not each time. */
async function refuseAnonymous(runtime: Runtime, exchange: Exchange, error: DomainError): Promise<never> {
  const address = addressKey(exchange.client.address);
  let refusal = error;
  try {
    applyDraw(exchange, runtime, await runtime.limits.take("anonymous", address));
  } catch (limited) {
    if (!(limited instanceof DomainError)) throw limited;
    refusal = limited;
  }
  const cx = { ...runtime, client: exchange.client, requestId: exchange.requestId };
  await runtime.failures.note(cx, address, keyPrefixOf(exchange.request.headers), refusal);
  throw refusal;
}

async function identify(runtime: Runtime, exchange: Exchange) {
  try {
    return await authenticateCall(runtime, exchange.request, exchange.client, exchange.binding?.operation);
  } catch (error) {
    if (error instanceof DomainError && error.status === 401)
      return refuseAnonymous(runtime, exchange, error);
    throw error;
  }
}

/** An address or a method that does not exist is read. */
function rateOf({ binding }: Exchange): RateClass {
  return binding?.operation.rate ?? "reads";
}

/**
 * Second-factor proofs are limited per session: a thief with one cookie must not stop its owner from proving who they
 * are. A refused call has a budget of its own, so another site's page or a key with few rights cannot spend the
 * person's budget.
 */
function drawFor(
  { limits }: Runtime,
  exchange: Exchange,
  { principal: { userId, proof }, refusal }: Authenticated,
): Promise<Draw> {
  const rate = rateOf(exchange);
  if (refusal !== undefined) return limits.take("anonymous", `refused ${userId}`);
  if (rate === "sign_in" && proof.kind === "session") return takeOrSlow(limits, userId, proof.sessionId);
  return limits.take(rate, userId, exchange.binding?.operation.weight);
}

async function limitCaller(runtime: Runtime, exchange: Exchange, caller: Authenticated): Promise<void> {
  const { principal } = caller;
  try {
    applyDraw(exchange, runtime, await drawFor(runtime, exchange, caller));
  } catch (error) {
    if (error instanceof DomainError) {
      const cx = { ...runtime, principal, client: exchange.client, requestId: exchange.requestId };
      await runtime.failures.note(cx, principal.userId, keyPrefixOf(exchange.request.headers), error);
    }
    throw error;
  }
}

/** OPTIONS, an unsupported method or an unknown address: answered only after authentication. */
function answerWithoutOperation(exchange: Exchange): HttpAnswer {
  const { endpoint, request } = exchange;
  if (endpoint.bindings.length === 0) throw new DomainError("request.not-found");
  const methods = endpoint.bindings.map((binding) => binding.operation.method);
  const allow = [...methods, ...(methods.includes("GET") ? ["HEAD"] : []), "OPTIONS"].join(", ");
  if (request.method === "OPTIONS") return { status: 204, headers: { allow }, body: null };
  const error = new DomainError("request.method-not-allowed", { detail: `Allowed here: ${allow}.` });
  return problemAnswer(problemOf(error, exchange), { allow });
}

async function call(
  cx: Context,
  exchange: Exchange,
  binding: Binding,
  { instanceKey, signed }: { readonly instanceKey: Uint8Array; readonly signed: Authenticated["signed"] },
): Promise<HttpAnswer> {
  const { operation } = binding;
  const { request, instance } = exchange;
  const { input: sent, bodyBytes } = await parseInput(operation, request, exchange.params);
  requireSignedBody(signed, { bytes: bodyBytes, isDigest: operation.upload !== undefined });
  const input = await withRecordIds(cx, operation, sent);
  if (request.method === "HEAD" && operation.stream === true) return headOf(operation);
  let raw: Response | undefined;
  const header = request.headers.get("idempotency-key");
  const reply = await runIdempotent(
    cx,
    { operation, header, path: instance + request.url.search, bodyBytes, instanceKey },
    async () => {
      const result = await recordingRefusal(cx, { operation, input, instance }, () =>
        inSpan(
          () => ({ name: `use case ${operation.id}` }),
          () => binding.run(cx, input),
        ),
      );
      if (isRawReply(result)) raw = result.response;
      return result instanceof Reply ? result : new Reply(operation.response.status, result);
    },
  );
  return raw === undefined ? jsonAnswer(operation, reply, request) : answerOf(raw);
}

/** A download's HEAD discloses no data and writes no entry (audit.md "Export"). */
function headOf(operation: OperationSpec): HttpAnswer {
  const headers = { "content-type": operation.response.mediaType ?? "application/octet-stream" };
  return { status: operation.response.status, headers, body: null };
}

/** Returns the answer as JSON with its Location and ETag; without a body where the caller has it already. */
function jsonAnswer(operation: OperationSpec, reply: Reply<unknown>, request: CallRequest): HttpAnswer {
  const { status, body } = reply;
  // `undefined` has no JSON: an answer without a body.
  const json = JSON.stringify(body) ?? null;
  const added = { ...locationOf(operation, reply), ...tagOf(operation, reply, json), ...reply.headers };
  const isRead = answersUnchanged(operation) && status === 200;
  if (isRead && namesTag(request.headers.get("if-none-match"), added.etag ?? ""))
    return { status: 304, headers: added, body: null };
  return { status, headers: { "content-type": "application/json", ...added }, body: json };
}

async function answer(runtime: Runtime, exchange: Exchange): Promise<HttpAnswer> {
  const { binding } = exchange;
  const known = await identify(runtime, exchange);
  const { principal, signed } = known;
  if (exchange.facts !== undefined) exchange.facts.actor = principal.pseudonym;
  const refusal = known.refusal ?? permitRefusal(binding?.operation, principal, runtime.instance.evaluation);
  await limitCaller(runtime, exchange, { principal, refusal });
  if (binding === undefined) {
    if (refusal !== undefined) throw refusal;
    return answerWithoutOperation(exchange);
  }
  const { requestId, client } = exchange;
  const logger = runtime.logger.child({ request_id: requestId, operation: binding.operation.id });
  const cx: Context = { ...runtime, principal, client, requestId, logger };
  const { operation } = binding;
  return recordingRefusal(cx, { operation, instance: exchange.instance }, async () => {
    if (refusal !== undefined) throw refusal;
    requireFreshProof(operation, principal, runtime.clock.now());
    await requireSetUp(runtime, operation);
    const run = () => call(cx, exchange, binding, { instanceKey: runtime.idempotencyKey, signed });
    const response = await (operation.upload === undefined
      ? run()
      : runtime.uploads.hold(principal.userId, run));
    if (operation.immutable === true && isOk(response)) exchange.headers["cache-control"] = FOREVER;
    return response;
  });
}

function isOk({ status }: HttpAnswer): boolean {
  return status >= 200 && status < 300;
}

function failureAnswer(exchange: Exchange, failure: unknown, runtime: Runtime | undefined): HttpAnswer {
  const error = mapDatabaseError(failure);
  if (exchange.facts !== undefined)
    exchange.facts.code = error instanceof DomainError ? error.code : "service.internal";
  const fields = { request_id: exchange.requestId, operation: exchange.binding?.operation.id, err: error };
  if (error instanceof DomainError) {
    if (error.status >= 500) runtime?.logger.warn({ ...fields, code: error.code }, "request answered 503");
    return problemAnswer(problemOf(error, exchange), problemHeaders(error));
  }
  runtime?.logger.error(fields, "request failed unexpectedly");
  return problemAnswer(internalProblem(exchange));
}

/**
 * The fixed sequence of every call: authenticate, permit, limit, parse, run, answer. Errors become problem
 * documents here and nowhere else. Authentication comes before parsing and before 404.
 */
export async function answerCall(
  endpoint: Endpoint,
  request: CallRequest,
  params: Params,
): Promise<HttpAnswer> {
  const exchange = begin(endpoint, request, params);
  return inSpan(
    () => spanOf(exchange),
    () => answerExchange(exchange),
  );
}

async function answerExchange(exchange: Exchange): Promise<HttpAnswer> {
  const isHead = exchange.request.method === "HEAD";
  let runtime: Runtime | undefined;
  try {
    runtime = await getRuntime();
    // Replaced by the draw: what fails before it has its policy all the same.
    Object.assign(exchange.headers, policyHeader(runtime.limits.policy(rateOf(exchange))));
    return finished(await answer(runtime, exchange), exchange.headers, isHead);
  } catch (failure) {
    return finished(failureAnswer(exchange, failure, runtime), exchange.headers, isHead);
  }
}
