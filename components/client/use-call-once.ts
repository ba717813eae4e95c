"use client";

import type { z } from "zod";
import { type BrowserInput, CallRefused, type Target } from "@/components/client/api";
import { useApi } from "@/components/client/use-api";
import { useIntent } from "@/components/client/use-intent";
import { type Signer, useSigner } from "@/components/client/use-signer";
import type { Answer, OperationSpec } from "@/lib/api-client/operation";

/** The JSON body that an operation takes. */
export type BodyOf<O extends OperationSpec> = O extends { readonly body: infer S extends z.ZodType }
  ? z.input<S>
  : undefined;
/** Has the person sign; gives the members of the body that hold the signature. */
export type Signing<B> = (body: B, sign: Signer["sign"]) => Promise<Partial<B>>;

/** Whether a failed call certainly changed nothing. Otherwise it may have been carried out, or may still be running. */
function isOutcomeKnown(error: unknown): boolean {
  if (!(error instanceof CallRefused)) return false;
  const { status, code } = error.problem;
  return status < 500 && code !== "idempotency.in-progress";
}

/**
 * Sends one call, signed where asked. While its outcome is unknown the same content keeps its idempotency key, so that
 * it is carried out once however often it is sent.
 */
export function useCallOnce<O extends OperationSpec>(
  to: Target<O>,
): (input: BrowserInput<O>, signing?: Signing<BodyOf<O>>) => Promise<Answer<O>> {
  const { call } = useApi();
  const { sign } = useSigner();
  const intent = useIntent();
  return async (input, signing) => {
    const { body: asked } = input;
    const signature = await signing?.(asked as BodyOf<O>, sign);
    const body = signature === undefined ? asked : Object.assign({}, asked, signature);
    try {
      const idempotencyKey = intent.keyFor([input.params, body]);
      const answer = await call(to, { ...input, body, idempotencyKey });
      intent.settle();
      return answer;
    } catch (failure) {
      if (isOutcomeKnown(failure)) intent.settle();
      throw failure;
    }
  };
}
