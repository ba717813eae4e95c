"use client";

import { useTranslations } from "next-intl";
import { type ReactNode, useCallback, useEffect, useState } from "react";
import {
  type FoundInText,
  factsInText,
  linesOf,
} from "@/app/(portal)/requests/new/_components/document/facts-in-text";
import { CallFailure } from "@/components/client/call-failure";
import { useApi } from "@/components/client/use-api";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { Icon } from "@/components/ui/icon";
import { Loading } from "@/components/ui/loading";
import type { FoundFacts } from "./marks/page-ink";
import { OrderPage } from "./order-page";
import { isDrawable, MAX_IMAGE_PIXELS, MAX_PAGES, PAGES_AT_ONCE } from "./worker/drawing-limits";
import type { OrderPages } from "./worker/pdf-document";

type Received =
  | { readonly kind: "pages"; readonly pages: OrderPages }
  | { readonly kind: "image"; readonly url: string }
  | { readonly kind: "tooLarge" }
  | { readonly kind: "other" }
  | { readonly kind: "failed"; readonly error: unknown };

const IMAGES = ["image/png", "image/jpeg"];

/** What draws an order is large, and the page itself comes first. */
async function pageLoaded(): Promise<void> {
  if (document.readyState === "complete") return;
  await new Promise<void>((resolve) => window.addEventListener("load", () => resolve(), { once: true }));
}

async function receive(response: Response, mediaType: string): Promise<Received> {
  const bytes = new Uint8Array(await response.arrayBuffer());
  if (IMAGES.includes(mediaType)) {
    if (!isDrawable(bytes, mediaType)) return { kind: "tooLarge" };
    // A blob of the type that the server has checked: the browser decodes it as an image and as nothing else.
    return { kind: "image", url: URL.createObjectURL(new Blob([bytes], { type: mediaType })) };
  }
  await pageLoaded();
  const { openOrder } = await import("./worker/pdf-document");
  return { kind: "pages", pages: await openOrder(bytes) };
}

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
      .then((response) => receive(response, mediaType))
      .catch((error: unknown): Received => ({ kind: "failed", error }))
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

/** As many pages as requested. The file itself claims how many there are. */
function AllPages({ pages, facts }: { pages: OrderPages; facts: readonly (readonly string[])[] }) {
  const t = useTranslations("review");
  const [listed, setListed] = useState(PAGES_AT_ONCE);
  const left = Math.max(0, pages.count - listed);
  const numbers = Array.from({ length: Math.min(pages.count, listed) }, (_, index) => index + 1);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: the scrolling pages must be reachable by keyboard
    <section tabIndex={0} aria-label={t("document.title")} className="grid gap-6">
      {numbers.map((number) => (
        <OrderPage key={number} pages={pages} number={number} facts={facts} isLazy />
      ))}
      {left === 0 ? null : (
        <p>
          <Button onClick={() => setListed(listed + PAGES_AT_ONCE)}>
            {t("document.more", { count: Math.min(left, PAGES_AT_ONCE), left })}
          </Button>
        </p>
      )}
    </section>
  );
}

function Unshown({ children }: { children: ReactNode }) {
  return (
    <p className="flex gap-2 border border-line-2 p-4 text-control text-ink-2">
      <Icon name="request" className="mt-[2px]" />
      {children}
    </p>
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
  /** Called with what the text of the first pages says, or with `none` for a file without text. */
  readonly onText?: (text: FoundInText | "none") => void;
}

/** Orders say their scope on their first pages. */
const READ_PAGES = 12;

/** Reads the text of the pages once they are here. */
function useText(received: Received | undefined, onText: OrderDocumentProps["onText"]): void {
  const pages = received?.kind === "pages" ? received.pages : undefined;
  const isOther = received !== undefined && pages === undefined;
  useEffect(() => {
    if (onText === undefined) return;
    if (isOther) onText("none");
    if (pages === undefined) return;
    let isGone = false;
    textOf(pages).then(
      (text) => !isGone && onText(text),
      () => !isGone && onText("none"),
    );
    return () => {
      isGone = true;
    };
  }, [pages, isOther, onText]);
}

async function textOf(pages: OrderPages): Promise<FoundInText | "none"> {
  const lines: string[][] = [];
  for (let number = 1; number <= Math.min(pages.count, READ_PAGES); number += 1)
    lines.push(linesOf(await pages.text(number)));
  return lines.every((page) => page.length === 0) ? "none" : factsInText(lines, []);
}

/** The order itself: its first page with the passages marked, larger in place, or all pages on their own. */
export function OrderDocument({ address, mediaType, facts, onFound, onText }: OrderDocumentProps) {
  const t = useTranslations("review");
  const { received, again } = useOrder(address, mediaType);
  useText(received, onText);
  const [isAll, setAll] = useState(false);
  const closeAll = useCallback(() => setAll(false), []);
  if (received === undefined) return <Loading text={t("document.loading")} />;
  if (received.kind === "failed")
    return (
      <div className="grid gap-3">
        <CallFailure error={received.error} title={t("document.notShown")} />
        <Button size="bar" onClick={again}>
          {t("document.again")}
        </Button>
      </div>
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
  return (
    <>
      <OrderPage
        pages={received.pages}
        number={1}
        facts={facts}
        {...(onFound === undefined ? {} : { onFound })}
      />
      {received.pages.count > MAX_PAGES ? (
        <p className="mt-2 text-control text-oxblood">
          {t("document.tooMany", { count: received.pages.count, most: MAX_PAGES })}
        </p>
      ) : (
        <p className="mt-2 print:hidden">
          <Button size="bar" icon="eye" onClick={() => setAll(true)}>
            {t("document.openAll", { count: received.pages.count })}
          </Button>
        </p>
      )}
      <Dialog isOpen={isAll} onClose={closeAll} look="wide" title={t("document.title")}>
        <AllPages pages={received.pages} facts={facts} />
      </Dialog>
    </>
  );
}
