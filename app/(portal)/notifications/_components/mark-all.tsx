"use client";

import { useTranslations } from "next-intl";
import { ActButton } from "@/components/act/act-button";
import { target } from "@/components/client/api";
import type { markNotifications } from "@/lib/api-client/operations/notifications";

const MARK = target<typeof markNotifications>("POST", "/confidential/notifications/marks");

/** Marks everything as read up to the newest that is shown. What comes later stays unread. */
export function MarkAll({ until }: { until: string }) {
  const t = useTranslations("notify.notices");
  return (
    <div className="py-3">
      <ActButton
        call={MARK}
        body={() => ({ until })}
        label={t("markAll")}
        button={{ size: "bar" }}
        failed={t("failed")}
        outlivesPage
      />
    </div>
  );
}

/** Marks what the person was told about one thing as read. */
export function MarkOne({ ids, what }: { ids: readonly string[]; what: string }) {
  const t = useTranslations("notify.notices");
  return (
    <span className="py-1">
      <ActButton
        call={MARK}
        body={() => ({ ids: [...ids] })}
        label={t("mark")}
        named={t("markNamed", { what })}
        button={{ size: "bar", look: "quiet" }}
        failed={t("failed")}
        outlivesPage
      />
    </span>
  );
}
