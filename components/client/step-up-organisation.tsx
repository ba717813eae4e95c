"use client";

import { useTranslations } from "next-intl";
import { useEffect, useRef, useState } from "react";
import { call, target } from "@/components/client/api";
import { CallFailure } from "@/components/client/call-failure";
import { hearProof } from "@/components/client/organisation-sign-in";
import { Button } from "@/components/ui/button";
import type { startOwnProvider } from "@/lib/api-client/operations/account-provider";

const START = target<typeof startOwnProvider>("POST", "/confidential/account/provider/start");
const WINDOW = "popup,width=520,height=720";

/**
 * A new sign-in at the person's organisation, in a window of its own: what was typed in this page stays. Where the
 * browser opens no window, a link leads there in another tab.
 */
export function StepUpOrganisation({ onProved }: { onProved: () => void }) {
  const t = useTranslations("portal.stepUp");
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  const [url, setUrl] = useState<string>();
  const latest = useRef(onProved);
  useEffect(() => {
    latest.current = onProved;
  });
  useEffect(() => hearProof(() => latest.current()), []);
  const begin = async () => {
    setBusy(true);
    setError(undefined);
    try {
      const { url: to } = await call(START, { body: { purpose: "step-up" } });
      window.open(to, "_blank", WINDOW);
      setUrl(to);
    } catch (failure) {
      setError(failure);
    }
    setBusy(false);
  };
  return (
    <div className="mt-4 grid gap-3">
      <p className="text-control text-ink-2">{t("organisationText")}</p>
      <CallFailure error={error} />
      <Button
        id="step-up-organisation"
        look="primary"
        size="large"
        isBusy={isBusy}
        onClick={() => void begin()}
      >
        {t("organisation")}
      </Button>
      {url === undefined ? null : (
        <p role="status" className="text-control">
          {t("organisationWaits")}{" "}
          <a href={url} target="_blank" rel="noreferrer" className="underline underline-offset-4">
            {t("organisation")}
          </a>
        </p>
      )}
    </div>
  );
}
