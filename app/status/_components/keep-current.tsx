"use client";

import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { useEffect, useState } from "react";
import { Icon } from "@/components/ui/icon";
import { LocalTime } from "@/components/ui/local-time";

const EVERY_MS = 10_000;
const GIVE_UP_MS = 8_000;

/** Any answer will do, a 503 too: the page itself says what is wrong. */
async function isAnswering(): Promise<boolean> {
  try {
    await fetch("/readyz", { cache: "no-store", signal: AbortSignal.timeout(GIVE_UP_MS) });
    return true;
  } catch {
    return false;
  }
}

/**
 * Reads the state again while the page is in sight. The portal is asked first, since Next would leave this page
 * for the browser's own error page if it fetched one from a server that is away.
 */
export function KeepCurrent({ readAt }: { readAt: string }) {
  const t = useTranslations("state");
  const router = useRouter();
  const [lostSince, setLostSince] = useState<string | undefined>();
  useEffect(() => {
    const look = async () => {
      if (document.visibilityState !== "visible") return;
      if (!(await isAnswering())) {
        setLostSince((since) => since ?? readAt);
        return;
      }
      setLostSince(undefined);
      router.refresh();
    };
    const timer = setInterval(look, EVERY_MS);
    return () => clearInterval(timer);
  }, [router, readAt]);
  return (
    <div role="status">
      {lostSince === undefined ? null : (
        <p className="mt-2 flex items-center gap-2 text-oxblood">
          <Icon name="stop" />
          <span>
            {t("lost")} <LocalTime instant={lostSince} />. {t("lostText")}
          </span>
        </p>
      )}
    </div>
  );
}
