"use client";

import { usePathname } from "next/navigation";
import { useTranslations } from "next-intl";
import type { ReactNode } from "react";
import type { Viewer } from "@/components/layout/places";
import { LanguageChoice, ThemeChoice } from "@/components/layout/preferences";
import { extraDutyKeys, roleKey } from "@/components/layout/role-words";
import { Icon } from "@/components/ui/icon";

/** Who is signed in, theme and language, and what `children` adds: account and sign-out. */
export function PersonMenu({ viewer, children }: { viewer: Viewer; children?: ReactNode }) {
  const t = useTranslations("portal");
  return (
    <details key={usePathname()} className="relative">
      <summary className="flex min-h-touch cursor-pointer list-none items-center gap-3 rounded-control px-2 text-control">
        <span className="sr-only">{t("person")}</span>
        <Icon name="person" className="tablet:hidden" />
        <span className="hidden max-w-[180px] leading-4 tablet:block">
          <span className="block truncate">{viewer.name}</span>
          <span className="block truncate text-note text-ink-2">{viewer.organisation}</span>
        </span>
        <Icon name="down" />
      </summary>
      <div className="absolute right-0 z-header mt-1 w-[264px] rounded-control border border-line-2 bg-sheet p-4 text-control">
        <p className="font-semibold">{viewer.name}</p>
        <p className="text-ink-2">{viewer.organisation}</p>
        <p className="text-ink-2">
          {t(`roles.${roleKey(viewer.role)}`)}
          {extraDutyKeys(viewer.role, viewer.duties).map((duty) => `, ${t(`duties.${duty}`)}`)}
        </p>
        <div className="mt-3 grid gap-3 border-line border-t pt-3">
          <ThemeChoice />
          <LanguageChoice />
        </div>
        {children === undefined ? null : (
          <div className="mt-3 grid gap-1 border-line border-t pt-3">{children}</div>
        )}
      </div>
    </details>
  );
}
