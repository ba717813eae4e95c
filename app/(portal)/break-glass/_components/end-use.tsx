"use client";

import { useTranslations } from "next-intl";
import { ActButton } from "@/components/act/act-button";
import { target } from "@/components/client/api";
import type { BreakGlassView } from "@/lib/access/break-glass/schema";
import type { revokeGrant } from "@/lib/api-client/operations/grants";

const REVOKE = target<typeof revokeGrant>("POST", "/confidential/access/grants/{id}/revoke");

/** Ends an emergency access before its hour is over: its holder, or a reviewer. */
export function EndUse({
  use,
  isOwn,
}: {
  use: Pick<BreakGlassView, "grant_id" | "reference" | "holder">;
  isOwn: boolean;
}) {
  const t = useTranslations("breakGlass.end");
  return (
    <ActButton
      call={REVOKE}
      params={{ id: use.grant_id }}
      label={t("act")}
      button={{ look: isOwn ? "secondary" : "danger" }}
      title={t("title", { reference: use.reference })}
      text={isOwn ? t("textOwn") : t("text", { name: use.holder.name })}
      fields={{ reason: { kind: "reason", label: t("reason"), missing: t("reasonMissing") } }}
      body={({ reason }) => ({ reason })}
      yes={t("yes")}
      failed={t("failed")}
      danger
    />
  );
}
