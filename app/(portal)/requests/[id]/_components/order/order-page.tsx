"use client";

import { useTranslations } from "next-intl";
import { type RefObject, useEffect, useMemo, useRef, useState } from "react";
import { Loading } from "@/components/ui/loading";
import { findMarks, type Mark, type TextRun } from "./marks/order-marks";
import { type FoundFacts, hasInkIn, type JudgedMarks, judgeMarks } from "./marks/page-ink";
import { MAX_IMAGE_PIXELS } from "./worker/drawing-limits";
import type { DrawnPage, OrderPages } from "./worker/pdf-document";

/** The size that a page has until it is drawn: A4 in points. */
const SHEET = { width: 595, height: 842 };

type Drawing = DrawnPage | "failed" | undefined;

interface PageOf {
  readonly pages: OrderPages;
  readonly number: number;
  /** Draws the page only while it is visible, because a browser cannot hold a hundred drawn pages. */
  readonly isLazy: boolean;
}

/** Draws a page as wide as its place, and again when the place changes. Returns the newest complete drawing. */
function useDrawing({ pages, number, isLazy }: PageOf) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const [drawing, setDrawing] = useState<Drawing>();
  useEffect(() => {
    const target = canvas.current;
    if (target === null) return;
    let drawn = 0;
    let isGone = false;
    let isInSight = !isLazy;
    const draw = () => {
      const width = Math.round(target.clientWidth);
      if (!isInSight || width === 0 || width === drawn) return;
      drawn = width;
      setDrawing(undefined);
      pages.draw(number, target, width).then(
        (page) => !isGone && drawn === width && setDrawing(page),
        (error: unknown) => {
          // A drawing that a newer one replaced is not a failure.
          const wasReplaced = error instanceof Error && error.name === "RenderingCancelledException";
          if (!isGone && !wasReplaced) setDrawing("failed");
        },
      );
    };
    const sight = new IntersectionObserver((seen) => {
      isInSight = seen.at(-1)?.isIntersecting === true;
      if (isInSight) return draw();
      if (drawn === 0) return;
      drawn = 0;
      setDrawing(undefined);
      pages.erase(target);
    });
    const places = new ResizeObserver(draw);
    if (isLazy) sight.observe(target);
    places.observe(target);
    draw();
    return () => {
      isGone = true;
      sight.disconnect();
      places.disconnect();
    };
  }, [pages, number, isLazy]);
  return { canvas, drawing };
}

/** Returns the text of a page, once it is read. */
function useRuns(pages: OrderPages, number: number): readonly TextRun[] | undefined {
  const [runs, setRuns] = useState<readonly TextRun[]>();
  useEffect(() => {
    let isGone = false;
    pages.text(number).then(
      (found) => !isGone && setRuns(found),
      () => !isGone && setRuns([]),
    );
    return () => {
      isGone = true;
    };
  }, [pages, number]);
  return runs;
}

/** Marks of passages that are printed on the drawn page; undefined until it is drawn and its text is read. */
function useJudged(
  canvas: RefObject<HTMLCanvasElement | null>,
  drawing: Drawing,
  marks: readonly Mark[] | undefined,
): JudgedMarks | undefined {
  const [judged, setJudged] = useState<JudgedMarks>();
  useEffect(() => {
    const target = canvas.current;
    if (target === null || marks === undefined || drawing === undefined || drawing === "failed")
      return setJudged(undefined);
    setJudged(judgeMarks(marks, (mark) => hasInkIn(target, mark)));
  }, [canvas, drawing, marks]);
  return judged;
}

function MarkBox({ mark }: { mark: Mark }) {
  return (
    <span
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
  );
}

/** One page of the order on white paper, in both themes, with marks at the passages that state its facts. */
export function OrderPage(props: {
  pages: OrderPages;
  number: number;
  facts: readonly (readonly string[])[];
  isLazy?: boolean;
  /** Reports which facts this page states, once it is drawn and its text is read. */
  onFound?: (found: FoundFacts) => void;
}) {
  const { pages, number, facts, isLazy = false, onFound } = props;
  const t = useTranslations("review");
  const { canvas, drawing } = useDrawing({ pages, number, isLazy });
  const runs = useRuns(pages, number);
  const marks = useMemo(() => (runs === undefined ? undefined : findMarks(runs, facts)), [runs, facts]);
  const judged = useJudged(canvas, drawing, marks);
  useEffect(() => {
    if (judged !== undefined) onFound?.(judged);
  }, [judged, onFound]);
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
        {drawing === undefined ? (
          <div className="absolute inset-0 flex items-center justify-center print:hidden">
            <Loading text={t("document.loading")} />
          </div>
        ) : null}
        {judged?.marks.map((mark) => (
          <MarkBox key={`${mark.fact}-${mark.left}-${mark.top}`} mark={mark} />
        ))}
      </div>
      {drawing === "failed" ? (
        <p className="p-4 text-control text-oxblood">{t("document.pageFailed")}</p>
      ) : null}
      {typeof drawing === "object" && drawing.lacksImage ? (
        <p className="p-4 text-control text-oxblood">
          {t("document.lacksImage", { millions: MAX_IMAGE_PIXELS / 1_000_000 })}
        </p>
      ) : null}
      {/* The text of the page as the file states it, for people who cannot see the drawing. */}
      <p className="sr-only">
        {runs === undefined ? "" : t("document.textLayer")} {runs?.map((run) => run.text).join(" ")}
      </p>
    </div>
  );
}
