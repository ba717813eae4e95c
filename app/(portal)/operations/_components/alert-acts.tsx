"use client";

import { useTranslations } from "next-intl";
import { Acts, act } from "@/components/act/act-button";
import { target } from "@/components/client/api";
import type { Alert } from "@/lib/alerts/schema";
import type { acknowledgeAlert, resolveAlert } from "@/lib/api-client/operations/alerts";

const ACKNOWLEDGE = target<typeof acknowledgeAlert>("POST", "/confidential/alerts/{id}/acknowledge");
const RESOLVE = target<typeof resolveAlert>("POST", "/confidential/alerts/{id}/resolve");

/** Takes an alert on, and ends it. */
export function AlertActs({ alert }: { alert: Alert }) {
  const t = useTranslations("alertsPage.acts");
  const params = { id: alert.id };
  const acknowledge = act<typeof acknowledgeAlert, "note">("acknowledge", {
    call: ACKNOWLEDGE,
    params,
    label: t("acknowledge"),
    title: t("acknowledgeTitle"),
    text: t("acknowledgeText"),
    fields: {
      note: {
        kind: "reason",
        label: t("note"),
        help: t("noteHelp"),
        missing: t("noteNeeded"),
        maxLength: 1_000,
      },
    },
    body: ({ note }) => ({ note }),
    yes: t("acknowledge"),
    failed: t("failed"),
  });
  const resolve = act<typeof resolveAlert, "reason">("resolve", {
    call: RESOLVE,
    params,
    label: t("resolve"),
    title: t("resolveTitle"),
    text: t("resolveText"),
    fields: {
      reason: {
        kind: "reason",
        label: t("reason"),
        help: t("reasonHelp"),
        missing: t("reasonNeeded"),
        maxLength: 1_000,
      },
    },
    body: ({ reason }) => ({ reason }),
    yes: t("resolve"),
    failed: t("failed"),
  });
  return (
    <Acts acts={[...(alert.may_acknowledge ? [acknowledge] : []), ...(alert.may_resolve ? [resolve] : [])]} />
  );
}
