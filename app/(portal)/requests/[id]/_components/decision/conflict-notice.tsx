"use client";

import { useTranslations } from "next-intl";
import { Button } from "@/components/ui/button";
import { Notice } from "@/components/ui/states";
import { DecidedByOther, isStep } from "./decided-by-other";
import { useReview } from "./review-state";
import type { Draft } from "./verdict";

function typedOf({ reading, reason, until, views }: Draft): string[] {
  return [reading.issuer, reading.case_number, reading.valid_from, reading.valid_until, until, views, reason]
    .map((text) => text.trim())
    .filter((text) => text !== "");
}

/** The request changed while the reviewer was typing: who changed it, and the typed text, to keep or discard. */
export function ConflictNotice() {
  const t = useTranslations("review");
  const state = useReview();
  if (state === undefined) return null;
  const typed = typedOf(state.draft);
  if (typed.length === 0) return null;
  const last = state.request.timeline.findLast(({ kind }) => isStep(kind));
  return (
    <Notice tone="amber" icon="warning" isLive title={t("faster.title")} className="mb-6">
      <p>
        {last === undefined ? null : <DecidedByOther kind={last.kind} by={last.by_name ?? ""} at={last.at} />}{" "}
        {t("faster.kept")}
      </p>
      <ul aria-label={t("faster.typed")} className="mt-2 grid gap-1">
        {typed.map((text) => (
          <li key={text} className="whitespace-pre-wrap break-words border-line-2 border-l pl-3">
            {text}
          </li>
        ))}
      </ul>
      <p className="mt-3">
        <Button size="bar" onClick={state.forget}>
          {t("faster.drop")}
        </Button>
      </p>
    </Notice>
  );
}
