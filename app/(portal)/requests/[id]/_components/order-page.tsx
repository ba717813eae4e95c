"use client";

import { useTranslations } from "next-intl";
import { useEffect, useRef, useState } from "react";
import { findMarks, type TextRun } from "./order-marks";
import type { OrderPages } from "./pdf-document";

/** A4 in points: the place that a page keeps until it is drawn. */
const SHEET = { width: 595, height: 842 };

/** Draws a page as wide as its place, again when the place changes. Answers what is written on it, once that is read. */
function usePage(pages: OrderPages, number: number) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const [runs, setRuns] = useState<readonly TextRun[]>();
  const [hasFailed, setFailed] = useState(false);
  useEffect(() => {
    const target = canvas.current;
    if (target === null) return;
    let drawn = 0;
    let isGone = false;
    const draw = () => {
      const width = Math.round(target.clientWidth);
      if (width === 0 || width === drawn) return;
      drawn = width;
      pages.draw(number, target, width).catch((error: unknown) => {
        // A drawing that a newer one replaced is no failure.
        const wasReplaced = error instanceof Error && error.name === "RenderingCancelledException";
        if (!isGone && !wasReplaced) setFailed(true);
      });
    };
    const watcher = new ResizeObserver(draw);
    watcher.observe(target);
    draw();
    pages.text(number).then(
      (found) => !isGone && setRuns(found),
      () => !isGone && setRuns([]),
    );
    return () => {
      isGone = true;
      watcher.disconnect();
    };
  }, [pages, number]);
  return { canvas, runs, hasFailed };
}

/** One page of the order on white paper, in both themes, with the passages that say its facts. */
export function OrderPage(props: {
  pages: OrderPages;
  number: number;
  facts: readonly (readonly string[])[];
  /** Numbers of the facts that were found on this page, once its text is read. */
  onFound?: (facts: readonly number[]) => void;
}) {
  const { pages, number, facts, onFound } = props;
  const t = useTranslations("review");
  const { canvas, runs, hasFailed } = usePage(pages, number);
  const marks = findMarks(runs ?? [], facts);
  const found = [...new Set(marks.map((mark) => mark.fact))].join(" ");
  const isRead = runs !== undefined;
  useEffect(() => {
    if (isRead) onFound?.(found === "" ? [] : found.split(" ").map(Number));
  }, [isRead, found, onFound]);
  return (
    <div className="border border-line-2 bg-sheet [color-scheme:light]">
      <div className="relative">
        <canvas
          ref={canvas}
          {...SHEET}
          role="img"
          aria-label={t("document.pageOf", { number, count: pages.count })}
          className="block h-auto w-full"
        />
        {marks.map((mark) => (
          <span
            key={`${mark.fact}-${mark.left}-${mark.top}`}
            aria-hidden="true"
            className="absolute border border-amber-line bg-amber-wash mix-blend-multiply"
            style={{
              left: `${mark.left * 100 - 0.5}%`,
              top: `${mark.top * 100 - 0.2}%`,
              width: `${mark.width * 100 + 1}%`,
              height: `${mark.height * 100 + 0.4}%`,
            }}
          >
            {mark.isFirst ? (
              <span className="-top-2 absolute left-full origin-bottom-left scale-75 pl-[2px] font-semibold text-amber text-note leading-3">
                {mark.fact}
              </span>
            ) : null}
          </span>
        ))}
      </div>
      {hasFailed ? <p className="p-4 text-control text-oxblood">{t("document.pageFailed")}</p> : null}
      {/* What the drawing shows, for those who do not see it. */}
      <p className="sr-only">{runs?.map((run) => run.text).join(" ")}</p>
    </div>
  );
}
