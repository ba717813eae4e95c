"use client";

import { useTranslations } from "next-intl";
import { useSyncExternalStore } from "react";
import { DecisionForm } from "./decision-form";
import { useReview } from "./review-state";

/** Below this width the facts are under the page (the screen `facts` in tailwind.config.ts). */
const NARROW = "(width < 68.75rem)";

function watch(watcher: () => void): () => void {
  const query = matchMedia(NARROW);
  query.addEventListener("change", watcher);
  return () => query.removeEventListener("change", watcher);
}

/** Whether the screen has no room for the panel next to the page. */
export function useIsNarrow(): boolean {
  return useSyncExternalStore(
    watch,
    () => matchMedia(NARROW).matches,
    () => false,
  );
}

/** The decision next to the page. On narrow screens the bar at the foot opens it in a dialog instead. */
export function DecisionPanel() {
  const t = useTranslations("review.panel");
  const isNarrow = useIsNarrow();
  if (useReview() === undefined || isNarrow) return null;
  return (
    <div className="hidden facts:block">
      <h2 className="mb-1 font-semibold text-lead">{t("title")}</h2>
      <DecisionForm />
    </div>
  );
}
