"use client";

import { useTranslations } from "next-intl";
import { ActButton } from "@/components/act/act-button";
import { target } from "@/components/client/api";
import type { beginAccessReview } from "@/lib/api-client/operations/administration/access-reviews";

const BEGIN = target<typeof beginAccessReview>("POST", "/confidential/admin/access-reviews");

/** Begins a review by hand, and leads to it. */
export function BeginReview() {
  const t = useTranslations("accessReview.begin");
  return (
    <ActButton<typeof beginAccessReview, "due_on">
      call={BEGIN}
      button={{ look: "primary" }}
      label={t("label")}
      title={t("title")}
      text={t("text")}
      fields={{ due_on: { kind: "date", label: t("due"), help: t("dueHelp"), isOptional: true } }}
      body={({ due_on: day }) => (day === "" ? {} : { due_on: day })}
      yes={t("yes")}
      failed={t("failed")}
      leadsTo={({ id }) => `/access-review/${id}`}
    />
  );
}
