import { useState } from "react";
import { CallRefused } from "@/components/client/api";

/** Runs one attempt at a time and keeps its error. */
export interface Attempt {
  readonly isBusy: boolean;
  readonly error: unknown;
  /** What is wrong with one value, by its JSON pointer. */
  fault(pointer: string): string | undefined;
  /** Runs an attempt; false when it failed. */
  run(work: () => Promise<unknown>): Promise<boolean>;
}

/** The problem's code, where the call was answered. */
export function codeOf(error: unknown): string | undefined {
  return error instanceof CallRefused ? error.problem.code : undefined;
}

export function useAttempt(): Attempt {
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  const run = async (work: () => Promise<unknown>): Promise<boolean> => {
    if (isBusy) return false;
    setBusy(true);
    setError(undefined);
    try {
      await work();
      return true;
    } catch (failure) {
      setError(failure);
      return false;
    } finally {
      setBusy(false);
    }
  };
  const fault = (pointer: string) =>
    error instanceof CallRefused
      ? error.problem.errors.find((one) => one.pointer === pointer)?.detail
      : undefined;
  return { isBusy, error, run, fault };
}
