"use client";

import dynamic from "next/dynamic";
import { useTranslations } from "next-intl";
import { useEffect, useState } from "react";
import { pageLoaded } from "@/components/client/use-ready";
import type { Viewer } from "@/components/layout/places";
import { Icon } from "@/components/ui/icon";

// Loaded after the page: few people need it at once, and the page must work without it.
const loadDialog = () => import("@/components/layout/find-dialog");
const FindDialog = dynamic(() => loadDialog().then((module) => module.FindDialog), { ssr: false });

/** Opens the palette by button or by Ctrl K / ⌘ K. */
export function Find({ viewer }: { viewer: Viewer }) {
  const t = useTranslations("portal");
  const [isOpen, setOpen] = useState(false);
  useEffect(() => {
    pageLoaded()
      .then(loadDialog)
      .catch(() => undefined);
  }, []);
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key.toLowerCase() !== "k" || !(event.metaKey || event.ctrlKey)) return;
      event.preventDefault();
      setOpen(true);
    };
    addEventListener("keydown", onKey);
    return () => removeEventListener("keydown", onKey);
  }, []);
  return (
    <>
      <button
        type="button"
        onClick={() => setOpen(true)}
        className="inline-flex min-h-touch cursor-pointer items-center gap-3 rounded-control px-2 text-control text-ink-2 hover:border-ink tablet:min-h-bar facts:w-[190px] facts:border facts:border-edge facts:bg-sheet facts:px-3 drawn:w-[250px]"
      >
        <Icon name="search" />
        <span className="sr-only facts:not-sr-only facts:whitespace-nowrap">{t("find.open")}</span>
        <span
          aria-hidden="true"
          className="ml-auto hidden rounded-field border border-line-2 px-1 text-note whitespace-nowrap drawn:inline"
        >
          {t("find.hint")}
        </span>
      </button>
      {isOpen ? <FindDialog viewer={viewer} onClose={() => setOpen(false)} /> : null}
    </>
  );
}
