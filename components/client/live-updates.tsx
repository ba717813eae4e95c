"use client";

import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { useContext, useEffect, useState } from "react";
import { useHeard, useLiveState } from "@/components/client/live";
import { AnswerCacheContext } from "@/components/client/providers";
import { Icon } from "@/components/ui/icon";
import { staleAfter, staleAfterGap } from "@/lib/api-client/queries";

/** A connection that was just cut usually comes back at once, so no notice is shown before this. */
const PATIENCE_MS = 3_000;

/** Keeps the page's cached answers in step with the stream, and says when it is not live. Once in the shell. */
export function LiveUpdates() {
  const open = useContext(AnswerCacheContext);
  const router = useRouter();
  useHeard((heard) => {
    // Without a session the layout leads to the sign-in page.
    if (heard === "ended") return router.refresh();
    const stale = heard === "gap" ? staleAfterGap() : staleAfter(heard);
    // What could not be loaded keeps nothing that a change makes old.
    open().then(
      (cache) => cache.renew(stale),
      () => undefined,
    );
  });
  return <NotLive />;
}

function NotLive() {
  const t = useTranslations("ui");
  const isDown = useLiveState() === "down";
  const [isShown, setShown] = useState(false);
  useEffect(() => {
    if (!isDown) {
      setShown(false);
      return;
    }
    const timer = setTimeout(() => setShown(true), PATIENCE_MS);
    return () => clearTimeout(timer);
  }, [isDown]);
  return (
    <div role="status" className="fixed right-4 bottom-[70px] z-toast tablet:bottom-4 print:hidden">
      {isShown ? (
        <p className="flex items-center gap-2 border-amber border-l-[3px] bg-amber-wash px-3 py-2 text-control">
          <Icon name="warning" className="text-amber" />
          {t("notLive")}
        </p>
      ) : null}
    </div>
  );
}
