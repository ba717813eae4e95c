"use client";

import { useFormatter, useTranslations } from "next-intl";
import type { ReactNode } from "react";
import { CallFailure } from "@/components/client/call-failure";
import { saveAnswer } from "@/components/client/download-link";
import { FileDrop } from "@/components/form/file-drop";
import { useFileChooser } from "@/components/form/use-file-chooser";
import { Button } from "@/components/ui/button";
import { CodeSample } from "@/components/ui/code-sample";
import { Section } from "@/components/ui/section";
import { Notice } from "@/components/ui/states";
import type { OperationSpec } from "@/lib/api-client/operation";
import { csvCell } from "@/lib/audit/export/tables/csv-cell";
import { FileFault } from "@/lib/import/lists/file-fault";
import { MAX_ROWS } from "@/lib/import/lists/read-rows";
import { ImportRows, type ShownRow, useShownRows } from "./import-rows";
import { countOf, ImportState, type StartOf } from "./import-state";
import { type ListImport, type ListSpec, useListImport } from "./use-list-import";

/** Where the file is chosen, with an example of its columns. */
function Choose({ list, example }: { list: ListImport<unknown>; example: string }) {
  const t = useTranslations("administration.import");
  const chooser = useFileChooser(".csv,text/csv", (file) => void list.choose(file));
  const isBusy = list.phase === "running" || list.phase === "reading";
  return (
    <div className="grid min-w-0 max-w-[760px] gap-4 [&>*]:min-w-0">
      <FileDrop
        onFile={(file) => (isBusy ? undefined : void list.choose(file))}
        isEmpty={list.name === undefined}
      >
        <p className="font-medium text-control">{t("file")}</p>
        <p role="status" className="mt-1 break-words text-control text-ink-2">
          {list.name ?? t("fileHint", { most: MAX_ROWS })}
        </p>
        {chooser.input}
        <Button size="bar" icon="upload" className="mt-2" isBusy={isBusy} onClick={chooser.open}>
          {t(list.name === undefined ? "choose" : "another")}
        </Button>
      </FileDrop>
      {list.phase === "empty" ? (
        <div className="min-w-0">
          <p className="mb-1 text-control text-ink-2">{t("example")}</p>
          <CodeSample label={t("example")} code={example} />
        </div>
      ) : null}
    </div>
  );
}

/** Why the file as a whole cannot be imported. */
function BadFile({ failure }: { failure: unknown }) {
  const t = useTranslations("administration.import");
  if (failure === undefined) return null;
  if (!(failure instanceof FileFault)) return <CallFailure error={failure} title={t("badFile")} />;
  return (
    <Notice tone="oxblood" icon="stop" isLive title={t("badFile")}>
      <p>{t(`files.${failure.code}`, failure.values)}</p>
      <p>{t("nothing")}</p>
    </Notice>
  );
}

function useReport(rows: readonly ShownRow[], name: string | undefined) {
  const t = useTranslations("administration.import");
  return () => {
    const head = [
      t("columns.line"),
      t("columns.name"),
      t("columns.result"),
      t("columns.details"),
      t("columns.link"),
    ];
    const lines = rows.map((row) => [
      String(row.line),
      row.name,
      t(`results.${row.result}`),
      row.details,
      row.link,
    ]);
    const text = [head, ...lines]
      .map((cells) => cells.map((cell) => csvCell(cell, ",")).join(","))
      .join("\r\n");
    const file = rows.some(({ link }) => link !== "")
      ? "sign-in-links.csv"
      : `${(name ?? "import").replace(/\.csv$/i, "")}-report.csv`;
    // The mark tells spreadsheets that the file is UTF-8.
    return saveAnswer(new Response(`\uFEFF${text}\r\n`), file);
  };
}

/**
 * Imports a list: file, dry run with a row for each line, start, progress, and a report. A wrong line stops all of it
 * before anything is sent.
 */
export function ListImportPage<O extends OperationSpec, B>(props: {
  readonly spec: ListSpec<O, B>;
  /** Head and one line of such a file. */
  readonly example: string;
  /** What a column can contain, for a value that does not fit. */
  readonly values: Readonly<Record<string, string>>;
  readonly start: StartOf;
  /** What follows, when lines were sent. `report` saves the report. */
  readonly after?: (rows: readonly ShownRow[], report: () => void) => ReactNode;
}) {
  const t = useTranslations("administration.import");
  const format = useFormatter();
  const list = useListImport(props.spec);
  const rows = useShownRows(props.values, list);
  const save = useReport(rows, list.name);
  const report = () => void save();
  const { phase } = list;
  return (
    <>
      <div className="grid min-w-0 gap-6">
        <Choose list={list} example={props.example} />
        {phase === "empty" ? <BadFile failure={list.failure} /> : null}
        {phase === "reading" ? <p role="status">{t("reading")}</p> : null}
        {rows.length === 0 ? null : (
          <ImportState list={list} rows={rows} start={props.start} after={props.after} report={report} />
        )}
      </div>
      {rows.length === 0 ? null : (
        <Section
          title={t("table")}
          count={rows.length}
          action={
            <Button size="bar" icon="download" onClick={report}>
              {t("report")}
            </Button>
          }
        >
          {phase === "planned" ? (
            <p className="my-3 text-control text-ink-2">
              {t("counts", {
                create: format.number(countOf(rows, "create", "asks")),
                exists: format.number(countOf(rows, "exists")),
                wrong: format.number(countOf(rows, "wrong")),
              })}{" "}
              {countOf(rows, "asks") === 0 ? null : t("asks", { count: countOf(rows, "asks") })}
            </p>
          ) : null}
          <ImportRows rows={rows} />
        </Section>
      )}
    </>
  );
}
