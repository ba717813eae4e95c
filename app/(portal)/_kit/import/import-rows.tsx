"use client";

import { useFormatter, useTranslations } from "next-intl";
import { useState } from "react";
import { useFieldWords, useProblemWords } from "@/components/messages/problem-words";
import { Button } from "@/components/ui/button";
import type { IconName } from "@/components/ui/icon";
import { type Column, Table } from "@/components/ui/table";
import { Tag, type Tone } from "@/components/ui/tag";
import type { PlannedRow } from "@/lib/import/lists/plan-rows";
import type { ListRow } from "@/lib/import/lists/read-rows";
import type { RowFault } from "@/lib/import/lists/row-fault";
import type { Outcome } from "./run-rows";

/** A line as it is shown and reported. */
export interface ShownRow {
  readonly line: number;
  readonly name: string;
  readonly result: "create" | "asks" | "exists" | "wrong" | "refused" | "active" | "invited" | "asked";
  readonly details: string;
  readonly link: string;
}

const LOOKS: Readonly<Record<ShownRow["result"], readonly [Tone, IconName]>> = {
  wrong: ["oxblood", "stop"],
  refused: ["oxblood", "stop"],
  asked: ["amber", "clock"],
  asks: ["amber", "plus"],
  create: ["accent", "plus"],
  active: ["plain", "check"],
  invited: ["plain", "check"],
  exists: ["plain", "check"],
};
const FAULTS: readonly ShownRow["result"][] = ["wrong", "refused"];
const AT_ONCE = 100;

/** Words for the faults of a line; `values` has the rule of each column. */
function useFaultWords(values: Readonly<Record<string, string>>): (fault: RowFault) => string {
  const t = useTranslations("administration.import");
  const refusals = useTranslations("problem.codes");
  return (fault) => {
    if (fault.code === "value") return values[fault.column] ?? t("faults.value", { column: fault.column });
    if (fault.code === "home") return t("faults.home");
    if (fault.code === "address") return refusals("addressOutside");
    const { code, ...named } = fault;
    return t(`faults.${code}`, named);
  };
}

/** Returns the lines with what would happen to them, or has: those with a fault first, else in the order of the file. */
export function useShownRows<B>(
  values: Readonly<Record<string, string>>,
  {
    rows,
    planned,
    outcomes,
  }: {
    readonly rows: readonly ListRow[];
    readonly planned: readonly PlannedRow<B>[];
    readonly outcomes: ReadonlyMap<number, Outcome>;
  },
): ShownRow[] {
  const faultWords = useFaultWords(values);
  const problemWords = useProblemWords();
  const fieldWords = useFieldWords();
  const cells = new Map(rows.map((row) => [row.line, row.values]));
  const shown = planned.map((row): ShownRow => {
    const { line, name } = row;
    const outcome = outcomes.get(line);
    const others = Object.values(cells.get(line) ?? {}).filter((cell) => cell !== "" && cell !== name);
    const base = { line, name, details: others.join(" · "), link: "" };
    if (row.what === "wrong")
      return { ...base, result: "wrong", details: row.faults.map(faultWords).join(" ") };
    if (outcome === undefined)
      return { ...base, result: row.what === "create" && row.asks ? "asks" : row.what };
    if ("sent" in outcome) return { ...base, result: outcome.sent.state, link: outcome.sent.link ?? "" };
    const { refused } = outcome;
    const lines = [problemWords(refused), ...refused.errors.map((one) => fieldWords.line(one))];
    return { ...base, result: "refused", details: lines.join(" ") };
  });
  const placeOf = ({ result }: ShownRow) => (FAULTS.includes(result) ? 0 : 1);
  return shown.sort((one, other) => placeOf(one) - placeOf(other) || one.line - other.line);
}

/** The lines as a table: those with a fault first, a hundred at a time. */
export function ImportRows({ rows }: { rows: readonly ShownRow[] }) {
  const t = useTranslations("administration.import");
  const format = useFormatter();
  const [shown, setShown] = useState(AT_ONCE);
  const columns: Column<ShownRow>[] = [
    { key: "line", head: t("columns.line"), isNumber: true, cell: ({ line }) => format.number(line) },
    {
      key: "name",
      head: t("columns.name"),
      isTitle: true,
      cell: ({ name }) => <span className="wrap-anywhere font-mono">{name === "" ? "–" : name}</span>,
    },
    {
      key: "result",
      head: t("columns.result"),
      cell: ({ result }) => (
        <Tag tone={LOOKS[result][0]} icon={LOOKS[result][1]}>
          {t(`results.${result}`)}
        </Tag>
      ),
    },
    { key: "details", head: t("columns.details"), isProse: true, cell: ({ details }) => details },
  ];
  return (
    <>
      <Table
        caption={t("table")}
        columns={columns}
        rows={rows.slice(0, shown)}
        rowKey={({ line }) => String(line)}
      />
      {rows.length > shown ? (
        <Button size="bar" className="mt-4" onClick={() => setShown(shown + AT_ONCE)}>
          {t("more", { count: Math.min(AT_ONCE, rows.length - shown), left: rows.length - shown })}
        </Button>
      ) : null}
    </>
  );
}
