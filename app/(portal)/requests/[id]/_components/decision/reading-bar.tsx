"use client";

import { useTranslations } from "next-intl";
import { useState } from "react";
import { flushSync } from "react-dom";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { FACT_NAMES } from "../order/order-reading";
import { DecisionForm } from "./decision-form";
import { useIsNarrow } from "./decision-panel";
import { useReview } from "./review-state";

/** The section with the order. */
export const ORDER_PLACE = "order";

function showOrder(): void {
  const place = document.getElementById(ORDER_PLACE);
  place?.scrollIntoView({ block: "start" });
  place?.querySelector<HTMLElement>("button, a")?.focus({ preventScroll: true });
}

/**
 * On narrow screens the decision is a dialog as large as the screen. This bar opens it, leads to the order, and says how
 * far the reading is.
 */
export function ReadingBar() {
  const t = useTranslations("review");
  const state = useReview();
  const isNarrow = useIsNarrow();
  const [isOpen, setOpen] = useState(false);
  if (state === undefined) return null;
  const { reads_blind: isBlind } = state.review;
  const typed = FACT_NAMES.filter((name) => state.draft.reading[name].trim() !== "").length;
  const reading = isBlind ? (
    <p className="text-control">
      <span className="font-medium">{t("bar.read")}</span>{" "}
      <span className="text-ink-2">{t("bar.typed", { count: typed, all: FACT_NAMES.length })}</span>
    </p>
  ) : null;
  const viewOrder = () => {
    // The dialog gives the focus back when it closes. Then it goes to the order.
    flushSync(() => setOpen(false));
    showOrder();
  };
  return (
    <>
      <section
        aria-label={t("bar.label")}
        className="fixed inset-x-0 bottom-[57px] z-header grid gap-2 border-line-2 border-t bg-margin px-4 py-3 tablet:bottom-0 facts:hidden print:hidden"
      >
        {reading}
        <div className="grid grid-cols-2 gap-2">
          <Button onClick={viewOrder}>{t("bar.order")}</Button>
          <Button look="primary" onClick={() => setOpen(true)}>
            {t(isBlind ? "bar.readAndDecide" : "bar.decide")}
          </Button>
        </div>
      </section>
      {isNarrow ? (
        <Dialog isOpen={isOpen} onClose={() => setOpen(false)} title={t("panel.title")} look="side">
          <div className="mb-4 flex flex-wrap items-center justify-between gap-2">
            {reading}
            <Button size="bar" onClick={viewOrder}>
              {t("bar.order")}
            </Button>
          </div>
          <DecisionForm />
        </Dialog>
      ) : null}
    </>
  );
}
