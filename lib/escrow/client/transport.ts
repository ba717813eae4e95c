import "server-only";
import type { z } from "zod";
import { DomainError } from "@/lib/errors";
import { RefusalResponse } from "@/lib/escrow/protocol/refusals";
import { callService, ServiceUnavailable } from "@/lib/ipc/client";

/** Where the custodian is, and the key it must be. */
export interface PinnedCustodian {
  readonly url: string;
  /** Origin of the log. */
  readonly log: string;
  readonly publicKey: Uint8Array;
  readonly timeoutMs: number;
}

/** The custodian's answer is not vouched for by its pinned key: as good as no answer. */
export function distrust(what: string): DomainError {
  return new DomainError("custodian.unavailable", {
    cause: new Error(`the escrow custodian's ${what} does not verify with its pinned key`),
  });
}

function parse(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString("utf8"));
  } catch {
    throw distrust("answer");
  }
}

/** One call to the custodian; refusals and absence become DomainErrors. */
export async function callCustodian(
  place: { readonly url: string; readonly timeoutMs: number },
  call: { readonly method: string; readonly path: string; readonly body?: unknown },
): Promise<unknown> {
  const reply = await callService(place.url, { ...call, timeoutMs: place.timeoutMs }).catch(
    (error: unknown) => {
      if (!(error instanceof ServiceUnavailable)) throw error;
      throw new DomainError("custodian.unavailable", { cause: error, retryAfterSeconds: 2 });
    },
  );
  if (reply.status === 200) return parse(reply.body);
  if (reply.status !== 403 && reply.status !== 422) {
    throw new DomainError("custodian.unavailable", {
      cause: new Error(`status ${reply.status}`),
      retryAfterSeconds: 2,
    });
  }
  const refusal = RefusalResponse.safeParse(parse(reply.body));
  if (!refusal.success) throw distrust("answer");
  const { reason, detail } = refusal.data;
  throw new DomainError("custodian.refused", { detail, extra: { reason } });
}

/** One call whose answer has a shape; an answer of any other shape is as good as none. */
export async function askCustodian<S extends z.ZodType>(
  pinned: PinnedCustodian,
  method: string,
  path: string,
  schema: S,
  body?: unknown,
): Promise<z.output<S>> {
  const parsed = schema.safeParse(await callCustodian(pinned, { method, path, body }));
  if (!parsed.success) throw distrust("answer");
  return parsed.data;
}
