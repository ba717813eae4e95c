"use client";

import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { CallRefused } from "@/components/client/api";
import { CallFailure } from "@/components/client/call-failure";
import { PasskeyFailed } from "@/components/client/passkey";
import { Notice } from "@/components/ui/states";

/** Why the account was not changed. */
export function ChangeFailure({ error }: { error: unknown }) {
  const t = useTranslations("account.failed");
  if (error === undefined) return null;
  return (
    <div className="mt-4">
      {error instanceof PasskeyFailed ? (
        <Notice tone="amber" icon="warning" isLive title={t("title")}>
          <p>{t(error.fault)}</p>
        </Notice>
      ) : (
        <CallFailure error={error} title={t("title")} />
      )}
    </div>
  );
}

export interface Change {
  readonly isBusy: boolean;
  readonly error: unknown;
  /** Runs a change of the account and reloads the page's facts. Returns false when it failed. */
  run(work: () => Promise<unknown>): Promise<boolean>;
  /** What is wrong with one value, by its JSON pointer. */
  fault(pointer: string): string | undefined;
  clear(): void;
}

/** Runs one change at a time and keeps its error. */
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
