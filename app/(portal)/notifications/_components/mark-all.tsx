"use client";

import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { useAct } from "@/components/act/use-act";
import { target } from "@/components/client/api";
import { CallFailure } from "@/components/client/call-failure";
import { Button } from "@/components/ui/button";
import type { markNotifications } from "@/lib/api-client/operations/notifications";

const MARK = target<typeof markNotifications>("POST", "/confidential/notifications/marks");

function useMark() {
  const router = useRouter();
  const { isBusy, error, run } = useAct(MARK);
  const mark = async (body: { ids: string[] } | { until: string }) => {
    if ((await run({ body })) !== undefined) router.refresh();
  };
  return { isBusy, error, mark };
}

/** Marks as read everything up to the newest that is shown: what comes meanwhile stays unread. */
export function MarkAll({ until }: { until: string }) {
  const t = useTranslations("notify.notices");
  const { isBusy, error, mark } = useMark();
  return (
    <div className="py-3">
      <Button size="bar" isBusy={isBusy} onClick={() => void mark({ until })}>
        {t("markAll")}
      </Button>
      {error === undefined ? null : <CallFailure error={error} title={t("failed")} />}
    </div>
  );
}

/** Marks one as read. */
export function MarkOne({ id, what }: { id: string; what: string }) {
  const t = useTranslations("notify.notices");
  const { isBusy, error, mark } = useMark();
  return (
    <span className="py-1">
      <Button
        size="bar"
        look="quiet"
        isBusy={isBusy}
        aria-label={t("markNamed", { what })}
        onClick={() => void mark({ ids: [id] })}
      >
        {t("mark")}
      </Button>
      {error === undefined ? null : <CallFailure error={error} title={t("failed")} />}
    </span>
  );
}
