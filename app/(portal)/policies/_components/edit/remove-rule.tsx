"use client";

import { useTranslations } from "next-intl";
import { ActButton } from "@/components/act/act-button";
import { target } from "@/components/client/api";
import type { PolicyDocument } from "@/lib/access/policy/policy-document";
import type { savePolicySet } from "@/lib/api-client/operations/policies";

const SAVE = target<typeof savePolicySet>("PUT", "/confidential/policies/{number}");

/** Takes a rule out of a draft, with its examples. */
export function RemoveRule(props: { number: number; document: PolicyDocument; id: string }) {
  const t = useTranslations("policies.edit.remove");
  const { number, document, id } = props;
  const policies = document.policies.filter((policy) => policy.id !== id);
  return (
    <ActButton<typeof savePolicySet>
      call={SAVE}
      params={{ number: String(number) }}
      label={t("label")}
      title={t("title", { id })}
      text={t("text")}
      body={() => ({ document: { ...document, policies } })}
      yes={t("label")}
      danger
      failed={t("failed")}
      leadsTo={() => `/policies/${number}`}
    />
  );
}
