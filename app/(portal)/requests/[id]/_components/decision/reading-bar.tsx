"use client";

import { useTranslations } from "next-intl";
import { Button } from "@/components/ui/button";
import { FACT_NAMES } from "../order/order-reading";
import { useReview } from "./review-state";

/** The section with the order, and the panel: both are one press away on a phone. */
export const ORDER_PLACE = "order";
export const PANEL_PLACE = "decision";

function show(id: string): void {
  const place = document.getElementById(id);
  place?.scrollIntoView({ block: "start" });
  place?.querySelector<HTMLElement>("input, textarea, button")?.focus({ preventScroll: true });
}

/** On narrow screens the panel is below the page: this bar leads to it, and says how far the reading is. */
export function ReadingBar() {
  const t = useTranslations("review.bar");
  const state = useReview();
  if (state === undefined) return null;
  const typed = FACT_NAMES.filter((name) => state.draft.reading[name].trim() !== "").length;
  return (
    <section
      aria-label={t("label")}
      className="fixed inset-x-0 bottom-[57px] z-header border-line-2 border-t bg-margin px-4 py-3 tablet:bottom-0 facts:hidden print:hidden"
    >
      {state.review.reads_blind ? (
        <p className="mb-2 text-control">
          <span className="font-medium">{t("read")}</span>{" "}
          <span className="text-ink-2">{t("typed", { count: typed, all: FACT_NAMES.length })}</span>
        </p>
      ) : null}
      <div className="grid grid-cols-2 gap-2">
        <Button onClick={() => show(ORDER_PLACE)}>{t("order")}</Button>
        <Button look="primary" onClick={() => show(PANEL_PLACE)}>
          {t(state.review.reads_blind ? "readAndDecide" : "decide")}
        </Button>
      </div>
    </section>
  );
}
