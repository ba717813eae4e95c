"use client";

import { useTranslations } from "next-intl";
import { ActButton } from "@/components/act/act-button";
import { target } from "@/components/client/api";
import type { withdrawRequest } from "@/lib/api-client/operations/access";
import type { withdrawUnreadableRequest } from "@/lib/api-client/operations/admin-requests";

const CALLS = {
  requester: target<typeof withdrawRequest>("POST", "/confidential/access/requests/{id}/withdraw"),
  administrator: target<typeof withdrawUnreadableRequest>(
    "POST",
    "/confidential/admin/requests/{id}/withdraw",
  ),
} as const;

/** Withdraws a request, which stays visible. Administrators withdraw requests that cannot be read. */
export function Withdraw(props: {
  requestId: string;
  reference: string;
  by?: "requester" | "administrator";
}) {
  const { requestId, reference, by = "requester" } = props;
  const t = useTranslations("review.withdraw");
  return (
    <ActButton<typeof withdrawRequest | typeof withdrawUnreadableRequest, "reason">
      call={CALLS[by]}
      params={{ id: requestId }}
      label={t("open")}
      button={{ look: "secondary" }}
      title={t("title", { reference })}
      text={t("text")}
      fields={{ reason: { kind: "reason", label: t("reason"), isOptional: true, maxLength: 2_000 } }}
      body={({ reason }) => (reason === "" ? {} : { reason })}
      yes={t("do")}
      failed={t("failed")}
      danger
    />
  );
}
