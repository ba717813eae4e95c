"use client";

import { useState } from "react";
import type { BrowserInput, Target } from "@/components/client/api";
import { useCallOnce } from "@/components/client/use-call-once";
import type { Answer, OperationSpec } from "@/lib/api-client/operation";

export interface Act<O extends OperationSpec> {
  readonly isBusy: boolean;
  /** What the last attempt failed with. */
  readonly error: unknown;
  /** Sends the call; resolves with its answer, or with undefined when it failed. */
  run(input: BrowserInput<O>): Promise<Answer<O> | undefined>;
}

/** One act of a form: busy while it runs, and carried out once however often it is sent while no answer is known. */
export function useAct<O extends OperationSpec>(to: Target<O>): Act<O> {
  const send = useCallOnce(to);
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  const run = async (input: BrowserInput<O>): Promise<Answer<O> | undefined> => {
    setBusy(true);
    setError(undefined);
    try {
      return await send(input);
    } catch (failure) {
      setError(failure);
      return undefined;
    } finally {
      setBusy(false);
    }
  };
  return { isBusy, error, run };
}
