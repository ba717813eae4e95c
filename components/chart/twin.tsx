"use client";

import { useTranslations } from "next-intl";
import { createContext, type ReactNode, useContext, useMemo, useState } from "react";
import { useKeys } from "@/components/client/use-keys";
import { Button } from "@/components/ui/button";
import { Section } from "@/components/ui/section";

interface Shared {
  readonly isTables: boolean;
  readonly turn: () => void;
}

const Tables = createContext<Shared | undefined>(undefined);

/** Charts inside are shown as tables together, by the switch. */
export function Charts({ children }: { children: ReactNode }) {
  const [isTables, setTables] = useState(false);
  const shared = useMemo(() => ({ isTables, turn: () => setTables((is) => !is) }), [isTables]);
  return <Tables value={shared}>{children}</Tables>;
}

/** Shows all charts of the page as tables, and back. */
export function TablesSwitch() {
  const t = useTranslations("ui.chart");
  const shared = useContext(Tables);
  useKeys({ g: () => shared?.turn() });
  if (shared === undefined) return null;
  return (
    <Button icon="menu" shortcut="g" onClick={shared.turn}>
      {t(shared.isTables ? "asCharts" : "asTables")}
    </Button>
  );
}

/**
 * A section with a chart and a table of the same figures. A phone shows the table at once. `finding` says what the
 * chart shows.
 */
export function Twin(props: {
  title: string;
  finding?: ReactNode;
  chart: ReactNode;
  table: ReactNode;
  action?: ReactNode;
}) {
  const t = useTranslations("ui.chart");
  const shared = useContext(Tables);
  const all = shared?.isTables ?? false;
  // The switch for all charts undoes what was chosen for one.
  const [own, setOwn] = useState<{ readonly under: boolean; readonly isTable: boolean } | undefined>();
  const isTable = own?.under === all ? own.isTable : all;
  return (
    <Section
      title={
        <>
          {props.title}
          {props.finding === undefined ? null : (
            <span className="ml-3 font-normal text-ink-2">{props.finding}</span>
          )}
        </>
      }
      action={
        <span className="flex gap-4">
          {props.action}
          <button
            type="button"
            aria-label={`${t(isTable ? "chart" : "table")}: ${props.title}`}
            onClick={() => setOwn({ under: all, isTable: !isTable })}
            className="hidden min-h-[24px] cursor-pointer underline decoration-line-2 underline-offset-4 hover:text-ink tablet:inline"
          >
            {t(isTable ? "chart" : "table")}
          </button>
        </span>
      }
    >
      <div className={isTable ? "hidden" : "hidden tablet:block print:block"}>{props.chart}</div>
      <div className={isTable ? "" : "tablet:hidden print:hidden"}>{props.table}</div>
    </Section>
  );
}
