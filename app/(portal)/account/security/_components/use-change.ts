import { useRouter } from "next/navigation";
import { useState } from "react";
import { CallRefused } from "@/components/client/api";

export interface Change {
  readonly isBusy: boolean;
  readonly error: unknown;
  /** Runs a change of the account and loads the page's facts anew; false when it failed. */
  run(work: () => Promise<unknown>): Promise<boolean>;
  /** What is wrong with one value, by its JSON pointer. */
  fault(pointer: string): string | undefined;
  clear(): void;
}

/** One change at a time, with what went wrong. */
export function useChange(): Change {
  const router = useRouter();
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  const run = async (work: () => Promise<unknown>): Promise<boolean> => {
    if (isBusy) return false;
    setBusy(true);
    setError(undefined);
    try {
      await work();
      router.refresh();
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
  return { isBusy, error, run, fault, clear: () => setError(undefined) };
}
