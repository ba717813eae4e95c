"use client";

import { useTranslations } from "next-intl";
import { ActButton } from "@/components/act/act-button";
import { target } from "@/components/client/api";
import type { createPolicySet } from "@/lib/api-client/operations/policies";

const CREATE = target<typeof createPolicySet>("POST", "/confidential/policies");

/** Makes a draft from the version in force, or from another one, and leads to it. */
export function NewDraft({ basedOn }: { basedOn?: number }) {
  const t = useTranslations("policies.newDraft");
  return (
    <ActButton<typeof createPolicySet, "title" | "reason">
      call={CREATE}
      button={{ look: basedOn === undefined ? "primary" : "secondary", icon: "pencil" }}
      label={t(basedOn === undefined ? "label" : "labelFrom")}
      title={t("title")}
      text={t("text")}
      fields={{
        title: {
          kind: "line",
          label: t("name"),
          help: t("nameHelp"),
          maxLength: 200,
          missing: t("nameMissing"),
        },
        reason: { kind: "reason", label: t("reason"), help: t("reasonHelp"), missing: t("reasonMissing") },
      }}
      body={({ title, reason }) => ({
        title,
        reason,
        ...(basedOn === undefined ? {} : { based_on: basedOn }),
      })}
      yes={t("yes")}
      failed={t("failed")}
      leadsTo={({ number }) => `/policies/${number}`}
    />
  );
}
