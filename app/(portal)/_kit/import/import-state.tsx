"use client";

import { useFormatter, useTranslations } from "next-intl";
import type { ReactNode } from "react";
import { CallFailure } from "@/components/client/call-failure";
import { Button } from "@/components/ui/button";
import { Notice } from "@/components/ui/states";
import type { ShownRow } from "./import-rows";
import type { ListImport } from "./use-list-import";

/** The control that starts, given how many lines are new and how many of them need a second administrator. */
export type StartOf = (
  count: { readonly all: number; readonly asks: number },
  start: (reason: string) => Promise<void>,
) => ReactNode;

/** Returns how many lines have one of these results. */
export function countOf(rows: readonly ShownRow[], ...results: readonly ShownRow["result"][]): number {
  return rows.filter(({ result }) => results.includes(result)).length;
}

function Running({ list, done, all }: { list: ListImport<unknown>; done: number; all: number }) {
  const t = useTranslations("administration.import");
  const format = useFormatter();
  const words = t("progress", { done: format.number(done), all: format.number(all) });
  return (
    <div className="grid max-w-[640px] gap-3">
      <p>{words}</p>
      <progress aria-label={t("running")} className="h-2 w-full accent-accent" max={all} value={done} />
      {list.pause === undefined ? null : (
        <p role="status" className="text-control text-ink-2">
          {t("pausing", { seconds: Math.ceil(list.pause) })}
        </p>
      )}
      <div>
        <Button onClick={list.stop}>{t("stop")}</Button>
      </div>
    </div>
  );
}

/** What was sent, once the run has ended or stopped. */
function Ended({
  list,
  rows,
  more,
}: {
  list: ListImport<unknown>;
  rows: readonly ShownRow[];
  more: ReactNode;
}) {
  const t = useTranslations("administration.import");
  const refused = countOf(rows, "refused");
  const isDone = list.phase === "done";
  const sent = {
    sent: countOf(rows, "active", "invited", "asked"),
    exists: countOf(rows, "exists"),
    refused,
  };
  const look = isDone && refused === 0 ? (["accent", "check"] as const) : (["amber", "warning"] as const);
  return (
    <>
      {list.failure === undefined ? null : <CallFailure error={list.failure} title={t("stopped")} />}
      <Notice tone={look[0]} icon={look[1]} isLive title={t(isDone ? "done" : "stopped")}>
        <p>{t("sums", sent)}</p>
        {refused > 0 ? <p>{t("refusedText")}</p> : null}
        {isDone ? null : <p>{t("stoppedText")}</p>}
        {more}
      </Notice>
    </>
  );
}

/** Where the import is: the faults that stop it, the control that starts it, its progress, its result. */
export function ImportState<B>(props: {
  readonly list: ListImport<B>;
  readonly rows: readonly ShownRow[];
  readonly start: StartOf;
  readonly after: ((rows: readonly ShownRow[], report: () => void) => ReactNode) | undefined;
  readonly report: () => void;
}) {
  const t = useTranslations("administration.import");
  const { list, rows } = props;
  const wrong = countOf(rows, "wrong");
  const asks = countOf(rows, "asks");
  const isNew = countOf(rows, "create") + asks;
  if (list.phase === "running") {
    const all = rows.length - countOf(rows, "exists");
    return <Running list={list} done={all - isNew} all={all} />;
  }
  if (wrong > 0)
    return (
      <Notice tone="oxblood" icon="stop" isLive title={t("wrongTitle", { count: wrong })}>
        <p>{t("wrongText")}</p>
      </Notice>
    );
  const hasEnded = list.phase === "done" || list.phase === "stopped";
  return (
    <>
      {hasEnded ? <Ended list={list} rows={rows} more={props.after?.(rows, props.report)} /> : null}
      {!hasEnded && isNew === 0 ? <Notice tone="accent" icon="check" isLive title={t("allExist")} /> : null}
      {isNew > 0 ? props.start({ all: isNew, asks }, list.start) : null}
    </>
  );
}
