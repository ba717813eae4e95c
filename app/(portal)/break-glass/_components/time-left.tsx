"use client";

import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { useCallback } from "react";
import { Countdown } from "@/components/ui/countdown";

/** Shows the time left of the hour. At its end the page reloads; shown values are hidden before that. */
export function TimeLeft({ until, nowMs }: { until: string; nowMs: number }) {
  const t = useTranslations("breakGlass.facts");
  const router = useRouter();
  const end = useCallback(() => router.refresh(), [router]);
  return (
    <p className="mb-2 border-amber border-t-[3px] pt-2 font-semibold text-amber text-opened">
      {t.rich("left", { time: () => <Countdown until={until} nowMs={nowMs} onEnd={end} /> })}
    </p>
  );
}
