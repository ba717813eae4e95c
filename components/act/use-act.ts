"use client";

import { useState } from "react";
import { type BrowserInput, CallRefused, type Target } from "@/components/client/api";
import { useApi } from "@/components/client/use-api";
import { useIntent } from "@/components/client/use-intent";
import type { Answer, OperationSpec } from "@/lib/api-client/operation";

export interface Act<O extends OperationSpec> {
  readonly isBusy: boolean;
  /** What the last attempt failed with. */
  readonly error: unknown;
  /** Sends the call; resolves with its answer, or with undefined when it failed. */
  run(input: BrowserInput<O>): Promise<Answer<O> | undefined>;
}

/** Whether a failed call certainly changed nothing. Otherwise it may have been carried out, or may still be running. */
function isOutcomeKnown(error: unknown): boolean {
  if (!(error instanceof CallRefused)) return false;
  const { status, code } = error.problem;
  return status < 500 && code !== "idempotency.in-progress";
}

/** One act of a form: busy while it runs, and carried out once however often it is sent while no answer is known. */
export function useAct<O extends OperationSpec>(to: Target<O>): Act<O> {
  const { call } = useApi();
  const intent = useIntent();
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  const run = async (input: BrowserInput<O>): Promise<Answer<O> | undefined> => {
    setBusy(true);
    setError(undefined);
    try {
      const idempotencyKey = intent.keyFor([input.params, input.body]);
      const answer = await call(to, { ...input, idempotencyKey });
      intent.settle();
      return answer;
    } catch (failure) {
      if (isOutcomeKnown(failure)) intent.settle();
      setError(failure);
      return undefined;
    } finally {
      setBusy(false);
    }
  };
  return { isBusy, error, run };
}
