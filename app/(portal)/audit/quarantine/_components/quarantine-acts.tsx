"use client";

import { useTranslations } from "next-intl";
import { ActRow, act } from "@/components/act/act-button";
import { target } from "@/components/client/api";
import type { dismissQuarantined } from "@/lib/api-client/operations/quarantine";
import type { QuarantinedEntry } from "@/lib/audit/reading/quarantine-schema";
import { shortDigest } from "@/lib/format";

const DISMISS = target<typeof dismissQuarantined>("POST", "/confidential/audit/quarantine/{id}/dismissals");

/** Dismisses a quarantined entry with a reason. */
export function QuarantineActs({ item }: { item: QuarantinedEntry }) {
  const t = useTranslations("keeping.quarantine.acts");
  const dismiss = () =>
    act("dismiss", {
      call: DISMISS,
      params: { id: item.entry_id },
      label: t("dismiss"),
      named: t("dismissNamed", { row: shortDigest(item.entry_id) }),
      button: { size: "bar" },
      title: t("title"),
      text: t("text"),
      fields: {
        reason: { kind: "reason", label: t("reason"), help: t("reasonHelp"), missing: t("reasonNeeded") },
      },
      body: ({ reason }) => ({ reason }),
      yes: t("dismiss"),
      failed: t("failed"),
    });
  return <ActRow acts={item.may_dismiss ? [dismiss()] : []} none={t("none")} />;
}
