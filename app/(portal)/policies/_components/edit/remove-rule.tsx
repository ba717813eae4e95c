"use client";

import { useTranslations } from "next-intl";
import { ActButton } from "@/components/act/act-button";
import { target } from "@/components/client/api";
import type { savePolicySet } from "@/lib/api-client/operations/policies";
import type { PolicySetView } from "@/lib/policies/schema";

const SAVE = target<typeof savePolicySet>("PUT", "/confidential/policies/{number}");

/** Takes a rule out of a draft, with its examples. */
export function RemoveRule(props: {
  set: Pick<PolicySetView, "number" | "revision" | "document">;
  id: string;
}) {
  const t = useTranslations("policies.edit.remove");
  const { set, id } = props;
  const { number, revision, document } = set;
  const policies = document.policies.filter((policy) => policy.id !== id);
  return (
    <ActButton<typeof savePolicySet>
      call={SAVE}
      params={{ number: String(number) }}
      ifMatch={`"${revision}"`}
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
