import "server-only";
import type { OperationSpec } from "@/lib/api-client/operation";
import type { ClientInfo } from "@/lib/context/principal";
import { DomainError } from "@/lib/errors";
import type { CallRequest } from "@/lib/http/endpoint/call-request";
import { originRefusal } from "@/lib/http/endpoint/check-origin";
import { type Authenticated, authenticate } from "@/lib/identity/authenticate";
import { findSessionPrincipal, hasSessionCookie } from "@/lib/identity/sessions/find-session-principal";
import { isSigned } from "@/lib/identity/signed-calls/read-signed-call";
import type { Runtime } from "@/lib/runtime/slot";

/**
 * Returns the caller: a program by its key or a person by the session's cookie, never both at once. A browser sends a
 * cookie without an act of the person, so what it may change also depends on where the call comes from.
 */
export async function authenticateCall(
  runtime: Runtime,
  request: CallRequest,
  client: ClientInfo,
  operation: OperationSpec | undefined,
): Promise<Authenticated> {
  const { headers } = request;
  if (!hasSessionCookie(runtime, headers)) return authenticate(runtime, request, client);
  if (headers.has("authorization") || headers.has("x-api-key") || isSigned(headers))
    throw new DomainError("auth.invalid", { detail: "Send one credential: a key or the session's cookie." });
  const refusal = originRefusal(runtime.site, request, operation);
  const principal = await findSessionPrincipal(runtime, headers, refusal === undefined);
  if (principal === undefined) throw new DomainError("auth.session", { detail: "Sign in again." });
  return { principal, refusal };
}
