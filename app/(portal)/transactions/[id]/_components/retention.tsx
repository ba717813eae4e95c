"use client";

import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { ReasonDialog } from "@/components/act/reason-dialog";
import { useAct } from "@/components/act/use-act";
import { target } from "@/components/client/api";
import { Button } from "@/components/ui/button";
import { FactsSection } from "@/components/ui/section";
import type { setTransactionRetention } from "@/lib/api-client/operations/transactions";

const setRetention = target<typeof setTransactionRetention>(
  "POST",
  "/confidential/transactions/{id}/retention",
);

/** The class of retention, for legal and compliance alone: how it stands, and the way to the other one. */
export function Retention(props: { transactionId: string; current: "standard" | "extended" }) {
  const { transactionId, current } = props;
  const t = useTranslations("transactions.retention");
  const router = useRouter();
  const act = useAct(setRetention);
  const [isOpen, setOpen] = useState(false);
  const wanted = current === "standard" ? "extended" : "standard";
  const send = async (reason: string) => {
    const body = { retention_class: wanted, reason } as const;
    if ((await act.run({ params: { id: transactionId }, body })) === undefined) return;
    setOpen(false);
    router.refresh();
  };
  return (
    <FactsSection title={t("title")}>
      <p className="font-semibold text-control">{t(`${current}.name`)}</p>
      <p className="mt-1 text-control text-ink-2">{t(`${current}.text`)}</p>
      <p className="mt-3 print:hidden">
        <Button size="bar" onClick={() => setOpen(true)}>
          {t(`${wanted}.act`)}
        </Button>
      </p>
      {isOpen ? (
        <ReasonDialog
          title={t(`${wanted}.title`)}
          text={t(`${wanted}.explain`)}
          reason={{ label: t("reason"), help: t("reasonHelp"), missing: t("reasonMissing") }}
          yes={{ label: t(`${wanted}.yes`), look: "primary" }}
          failed={t("failed")}
          act={act}
          onAct={(reason) => void send(reason)}
          onClose={() => setOpen(false)}
        />
      ) : null}
    </FactsSection>
  );
}
