"use client";

import { useTranslations } from "next-intl";
import { ActRow, act } from "@/components/act/act-button";
import { target } from "@/components/client/api";
import type { Preservation } from "@/lib/access/preservations/schema";
import type { releaseHold, renewHold } from "@/lib/api-client/operations/preservations";

const RENEW = target<typeof renewHold>("POST", "/confidential/access/preservations/{id}/renewals");
const RELEASE = target<typeof releaseHold>("POST", "/confidential/access/preservations/{id}/releases");

/** Renews or releases a hold of the reader's own organisation; `records` are the names of its transactions. */
export function HoldActs({ item, records }: { item: Preservation; records: string }) {
  const t = useTranslations("keeping.holds.acts");
  if (!item.is_own || item.state === "released")
    return <ActRow acts={[]} none={t(item.is_own ? "ended" : "others")} />;
  return (
    <ActRow
      acts={[
        act("renew", {
          call: RENEW,
          params: { id: item.id },
          label: t("renew"),
          named: t("renewNamed", { records }),
          button: { size: "bar" },
          title: t("renewTitle"),
          text: t("renewText"),
          yes: t("renewYes"),
          failed: t("failed"),
        }),
        act("release", {
          call: RELEASE,
          params: { id: item.id },
          label: t("release"),
          named: t("releaseNamed", { records }),
          button: { size: "bar", look: "quiet" },
          title: t("releaseTitle"),
          text: t("releaseText"),
          fields: { reason: { kind: "reason", label: t("reason"), missing: t("reasonNeeded") } },
          body: ({ reason }) => ({ reason }),
          yes: t("releaseYes"),
          danger: true,
          failed: t("failed"),
        }),
      ]}
    />
  );
}
