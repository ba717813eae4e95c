"use client";

import { useTranslations } from "next-intl";
import { useReady } from "@/components/client/use-ready";
import { Section } from "@/components/ui/section";
import { EmptyState } from "@/components/ui/states";
import { type Column, Table } from "@/components/ui/table";
import type { ReviewDecision, ReviewRow } from "@/lib/administration/access-review/schema";
import { type GroupKey, rowControl, useDesk, useGroups } from "./desk";
import { KeepRest } from "./keep-rest";
import { LastUsed, RowLooks, RowState, useMayDo } from "./review-words";

const CHOICES: readonly ReviewDecision[] = ["keep", "change", "remove"];
const CHOSEN: Readonly<Record<ReviewDecision, string>> = {
  keep: "border-accent bg-accent-wash font-medium text-accent",
  change: "border-amber bg-amber-wash font-medium text-amber",
  remove: "border-oxblood bg-ox-wash font-medium text-oxblood",
};

/** The three joined buttons of a row. The chosen one has its colour. */
function Choices({ row }: { row: ReviewRow }) {
  const t = useTranslations("accessReview.decisions");
  const { decide, sent } = useDesk();
  const isReady = useReady();
  const chosen = sent.get(row.id) ?? row.decision;
  if (!row.may_decide && chosen === null) return null;
  return (
    <span className="inline-flex">
      {CHOICES.map((decision) => {
        const isChosen = chosen === decision;
        const isOff =
          !isReady || !row.may_decide || (decision === "change" && row.subject.kind === "program");
        return (
          <button
            key={decision}
            type="button"
            aria-pressed={isChosen}
            aria-label={t("named", { decision: t(decision), name: row.facts.name })}
            disabled={isOff}
            onClick={() => decide(decision, row)}
            className={`-ml-px min-h-touch border px-3 text-control first:ml-0 first:rounded-l-control last:rounded-r-control enabled:cursor-pointer tablet:min-h-[28px] ${isChosen ? `relative z-[1] ${CHOSEN[decision]}` : `border-edge bg-sheet ${isOff ? "text-ink-3" : "text-ink hover:border-ink"}`}`}
          >
            {t(decision)}
          </button>
        );
      })}
    </span>
  );
}

function Who({ row }: { row: ReviewRow }) {
  const t = useTranslations("accessReview.row");
  const { select, selected } = useDesk();
  const { facts } = row;
  const under = facts.owner === null ? facts.organisation : t("program", { owner: facts.owner });
  return (
    <button
      type="button"
      id={rowControl(row.id)}
      aria-pressed={selected?.id === row.id}
      onClick={() => select(row.id)}
      className="min-h-touch cursor-pointer text-left tablet:min-h-0"
    >
      <span className="block font-semibold">{facts.name}</span>
      <span className="block font-normal text-note text-ink-2">{under}</span>
    </button>
  );
}

function Used({ row }: { row: ReviewRow }) {
  const t = useTranslations("accessReview.row");
  const acts = row.use?.acts ?? null;
  return acts === null ? <LastUsed at={row.facts.last_used_at} /> : t("acts", { n: acts });
}

function useColumns(isClose: boolean): Column<ReviewRow>[] {
  const t = useTranslations("accessReview.row");
  const mayDo = useMayDo();
  return [
    {
      key: "who",
      head: t("who"),
      isTitle: true,
      cell: (row) => <Who row={row} />,
      className: "tablet:w-[18%]",
    },
    { key: "may", head: t("may"), cell: mayDo, className: "tablet:w-[20%]" },
    { key: "used", head: t("used"), cell: (row) => <Used row={row} />, className: "tablet:w-[9%]" },
    isClose
      ? { key: "why", head: t("why"), cell: (row) => <RowLooks row={row} /> }
      : { key: "last", head: t("last"), cell: (row) => <LastUsed at={row.facts.last_used_at} /> },
    {
      key: "decision",
      head: t("decision"),
      // In one line with a heading, the three buttons would be wider than the narrowest screens.
      isProse: true,
      className: "tablet:w-[232px]",
      cell: (row) => (
        <>
          <Choices row={row} />
          <span className="block text-note text-ink-2 empty:hidden">
            <RowState row={row} />
          </span>
        </>
      ),
    },
  ];
}

function Group({ rows, group }: { rows: readonly ReviewRow[]; group: GroupKey }) {
  const t = useTranslations("accessReview.one");
  const { selected } = useDesk();
  const columns = useColumns(group === "close");
  if (rows.length === 0) return null;
  const title = t(group);
  return (
    <Section
      title={title}
      count={rows.length}
      {...(group === "rest" ? { action: <KeepRest rows={rows} /> } : {})}
    >
      <Table
        caption={title}
        columns={columns}
        rows={rows}
        rowKey={({ id }) => id}
        isCurrent={({ id }) => id === selected?.id}
      />
    </Section>
  );
}

/** The rows of a review: first those to look at closely, last those in use without warnings. */
export function ReviewRows() {
  const t = useTranslations("accessReview.one");
  const groups = useGroups();
  if (groups.every(({ rows }) => rows.length === 0))
    return <EmptyState title={t("none")} text={t("noneText")} />;
  return groups.map(({ key, rows }) => <Group key={key} group={key} rows={rows} />);
}
