"use client";

import { useTranslations } from "next-intl";
import { createContext, type ReactNode, useContext, useMemo, useState } from "react";
import { useKeys } from "@/components/client/use-keys";
import { Button } from "@/components/ui/button";
import { Section } from "@/components/ui/section";

interface Shared {
  /** How often the switch was pressed. */
  readonly turns: number;
  readonly isTables: boolean;
  readonly turn: () => void;
}

const Tables = createContext<Shared | undefined>(undefined);

/** Lets one switch show all charts inside as tables. */
export function Charts({ children }: { children: ReactNode }) {
  const [turns, setTurns] = useState(0);
  const shared = useMemo(
    () => ({ turns, isTables: turns % 2 === 1, turn: () => setTurns((count) => count + 1) }),
    [turns],
  );
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
 * A section with a chart and a table of the same figures. `finding` says what the
 * chart shows.
 */
export function Twin(props: {
  title: string;
  finding?: ReactNode;
  chart: ReactNode;
  table: ReactNode;
  action?: ReactNode;
  /** The chart is too wide for a phone, which shows the table instead. */
  isWide?: boolean;
}) {
  const t = useTranslations("ui.chart");
  const shared = useContext(Tables);
  const turns = shared?.turns ?? 0;
  // The switch for all charts resets the choice for one chart.
  const [own, setOwn] = useState<{ readonly turns: number; readonly isTable: boolean } | undefined>();
  const wide = props.isWide === true;
  const isTable = own?.turns === turns ? own.isTable : (shared?.isTables ?? false);
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
        <span className="flex items-baseline gap-4">
          {props.action}
          <button
            type="button"
            aria-label={`${t(isTable ? "chart" : "table")}: ${props.title}`}
            onClick={() => setOwn({ turns, isTable: !isTable })}
            className={`${wide ? "hidden tablet:inline" : ""} min-h-[24px] cursor-pointer underline decoration-line-2 underline-offset-4 hover:text-ink`}
          >
            {t(isTable ? "chart" : "table")}
          </button>
        </span>
      }
    >
      <div className={isTable ? "hidden" : wide ? "hidden tablet:block print:block" : ""}>{props.chart}</div>
      <div className={isTable ? "" : wide ? "tablet:hidden print:hidden" : "hidden"}>{props.table}</div>
    </Section>
  );
}
