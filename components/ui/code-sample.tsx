"use client";

import { useTranslations } from "next-intl";
import { useState } from "react";
import { Icon } from "@/components/ui/icon";

type Outcome = "none" | "copied" | "failed";

/** A command to be copied whole. The region takes focus so that the keyboard can scroll it. */
export function CodeSample({ label, code }: { label: string; code: string }) {
  const t = useTranslations("copy");
  const [outcome, setOutcome] = useState<Outcome>("none");
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(code);
      setOutcome("copied");
    } catch {
      setOutcome("failed");
    }
  };
  return (
    <div className="border border-line-2 bg-sheet print:border-0">
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard */}
      <section aria-label={label} tabIndex={0} className="overflow-x-auto p-4 print:p-0">
        <pre className="font-mono text-control print:whitespace-pre-wrap">
          <code>{code}</code>
        </pre>
      </section>
      <div className="flex min-h-row items-center justify-between gap-4 border-line border-t px-4 print:hidden">
        <p role="status" className={`text-note ${outcome === "failed" ? "text-oxblood" : "text-accent"}`}>
          {outcome === "none" ? "" : t(outcome)}
        </p>
        <button
          type="button"
          onClick={copy}
          className="inline-flex min-h-touch cursor-pointer items-center gap-2 text-control text-ink-2 hover:text-ink tablet:min-h-[28px]"
        >
          <Icon name="copy" />
          {t("copy")}
        </button>
      </div>
    </div>
  );
}
