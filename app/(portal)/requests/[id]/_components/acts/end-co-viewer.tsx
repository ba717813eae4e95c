"use client";

import { useTranslations } from "next-intl";
import { ActButton } from "@/components/act/act-button";
import { target } from "@/components/client/api";
import type { endCoViewer } from "@/lib/api-client/operations/steering";

const END = target<typeof endCoViewer>("POST", "/confidential/access/requests/{id}/co-viewer-ends");

/** Removes a co-viewer, with a reason. It cannot be undone. */
export function EndCoViewer(props: {
  requestId: string;
  reference: string;
  person: { readonly handle: string; readonly name: string };
}) {
  const { requestId, reference } = props;
  const { handle, name } = props.person;
  const t = useTranslations("review.coViewers");
  return (
    <ActButton
      call={END}
      params={{ id: requestId }}
      label={t("end")}
      named={t("endOf", { name })}
      button={{ look: "secondary" }}
      title={t("endTitle", { name, reference })}
      text={t("endText", { name })}
      fields={{
        reason: { kind: "reason", label: t("reason"), missing: t("reasonMissing"), maxLength: 2_000 },
      }}
      body={({ reason }) => ({ person: handle, reason })}
      yes={t("confirm")}
      failed={t("failed")}
      danger
    />
  );
}
