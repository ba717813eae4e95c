"use client";

import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { ActButton } from "@/components/act/act-button";
import { target } from "@/components/client/api";
import { Button } from "@/components/ui/button";
import { Section } from "@/components/ui/section";
import { Notice } from "@/components/ui/states";
import type { renewRecoveryCodes } from "@/lib/api-client/operations/account";

const RENEW = target<typeof renewRecoveryCodes>("POST", "/confidential/account/recovery-codes");

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

/** Ten codes for the day a device is lost. They are shown once, when they are made. */
export function RecoveryCodes({ left }: { left: number }) {
  const t = useTranslations("account.recovery");
  const failed = useTranslations("account.failed");
  const router = useRouter();
  const [codes, setCodes] = useState<readonly string[]>();
  const onDone = (made: { readonly codes: readonly string[] }) => {
    setCodes(made.codes);
    router.refresh();
  };
  const common = { call: RENEW, failed: failed("title"), onDone };
  // The codes that are left stop working, so the question comes first.
  const renew = { ...common, label: t("renew"), title: t("renew"), text: t("renewText"), danger: true };
  const spec =
    left > 0 ? { ...renew, button: { look: "secondary" as const } } : { ...common, label: t("make") };
  return (
    <Section title={t("title")}>
      {codes === undefined ? (
        <>
          <p className="mt-3 max-w-[640px] text-body">{t("left", { count: left })}</p>
          <div className="mt-3 print:hidden">
            <ActButton {...spec} />
          </div>
        </>
      ) : (
        <Codes codes={codes} onDone={() => setCodes(undefined)} />
      )}
    </Section>
  );
}
