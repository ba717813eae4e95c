"use client";

import { useTranslations } from "next-intl";
import { useEffect, useRef } from "react";
import { ReceiptDownload } from "@/components/domain/receipt-download";
import { Button } from "@/components/ui/button";
import { ButtonLink } from "@/components/ui/button-link";
import { Digest } from "@/components/ui/digest";
import { Facts } from "@/components/ui/facts";
import { LocalTime } from "@/components/ui/local-time";
import { Confirmation } from "@/components/ui/states";

/** The stored transaction, with the receipt of its entry. */
export interface SentTransaction {
  readonly transaction_id: string;
  readonly job_id: string;
  readonly receipt: { readonly entry_id: string; readonly integrate_by: string };
}

export function Sent({ sent, onAnother }: { sent: SentTransaction; onAnother: () => void }) {
  const t = useTranslations("transactions.sent");
  const head = useRef<HTMLDivElement>(null);
  useEffect(() => head.current?.focus(), []);
  const { receipt } = sent;
  return (
    <div ref={head} tabIndex={-1} className="max-w-[640px] outline-none">
      <Confirmation
        title={t("title", { job: sent.job_id })}
        reference={<Digest value={sent.transaction_id} label={t("id")} isWhole />}
      >
        <p>{t("text")}</p>
        <Facts
          look="aligned"
          facts={[
            { name: t("entry"), value: <Digest value={receipt.entry_id} label={t("entry")} /> },
            { name: t("until"), value: <LocalTime instant={receipt.integrate_by} form="full" /> },
          ]}
        />
        <div className="mt-3">
          <ReceiptDownload of={{ transaction_id: sent.transaction_id }} name={sent.job_id} />
        </div>
      </Confirmation>
      <div className="mt-6 flex flex-wrap gap-2">
        <ButtonLink href={`/transactions/${sent.transaction_id}`} look="primary">
          {t("show")}
        </ButtonLink>
        <Button size="large" onClick={onAnother}>
          {t("another")}
        </Button>
      </div>
    </div>
  );
}
