"use client";

import { useTranslations } from "next-intl";
import { type ReactNode, useId, useState } from "react";
import { Button } from "@/components/ui/button";

/**
 * The filter of a list. On a phone it is behind one button, so that the rows are in sight; `isOpen` shows it there because it is in use.
 * On wider screens, and where scripts do not run, it is always shown.
 */
export function FilterFold({ isOpen, children }: { isOpen: boolean; children: ReactNode }) {
  const t = useTranslations("ui");
  const id = useId();
  const [isShown, setShown] = useState(isOpen);
  return (
    <>
      <Button
        size="bar"
        icon="filter"
        aria-expanded={isShown}
        aria-controls={id}
        className="mb-4 tablet:hidden noscript:hidden print:hidden"
        onClick={() => setShown(!isShown)}
      >
        {t(isShown ? "hideFilters" : "showFilters")}
      </Button>
      <div id={id} className={isShown ? "" : "hidden tablet:block noscript:block"}>
        {children}
      </div>
    </>
  );
}
