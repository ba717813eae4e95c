"use client";

import { useTranslations } from "next-intl";
import { type ReactNode, useState } from "react";
import { Button } from "@/components/ui/button";

export interface DetailFact {
  readonly name: string;
  readonly value: ReactNode;
  /** As text, for the copy. */
  readonly text: string;
}

/** What the operator needs to find a failure: folded away, and copied as lines of text. */
export function FailureDetails({ facts }: { facts: readonly DetailFact[] }) {
  const t = useTranslations("error");
  const [outcome, setOutcome] = useState<"copied" | "notCopied">();
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(facts.map(({ name, text }) => `${name}: ${text}`).join("\n"));
      setOutcome("copied");
    } catch {
      setOutcome("notCopied");
    }
  };
  return (
    <details className="mt-4 text-control">
      <summary className="min-h-[24px] cursor-pointer text-ink-2 underline underline-offset-4">
        {t("details")}
      </summary>
      <dl className="mt-3 grid gap-2">
        {facts.map(({ name, value }) => (
          <div key={name} className="flex flex-wrap gap-x-4">
            <dt className="w-44 shrink-0 text-ink-3">{name}</dt>
            <dd className="wrap-anywhere">{value}</dd>
          </div>
        ))}
      </dl>
      <div className="mt-3 flex items-center gap-3">
        <Button look="quiet" size="bar" icon="copy" onClick={copy}>
          {t("copy")}
        </Button>
        <span role="status" className="text-ink-2">
          {outcome === undefined ? "" : t(outcome)}
        </span>
      </div>
    </details>
  );
}
