"use client";

import { useTranslations } from "next-intl";
import { canonicalJson } from "@/lib/crypto/json/canonical-json";

/** Shows the signed bytes on request: the kind of statement and its canonical form. */
export function ExactText({ kind, statement }: { kind: string; statement: unknown }) {
  const t = useTranslations("domain.statement");
  return (
    <details className="mt-2">
      <summary className="min-h-[24px] cursor-pointer text-control text-ink-2 underline underline-offset-4">
        {t("exact")}
      </summary>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling text must be reachable by keyboard */}
      <section aria-label={t("exact")} tabIndex={0} className="mt-2 max-h-48 overflow-auto">
        <pre className="whitespace-pre-wrap break-all border border-line-2 bg-paper p-3 font-mono text-note">
          {`sealport/${kind}/1\n${canonicalJson(statement)}`}
        </pre>
      </section>
    </details>
  );
}
