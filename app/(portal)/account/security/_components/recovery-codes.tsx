"use client";

import { useTranslations } from "next-intl";
import { useState } from "react";
import { ChangeFailure } from "@/app/(portal)/account/security/_components/change-failure";
import { ConfirmRemoval } from "@/app/(portal)/account/security/_components/confirm-removal";
import { useChange } from "@/app/(portal)/account/security/_components/use-change";
import { target } from "@/components/client/api";
import { useApi } from "@/components/client/use-api";
import { Button } from "@/components/ui/button";
import { Section } from "@/components/ui/section";
import { Notice } from "@/components/ui/states";
import type { renewRecoveryCodes } from "@/lib/api-client/operations/account";

const renew = target<typeof renewRecoveryCodes>("POST", "/confidential/account/recovery-codes");

function Codes({ codes, onDone }: { codes: readonly string[]; onDone: () => void }) {
  const t = useTranslations("account.recovery");
  const words = useTranslations("ui");
  const [copied, setCopied] = useState<"copied" | "failed" | undefined>();
  const copy = () =>
    navigator.clipboard.writeText(codes.join("\n")).then(
      () => setCopied("copied"),
      () => setCopied("failed"),
    );
  return (
    <div className="mt-4 max-w-[640px]">
      <Notice tone="amber" icon="warning" title={t("once")} className="print:hidden">
        <p>{t("onceText")}</p>
      </Notice>
      <ol
        aria-label={t("title")}
        className="mt-4 grid grid-cols-1 gap-x-8 gap-y-1 font-mono text-body tablet:grid-cols-2"
      >
        {codes.map((code) => (
          <li key={code} className="border-line border-b py-1">
            {code}
          </li>
        ))}
      </ol>
      <div className="mt-4 flex flex-wrap items-center gap-2 print:hidden">
        <Button icon="copy" onClick={copy}>
          {t("copy")}
        </Button>
        <Button icon="print" onClick={() => window.print()}>
          {t("print")}
        </Button>
        <Button look="quiet" onClick={onDone}>
          {t("done")}
        </Button>
        <span role="status" className="text-control text-ink-2">
          {copied === undefined ? "" : words(copied)}
        </span>
      </div>
    </div>
  );
}

/** Ten codes for the day a device is lost; shown when they are made and never again. */
export function RecoveryCodes({ left }: { left: number }) {
  const t = useTranslations("account.recovery");
  const api = useApi();
  const change = useChange();
  const [codes, setCodes] = useState<readonly string[] | undefined>();
  const [isAsking, setAsking] = useState(false);
  const make = async () => {
    const isDone = await change.run(async () => setCodes((await api.call(renew, { body: {} })).codes));
    if (isDone) setAsking(false);
  };
  return (
    <Section title={t("title")}>
      {codes === undefined ? (
        <>
          <p className="mt-3 max-w-[640px] text-body">{t("left", { count: left })}</p>
          {isAsking ? null : <ChangeFailure error={change.error} />}
          <div className="mt-3 print:hidden">
            <Button
              isBusy={change.isBusy && !isAsking}
              onClick={() => {
                change.clear();
                if (left > 0) setAsking(true);
                else void make();
              }}
            >
              {t(left > 0 ? "renew" : "make")}
            </Button>
          </div>
        </>
      ) : (
        <Codes codes={codes} onDone={() => setCodes(undefined)} />
      )}
      {isAsking ? (
        <ConfirmRemoval
          title={t("renew")}
          text={t("renewText")}
          action={t("renew")}
          change={change}
          onClose={() => setAsking(false)}
          onConfirm={make}
        />
      ) : null}
    </Section>
  );
}
