import "server-only";
import type { ClientInfo } from "@/lib/context/principal";
import { uuidv7 } from "@/lib/crypto/uuid";
import type { Binding, Endpoint, Params } from "@/lib/http/endpoint/bind";
import type { CallRequest } from "@/lib/http/endpoint/call-request";
import { clientInfo } from "@/lib/http/endpoint/client-info";
import { factsOfRequest, NOTED_REQUEST, type RequestFacts } from "@/lib/telemetry/request-facts";
import type { SpanStart } from "@/lib/telemetry/tracing/tracer";

/** One request on its way through the endpoint. */
export interface Exchange {
  readonly endpoint: Endpoint;
  readonly request: CallRequest;
  readonly params: Params;
  readonly requestId: string;
  /** The requested path. */
  readonly instance: string;
  readonly client: ClientInfo;
  readonly binding: Binding | undefined;
  /** What the line of this request has; undefined where no server noted it. */
  readonly facts: RequestFacts | undefined;
  /** Headers that the steps add as they go: every answer carries them, refusals too. */
  readonly headers: Record<string, string>;
}

function bindingFor(endpoint: Endpoint, method: string): Binding | undefined {
  const wanted = method === "HEAD" ? "GET" : method;
  return endpoint.bindings.find((binding) => binding.operation.method === wanted);
}

/** Returns a request with its id, its caller's address and the operation that it calls. */
export function begin(endpoint: Endpoint, request: CallRequest, params: Params): Exchange {
  const binding = bindingFor(endpoint, request.method);
  // Never X-Request-Id, which is the caller's own: the server has noted this one.
  const requestId = request.headers.get(NOTED_REQUEST) ?? uuidv7(Date.now());
  const facts = factsOfRequest(requestId);
  if (facts !== undefined && binding !== undefined) facts.operation = binding.operation.id;
  return {
    endpoint,
    request,
    params,
    requestId,
    facts,
    instance: request.url.pathname,
    client: clientInfo(request.headers),
    binding,
    headers: { "x-request-id": requestId },
  };
}

/** The span of a request. A trusted proxy's trace goes on in it (lib/telemetry/requests.ts). */
export function spanOf({ binding, request, requestId }: Exchange): SpanStart {
  return {
    name: `${request.method} ${binding?.operation.path ?? "none"}`,
    kind: "server",
    facts: { "sealport.operation": binding?.operation.id ?? "none" },
    parent: request.headers.get("traceparent") ?? undefined,
    requestId,
  };
}
