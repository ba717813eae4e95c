"use client";

import { createContext, useCallback, useContext } from "react";
import { type BrowserInput, call, send, type Target, wantsStepUp } from "@/components/client/api";
import type { Answer, OperationSpec } from "@/lib/api-client/operation";

/** Opens the step-up dialog; resolves true when the person proved the second factor, false when they gave up. */
export type StepUp = () => Promise<boolean>;

export const StepUpContext = createContext<StepUp>(async () => false);

/** Runs a call. If it needs a fresh second factor, opens the dialog and then repeats the call. */
export function useStepUp(): <T>(run: () => Promise<T>) => Promise<T> {
  const stepUp = useContext(StepUpContext);
  return useCallback(
    async (run) => {
      try {
        return await run();
      } catch (error) {
        if (!wantsStepUp(error) || !(await stepUp())) throw error;
        return run();
      }
    },
    [stepUp],
  );
}

export interface Api {
  call<O extends OperationSpec>(to: Target<O>, input: BrowserInput<O>): Promise<Answer<O>>;
  send(method: string, path: string, input?: Parameters<typeof send>[2]): Promise<Response>;
}

/** The API as the signed-in person, with step-up where a call asks for it. */
export function useApi(): Api {
  const withStepUp = useStepUp();
  return {
    call: useCallback((to, input) => withStepUp(() => call(to, input)), [withStepUp]),
    send: useCallback((method, path, input) => withStepUp(() => send(method, path, input)), [withStepUp]),
  };
}
