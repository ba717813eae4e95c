"use client";

import { useTranslations } from "next-intl";
import { useState, useSyncExternalStore } from "react";
import { useDeveloperTools } from "@/components/client/developer-tools";
import { CodeSample } from "@/components/ui/code-sample";
import { Icon } from "@/components/ui/icon";
import { curlOf } from "@/lib/api-client/openapi/curl";

export interface ApiCallText {
  readonly method: string;
  readonly path: string;
  readonly body?: string;
}

/** Copies the call that gives the same data as the page, for people who hold an API key. */
export function ApiCall({ call }: { call: ApiCallText }) {
  const t = useTranslations("portal");
  const isShown = useDeveloperTools();
  const [outcome, setOutcome] = useState<"copied" | "failed" | undefined>();
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(curlOf(call, location.origin));
      setOutcome("copied");
    } catch {
      setOutcome("failed");
    }
  };
  if (!isShown) return null;
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

const never = () => () => undefined;

/** Shows an API call with this portal's own address, and copies it. */
export function ApiCallSample({ label, call }: { label: string; call: ApiCallText }) {
  const origin = useSyncExternalStore(
    never,
    () => location.origin,
    () => "",
  );
  return (
    <div className="mt-3">
      <p className="mb-1 text-note text-ink-2">{label}</p>
      <CodeSample label={label} code={curlOf(call, origin)} />
    </div>
  );
}
