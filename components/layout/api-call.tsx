"use client";

import { useTranslations } from "next-intl";
import { useState } from "react";
import { Icon } from "@/components/ui/icon";
import { curlOf } from "@/lib/api-client/openapi/curl";

export interface ApiCallText {
  readonly method: string;
  readonly path: string;
  readonly body?: string;
}

export function ApiCall({ call }: { call: ApiCallText }) {
  const t = useTranslations("portal");
  const [outcome, setOutcome] = useState<"copied" | "failed" | undefined>();
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(curlOf(call, location.origin));
      setOutcome("copied");
    } catch {
      setOutcome("failed");
    }
  };
  return (
    <div className="ml-auto flex items-center gap-2">
      <span role="status" className="text-note text-ink-2">
        {outcome === undefined ? "" : t(`apiCall.${outcome}`)}
      </span>
      <button
        type="button"
        onClick={copy}
        title={`${call.method} ${call.path}`}
        className="inline-flex min-h-[28px] cursor-pointer items-center gap-2 rounded-control px-2 text-control text-ink-2 hover:text-ink"
      >
        <Icon name="code" />
        <span className="sr-only drawn:not-sr-only">{t("apiCall.copy")}</span>
      </button>
    </div>
  );
}
