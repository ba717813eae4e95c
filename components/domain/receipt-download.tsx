"use client";

import { useTranslations } from "next-intl";
import { useState } from "react";
import { CallFailure } from "@/components/client/call-failure";
import { saveAnswer } from "@/components/client/download-link";
import { useApi } from "@/components/client/use-api";
import { useReady } from "@/components/client/use-ready";
import { Button } from "@/components/ui/button";

/** What a person did, for which the log signed a receipt. */
export type ReceiptOf = { readonly request_id: string } | { readonly transaction_id: string };

const LINK = "underline decoration-line-2 underline-offset-4 hover:decoration-current";

/** Offers the signed receipt of the reader's act as a file, with a link to the page that verifies it. */
export function ReceiptDownload({ of, name }: { of: ReceiptOf; name: string }) {
  const t = useTranslations("domain.receipt");
  const api = useApi();
  const isReady = useReady();
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  const download = async () => {
    setBusy(true);
    setError(undefined);
    try {
      await saveAnswer(
        await api.send("GET", "/confidential/audit/receipts", { query: of }),
        `${name}-receipt.json`,
      );
    } catch (failure) {
      setError(failure);
    } finally {
      setBusy(false);
    }
  };
  return (
    <div className="print:hidden">
      <div className="flex flex-wrap items-center gap-3">
        <Button
          size="bar"
          icon="download"
          isBusy={isBusy}
          disabled={!isReady}
          onClick={() => void download()}
        >
          {t("download")}
        </Button>
        <a href="/verify" target="_blank" rel="noreferrer" className={LINK}>
          {t("check")}
        </a>
      </div>
      <div className="mt-2 empty:hidden">
        <CallFailure error={error} title={t("failed")} />
      </div>
    </div>
  );
}
