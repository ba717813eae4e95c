"use client";

import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { CallFailure } from "@/components/client/call-failure";
import { PasskeyFailed } from "@/components/client/passkey";
import { type Attempt, useAttempt } from "@/components/client/use-attempt";
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

/** Changes the account, one change at a time, and reads the page's facts again after each. */
export function useChange(): Attempt {
  const router = useRouter();
  const attempt = useAttempt();
  const run = (work: () => Promise<unknown>) =>
    attempt.run(async () => {
      await work();
      router.refresh();
    });
  return { ...attempt, run };
}
