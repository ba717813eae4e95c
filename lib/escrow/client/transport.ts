import "server-only";
import type { z } from "zod";
import { DomainError } from "@/lib/errors";
import { RefusalResponse } from "@/lib/escrow/protocol/refusals";
import { callService, ServiceUnavailable } from "@/lib/ipc/client";

/** Address of the custodian, and the public key that it must have. */
export interface PinnedCustodian {
  readonly url: string;
  /** Origin of the log. */
  readonly log: string;
  readonly publicKey: Uint8Array;
  readonly timeoutMs: number;
}

/** Thrown when the pinned key did not sign the custodian's answer. Such an answer is treated as missing. */
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

/** Calls the custodian once. Throws a DomainError when it refuses or is away. */
export async function callCustodian(
  place: { readonly url: string; readonly timeoutMs: number },
  call: { readonly method: string; readonly path: string; readonly body?: unknown },
): Promise<unknown> {
  const reply = await callService(place.url, {
    ...call,
    part: "custodian",
    timeoutMs: place.timeoutMs,
  }).catch((error: unknown) => {
    if (!(error instanceof ServiceUnavailable)) throw error;
    throw new DomainError("custodian.unavailable", { cause: error, retryAfterSeconds: 2 });
  });
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

/** Calls the custodian once and parses the answer. An answer of another shape is treated as missing. */
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
