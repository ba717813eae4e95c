"use client";

import dynamic from "next/dynamic";
import { useTranslations } from "next-intl";
import type { PolicyForm } from "@/lib/policies/authoring/form";
import { Marked, useSentenceLocale } from "../marked";

interface OfForm {
  readonly form: PolicyForm;
}

function saidBy(sentenceOf: (form: PolicyForm) => string) {
  // biome-ignore lint/correctness/noComponentHookFactories: made once for each language, when the module is loaded
  return function Said({ form }: OfForm) {
    return <Marked text={sentenceOf(form)} />;
  };
}

// The browser is sent the words of the reader's language only.
const SAID = {
  en: dynamic(async () => saidBy((await import("@/lib/policies/authoring/sentence-en")).englishSentence)),
  de: dynamic(async () => saidBy((await import("@/lib/policies/authoring/sentence-de")).germanSentence)),
} as const;

/** The sentence that the form writes, while it is filled in. */
export function RulePreview({ form }: OfForm) {
  const t = useTranslations("policies.edit");
  const Said = SAID[useSentenceLocale()];
  return (
    <div className="border-accent border-l-[3px] bg-accent-wash px-4 py-3 tablet:sticky tablet:top-0 tablet:z-header">
      <p className="text-note text-ink-2">{t("sentence")}</p>
      <p aria-live="polite" className="text-body">
        <Said form={form} />
      </p>
    </div>
  );
}
