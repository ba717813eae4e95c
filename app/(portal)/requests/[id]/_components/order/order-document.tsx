"use client";

import { useTranslations } from "next-intl";
import { type ReactNode, useEffect, useState } from "react";
import type { FoundInText } from "@/app/(portal)/requests/new/_components/document/facts-in-text";
import { CallFailure } from "@/components/client/call-failure";
import { useApi } from "@/components/client/use-api";
import { pageLoaded } from "@/components/client/use-ready";
import { Button } from "@/components/ui/button";
import { Icon } from "@/components/ui/icon";
import { Loading } from "@/components/ui/loading";
import type { FoundFacts } from "./marks/page-ink";
import { isDrawable, MAX_IMAGE_PIXELS } from "./worker/drawing-limits";
import type { OrderPages } from "./worker/pdf-document";

type Received =
  | ({ readonly kind: "pages"; readonly pages: OrderPages } & Pick<
      typeof import("./pdf-pages"),
      "PdfPages" | "textOf"
    >)
  | { readonly kind: "image"; readonly url: string }
  | { readonly kind: "tooLarge" }
  | { readonly kind: "other" }
  | { readonly kind: "failed"; readonly error: unknown; readonly isReceived: boolean };

const IMAGES = ["image/png", "image/jpeg"];

async function draw(bytes: Uint8Array<ArrayBuffer>, mediaType: string): Promise<Received> {
  if (IMAGES.includes(mediaType)) {
    if (!isDrawable(bytes, mediaType)) return { kind: "tooLarge" };
    // A blob of the type that the server has checked: the browser decodes it as an image and as nothing else.
    return { kind: "image", url: URL.createObjectURL(new Blob([bytes], { type: mediaType })) };
  }
  // What draws an order is large, and the page itself comes first.
  await pageLoaded();
  const [{ openOrder }, { PdfPages, textOf }] = await Promise.all([
    import("./worker/pdf-document"),
    import("./pdf-pages"),
  ]);
  return { kind: "pages", PdfPages, textOf, pages: await openOrder(bytes) };
}

const failedWith =
  (isReceived: boolean) =>
  (error: unknown): Received => ({ kind: "failed", error, isReceived });

function letGo(received: Received): void {
  if (received.kind === "pages") received.pages.close();
  if (received.kind === "image") URL.revokeObjectURL(received.url);
}

/** Fetches the order once, into memory only. Each fetch is an entry of the log. */
function useOrder(address: string, mediaType: string) {
  const { send } = useApi();
  const [received, setReceived] = useState<Received>();
  const [attempt, setAttempt] = useState(0);
  const isShown = mediaType === "application/pdf" || IMAGES.includes(mediaType);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another attempt is another fetch
  useEffect(() => {
    if (!isShown) {
      setReceived({ kind: "other" });
      return;
    }
    let mine: Received | undefined;
    const abort = new AbortController();
    send("GET", address, { signal: abort.signal })
      .then(async (response) => new Uint8Array(await response.arrayBuffer()))
      .then((bytes) => draw(bytes, mediaType).catch(failedWith(true)), failedWith(false))
      .then((result) => {
        mine = result;
        if (abort.signal.aborted) letGo(result);
        else setReceived(result);
      });
    return () => {
      abort.abort();
      if (mine !== undefined) letGo(mine);
      setReceived(undefined);
    };
  }, [send, address, mediaType, isShown, attempt]);
  return { received, again: () => setAttempt((count) => count + 1) };
}

function Unshown({ children }: { children: ReactNode }) {
  return (
    <p className="flex gap-2 border border-line-2 p-4 text-control text-ink-2">
      <Icon name="request" className="mt-[2px]" />
      {children}
    </p>
  );
}

/** As large as a page, until the page is there: what stands below does not move, and an empty place says why. */
function PagePlace({ children }: { children: ReactNode }) {
  return (
    <div className="flex aspect-[595/842] items-center justify-center border border-line-2 p-4">
      <div className="grid min-w-0 gap-3">{children}</div>
    </div>
  );
}

export interface OrderDocumentProps {
  /** The document's address in the API. */
  readonly address: string;
  readonly mediaType: string;
  /** Readings of the order's facts, in their order; see findMarks. */
  readonly facts: readonly (readonly string[])[];
  /** Called with the facts that were found on the first page. */
  readonly onFound?: (found: FoundFacts) => void;
  /**
   * Called with what the text of the first pages says, or with `none` for a file that people read themselves. Not called
   * for a file that was not received.
   */
  readonly onText?: (text: FoundInText | "none") => void;
}

/** Reads the text of the pages once they are here. */
function useText(received: Received | undefined, onText: OrderDocumentProps["onText"]): void {
  const paged = received?.kind === "pages" ? received : undefined;
  const isLost = received?.kind === "failed" && !received.isReceived;
  const isOther = received !== undefined && paged === undefined && !isLost;
  useEffect(() => {
    if (onText === undefined) return;
    if (isOther) onText("none");
    if (paged === undefined) return;
    let isGone = false;
    paged.textOf(paged.pages).then(
      (text) => !isGone && onText(text),
      () => !isGone && onText("none"),
    );
    return () => {
      isGone = true;
    };
  }, [paged, isOther, onText]);
}

/** The order itself: a PDF's pages, an image, or why it is not shown. */
export function OrderDocument({ address, mediaType, facts, onFound, onText }: OrderDocumentProps) {
  const t = useTranslations("review");
  const { received, again } = useOrder(address, mediaType);
  useText(received, onText);
  if (received === undefined)
    return (
      <PagePlace>
        <Loading text={t("document.loading")} />
      </PagePlace>
    );
  if (received.kind === "failed")
    return (
      <PagePlace>
        <CallFailure error={received.error} title={t("document.notShown")} />
        {received.isReceived ? <p className="text-control">{t("document.undrawn")}</p> : null}
        <span className="flex flex-wrap items-center gap-4">
          <Button size="bar" onClick={again}>
            {t("document.again")}
          </Button>
          <a href={address} download className="text-control underline underline-offset-4 hover:text-ink">
            {t("order.download")}
          </a>
        </span>
      </PagePlace>
    );
  if (received.kind === "other") return <Unshown>{t("document.other", { type: mediaType })}</Unshown>;
  if (received.kind === "tooLarge")
    return <Unshown>{t("document.tooLarge", { millions: MAX_IMAGE_PIXELS / 1_000_000 })}</Unshown>;
  if (received.kind === "image")
    return (
      // biome-ignore lint/performance/noImgElement: the image exists in this browser's memory only
      <img
        src={received.url}
        alt={t("document.image")}
        className="block w-full border border-line-2 bg-sheet [color-scheme:light]"
      />
    );
  const { PdfPages, pages } = received;
  return <PdfPages pages={pages} facts={facts} {...(onFound === undefined ? {} : { onFound })} />;
}
