"use client";

import { useTranslations } from "next-intl";
import { useEffect, useRef, useState } from "react";
import { isDrawable, MAX_PAGES } from "@/app/(portal)/requests/[id]/_components/order/worker/drawing-limits";
import { Icon } from "@/components/ui/icon";
import type { ChosenDocument } from "./read-document";

const WIDTH = 32;

/** Headers are within this many bytes, except in images with unusually large metadata. */
const HEADER_BYTES = 1_048_576;

async function isPicture({ file, mediaType }: ChosenDocument): Promise<boolean> {
  if (mediaType !== "image/png" && mediaType !== "image/jpeg") return false;
  return isDrawable(new Uint8Array(await file.slice(0, HEADER_BYTES).arrayBuffer()), mediaType);
}

/** An object URL for as long as the picture is shown; none for one that a browser should not decode. */
function usePicture(document: ChosenDocument | undefined): string | undefined {
  const [address, setAddress] = useState<string>();
  useEffect(() => {
    if (document === undefined) return;
    let made: string | undefined;
    let isGone = false;
    const show = (isFit: boolean): void => {
      if (isGone || !isFit) return;
      made = URL.createObjectURL(document.file);
      setAddress(made);
    };
    isPicture(document).then(show, () => undefined);
    return () => {
      isGone = true;
      if (made !== undefined) URL.revokeObjectURL(made);
      setAddress(undefined);
    };
  }, [document]);
  return address;
}

/** Draws the first page of a PDF; pdf.js is loaded for it and for nothing else here. */
function usePdf(document: ChosenDocument | undefined, onPages: (count: number) => void) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const [isDrawn, setDrawn] = useState(false);
  useEffect(() => {
    setDrawn(false);
    if (document?.mediaType !== "application/pdf") return;
    let isGone = false;
    let close: (() => void) | undefined;
    const draw = async () => {
      const { openOrder } = await import(
        "@/app/(portal)/requests/[id]/_components/order/worker/pdf-document"
      );
      const pages = await openOrder(new Uint8Array(await document.file.arrayBuffer()));
      close = pages.close;
      if (isGone || canvas.current === null) return pages.close();
      if (pages.count <= MAX_PAGES) onPages(pages.count);
      await pages.draw(1, canvas.current, WIDTH);
      if (!isGone) setDrawn(true);
    };
    // A page that cannot be drawn keeps its plain sign: whether it is fit is not judged by its picture.
    draw().catch(() => undefined);
    return () => {
      isGone = true;
      close?.();
    };
  }, [document, onPages]);
  return { canvas, isDrawn };
}

/** The document's own first page; a plain sheet where there is nothing to draw. */
export function PagePicture(props: {
  document: ChosenDocument | undefined;
  onPages: (count: number) => void;
}) {
  const t = useTranslations("requests.new.authority");
  const picture = usePicture(props.document);
  const { canvas, isDrawn } = usePdf(props.document, props.onPages);
  if (picture !== undefined) {
    // biome-ignore lint/performance/noImgElement: a file of this window, which no server could resize
    return <img src={picture} alt={t("thumb")} className="h-full w-full object-cover" />;
  }
  return (
    <>
      <canvas
        ref={canvas}
        role="img"
        aria-label={t("thumb")}
        className={isDrawn ? "h-auto w-full [color-scheme:light]" : "hidden"}
      />
      {isDrawn ? null : <Icon name="request" />}
    </>
  );
}
