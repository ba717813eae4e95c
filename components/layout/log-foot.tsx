"use client";

import { useLocale, useTranslations } from "next-intl";
import type { RailState } from "@/components/layout/places";
import { useRailState } from "@/components/layout/use-rail-state";
import { LocalTime } from "@/components/ui/local-time";
import { formatCount } from "@/lib/format";

/** The state of the log below the places, always visible: its size, its last signature and its witnesses. */
export function LogFoot({ state }: { state: RailState }) {
  const { log } = useRailState(state);
  const t = useTranslations("portal");
  const locale = useLocale();
  return (
    <section
      aria-label={t("log.label")}
      className="hidden border-line border-t px-4 py-3 text-note facts:block"
    >
      <h2 className="mb-1 font-medium text-control">{t("log.label")}</h2>
      <dl>
        {[
          { name: t("log.entries"), value: formatCount(log.size, locale) },
          {
            name: t("log.signed"),
            value:
              log.signed_at === null ? t("log.never") : <LocalTime instant={log.signed_at} form="clock" />,
          },
          { name: t("log.witness"), value: t(`log.${log.witness}`) },
        ].map((fact) => (
          <div key={fact.name} className="flex justify-between gap-2 py-[2px]">
            <dt className="text-ink-2">{fact.name}</dt>
            <dd>{fact.value}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
