"use client";

import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { useEffect, useState, useTransition } from "react";
import { target } from "@/components/client/api";
import { CallFailure } from "@/components/client/call-failure";
import { useApi } from "@/components/client/use-api";
import { Button } from "@/components/ui/button";
import type { listVerifications, requestVerification } from "@/lib/api-client/operations/audit";

const REQUEST = target<typeof requestVerification>("POST", "/confidential/audit/verifications");
const LIST = target<typeof listVerifications>("GET", "/confidential/audit/verifications");
const LOOK_AGAIN_MS = 2_000;

/** Asks the worker for a verification, and looks again while one is under way. */
export function VerifyNow({ isUnderWay }: { isUnderWay: boolean }) {
  const t = useTranslations("audit.verify.runs");
  const { call } = useApi();
  const router = useRouter();
  const [isPending, refresh] = useTransition();
  const [isAsking, setAsking] = useState(false);
  const [error, setError] = useState<unknown>();
  useEffect(() => {
    if (!isUnderWay) return;
    let isLeft = false;
    let seen: string | undefined;
    // Asked for in the background, so that waiting keeps no session alive; the page is fetched when there is news.
    const look = async (): Promise<void> => {
      const { items } = await call(LIST, { query: {}, isBackground: true });
      const states = items.map(({ state }) => state);
      const isOver = !states.some((state) => state === "queued" || state === "running");
      const isNews = isOver || (seen !== undefined && seen !== states.join());
      seen = states.join();
      if (isNews && !isLeft) router.refresh();
    };
    const timer = setInterval(() => void look().catch(() => undefined), LOOK_AGAIN_MS);
    return () => {
      isLeft = true;
      clearInterval(timer);
    };
  }, [isUnderWay, router, call]);
  const ask = async (): Promise<void> => {
    setAsking(true);
    setError(undefined);
    try {
      await call(REQUEST, {});
      refresh(() => router.refresh());
    } catch (failure) {
      setError(failure);
    } finally {
      setAsking(false);
    }
  };
  return (
    <div className="pt-3 print:hidden">
      <div className="flex flex-wrap items-center gap-3">
        <Button size="bar" icon="check" isBusy={isAsking || isPending || isUnderWay} onClick={ask}>
          {t("now")}
        </Button>
        <p role="status" className="text-control text-ink-2">
          {isUnderWay ? t("underWay") : ""}
        </p>
      </div>
      <div className="mt-2 empty:hidden">
        <CallFailure error={error} />
      </div>
    </div>
  );
}
