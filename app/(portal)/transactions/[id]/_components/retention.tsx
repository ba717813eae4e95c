"use client";

import { useTranslations } from "next-intl";
import { ActButton } from "@/components/act/act-button";
import { target } from "@/components/client/api";
import { FactsSection } from "@/components/ui/section";
import type { setTransactionRetention } from "@/lib/api-client/operations/transactions";

const SET = target<typeof setTransactionRetention>("POST", "/confidential/transactions/{id}/retention");

/** The retention class of a record, and the act that changes it; for the duties legal and compliance. */
export function Retention(props: { transactionId: string; current: "standard" | "extended" }) {
  const { transactionId, current } = props;
  const t = useTranslations("transactions.retention");
  const wanted: typeof current = current === "standard" ? "extended" : "standard";
  return (
    <FactsSection title={t("title")}>
      <p className="font-semibold text-control">{t(`${current}.name`)}</p>
      <p className="mt-1 text-control text-ink-2">{t(`${current}.text`)}</p>
      <div className="mt-3 print:hidden">
        <ActButton
          call={SET}
          params={{ id: transactionId }}
          label={t(`${wanted}.act`)}
          button={{ size: "bar" }}
          title={t(`${wanted}.title`)}
          text={t(`${wanted}.explain`)}
          fields={{
            reason: {
              kind: "reason",
              label: t("reason"),
              help: t("reasonHelp"),
              missing: t("reasonMissing"),
            },
          }}
          body={({ reason }) => ({ retention_class: wanted, reason })}
          yes={t(`${wanted}.yes`)}
          failed={t("failed")}
        />
      </div>
    </FactsSection>
  );
}
