"use client";

import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { target } from "@/components/client/api";
import { CallFailure } from "@/components/client/call-failure";
import { useApi } from "@/components/client/use-api";
import { Button } from "@/components/ui/button";
import type { requestAuditExport } from "@/lib/api-client/operations/audit";
import type { NewExport } from "@/lib/audit/schema";

const request = target<typeof requestAuditExport>("POST", "/confidential/audit/exports");

/** Requests an export in the background. The list then shows its progress. */
export function MakeInBackground({ wanted }: { wanted: NewExport }) {
  const t = useTranslations("audit.exports.background");
  const api = useApi();
  const router = useRouter();
  const [key, setKey] = useState(() => crypto.randomUUID());
  const [isBusy, setBusy] = useState(false);
  const [isAsked, setAsked] = useState(false);
  const [error, setError] = useState<unknown>();
  const ask = async () => {
    setBusy(true);
    setError(undefined);
    try {
      // The key stays the same until an answer arrives. A call that is repeated after a lost answer then requests only
      // one export.
      await api.call(request, { body: wanted, idempotencyKey: key });
      setKey(crypto.randomUUID());
      setAsked(true);
      router.refresh();
    } catch (failure) {
      setError(failure);
    }
    setBusy(false);
  };
  return (
    <div className="my-4 border-line border-t pt-4">
      <p className="font-semibold text-control">{t("title")}</p>
      <p className="mt-1 mb-3 text-control text-ink-2">{t("text")}</p>
      <Button look="secondary" onClick={ask} isBusy={isBusy}>
        {t("button")}
      </Button>
      <p role="status" className="mt-2 text-control">
        {isAsked ? t("asked") : null}
      </p>
      <CallFailure error={error} />
    </div>
  );
}
