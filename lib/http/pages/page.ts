import "server-only";
import { headers } from "next/headers";
import { cache } from "react";
import type { OperationSpec } from "@/lib/api-client/operation";
import type { Context } from "@/lib/context/context";
import type { Principal } from "@/lib/context/principal";
import { uuidv7 } from "@/lib/crypto/uuid";
import { mapDatabaseError } from "@/lib/db/errors";
import { DomainError } from "@/lib/errors";
import { isOwnVisit } from "@/lib/http/endpoint/check-origin";
import { clientInfo } from "@/lib/http/endpoint/client-info";
import { permitCall } from "@/lib/http/endpoint/permit-call";
import { paramsIn, recordingRefusal } from "@/lib/http/endpoint/record-refusal";
import { findSessionPrincipal } from "@/lib/identity/sessions/find-session-principal";
import { noteSeen } from "@/lib/notify/seen";
import { getRuntime } from "@/lib/runtime/slot";
import { factsOfRequest, type RequestFacts } from "@/lib/telemetry/request-facts";
import { inSpan } from "@/lib/telemetry/tracing/spans";

/** Why a page cannot be shown; the members of the problem document that a person needs. */
export interface PageProblem {
  readonly status: number;
  readonly code: string;
  readonly detail: string;
  /** Members of our own, such as the role or the duties that a refusal names. */
  readonly members: Readonly<Record<string, unknown>>;
  readonly requestId: string;
  readonly at: string;
}

export type PageResult<T> =
  | { readonly ok: true; readonly value: T; readonly principal: Principal }
  | { readonly ok: false; readonly problem: PageProblem };

async function readSession(): Promise<Principal | undefined> {
  const [runtime, head] = await Promise.all([getRuntime(), headers()]);
  // A page framed or fetched by another port, which shares our cookies, is treated as signed out.
  return isOwnVisit(head) ? findSessionPrincipal(runtime, head) : undefined;
}

/** Retries if the database was too busy. So a short overload does not sign people out or lose typed text. */
async function readSessionAgain(error: unknown): Promise<Principal | undefined> {
  if (mapDatabaseError(error) instanceof DomainError) return readSession();
  throw error;
}

/** Draws one call from the budget of reads for a page, however many reads the page makes. */
const drawForPage = cache(
  async (principal: Principal, requestId: string): Promise<DomainError | undefined> => {
    const runtime = await getRuntime();
    const { success } = await runtime.limits.take("reads", principal.userId);
    if (success) return undefined;
    const error = new DomainError("rate.exceeded", { detail: "Try again in a minute." });
    const cx = { ...runtime, principal, client: clientInfo(await headers()), requestId };
    await runtime.failures.note(cx, principal.userId, undefined, error);
    return error;
  },
);

/**
 * Returns the person of this request's session. Undefined without a valid session, and while the database is
 * unavailable.
 */
export const currentPrincipal = cache(async (): Promise<Principal | undefined> => {
  try {
    return await readSession().catch(readSessionAgain);
  } catch (error) {
    const mapped = mapDatabaseError(error);
    if (mapped instanceof DomainError) return undefined;
    throw mapped;
  }
});

function problemOf(error: DomainError, requestId: string, at: Date): PageProblem {
  return {
    status: error.status,
    code: error.code,
    detail: error.detail ?? error.title,
    members: error.extra,
    requestId,
    at: at.toISOString(),
  };
}

/**
 * Reads for a page exactly as the API's call would: same budget, same permit by role, duty and scope, same use case,
 * same record of a refusal. Unexpected errors go to the error page.
 */
export async function loadPage<T>(
  operation: OperationSpec,
  instance: string,
  run: (cx: Context) => Promise<T>,
): Promise<PageResult<T>> {
  const head = await headers();
  const requestId = head.get("x-request-id") ?? uuidv7(Date.now());
  const facts = factsOfRequest(requestId);
  if (facts !== undefined) facts.operation ??= operation.id;
  return inSpan(
    () => ({
      name: `page ${operation.id}`,
      kind: "server",
      parent: head.get("traceparent") ?? undefined,
      requestId,
    }),
    () => loadInto({ operation, instance, requestId, facts, run }),
  );
}

interface PageLoad<T> {
  readonly operation: OperationSpec;
  readonly instance: string;
  readonly requestId: string;
  readonly facts: RequestFacts | undefined;
  readonly run: (cx: Context) => Promise<T>;
}

async function loadInto<T>({
  operation,
  instance,
  requestId,
  facts,
  run,
}: PageLoad<T>): Promise<PageResult<T>> {
  const head = await headers();
  try {
    const principal = await currentPrincipal();
    if (facts !== undefined && principal !== undefined) facts.actor = principal.pseudonym;
    if (principal === undefined) throw new DomainError("auth.required");
    const limited = await drawForPage(principal, requestId);
    if (limited !== undefined) throw limited;
    const runtime = await getRuntime();
    const logger = runtime.logger.child({ request_id: requestId, operation: operation.id });
    const cx: Context = { ...runtime, principal, client: clientInfo(head), requestId, logger };
    const value = await recordingRefusal(cx, { operation, instance }, async () => {
      permitCall(operation, principal, runtime.instance.evaluation);
      const input = { params: paramsIn(operation, instance) };
      return recordingRefusal(cx, { operation, instance, input }, () => run(cx));
    });
    await noteSeen(cx, operation.id, { params: paramsIn(operation, instance), value });
    return { ok: true, value, principal };
  } catch (error) {
    const mapped = mapDatabaseError(error);
    if (!(mapped instanceof DomainError)) throw mapped;
    if (facts !== undefined) facts.code = mapped.code;
    return { ok: false, problem: problemOf(mapped, requestId, new Date()) };
  }
}
