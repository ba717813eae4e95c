"use client";

import { useTranslations } from "next-intl";
import { LocalTime } from "@/components/ui/local-time";
import type { DraftState } from "./draft-state";

/** One line at the right of the heading: where what is typed is kept. Told to screen readers as it changes. */
export function SaveLine({ state, hasFactsHere }: { state: DraftState; hasFactsHere: boolean }) {
  const t = useTranslations("requests.new.status");
  const { draft, status } = state;
  const { kind } = status;
  return (
    <p role="status" className="max-w-[420px] text-control text-ink-2 tablet:text-right">
      {draft !== undefined && kind === "saved" ? (
        <>
          {t("saved", { reference: draft.reference })} <LocalTime instant={draft.savedAt} form="clock" />
          {hasFactsHere ? <span className="block">{t("factsHere")}</span> : null}
        </>
      ) : draft !== undefined && kind === "kept" ? (
        t("keptDraft", { reference: draft.reference })
      ) : (
        t(kind === "saved" ? "changed" : kind)
      )}
    </p>
  );
}
