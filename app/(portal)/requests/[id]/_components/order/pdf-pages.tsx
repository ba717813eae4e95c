"use client";

import { useTranslations } from "next-intl";
import { useCallback, useState } from "react";
import {
  type FoundInText,
  factsInText,
  linesOf,
} from "@/app/(portal)/requests/new/_components/document/facts-in-text";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import type { FoundFacts } from "./marks/page-ink";
import { OrderPage } from "./order-page";
import { MAX_PAGES, PAGES_AT_ONCE } from "./worker/drawing-limits";
import type { OrderPages } from "./worker/pdf-document";

// Loaded with what draws an order, after the page.

/** Orders say their scope on their first pages. */
const READ_PAGES = 12;

/** What the text of the first pages says; `none` for a file without text. */
export async function textOf(pages: OrderPages): Promise<FoundInText | "none"> {
  const lines: string[][] = [];
  for (let number = 1; number <= Math.min(pages.count, READ_PAGES); number += 1)
    lines.push(linesOf(await pages.text(number)));
  return lines.every((page) => page.length === 0) ? "none" : factsInText(lines, []);
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

/** A PDF order: its first page with the passages marked, larger in place, or all pages on their own. */
export function PdfPages({
  pages,
  facts,
  onFound,
}: {
  readonly pages: OrderPages;
  readonly facts: readonly (readonly string[])[];
  readonly onFound?: (found: FoundFacts) => void;
}) {
  const t = useTranslations("review");
  const [isAll, setAll] = useState(false);
  const closeAll = useCallback(() => setAll(false), []);
  return (
    <>
      <OrderPage pages={pages} number={1} facts={facts} {...(onFound === undefined ? {} : { onFound })} />
      {pages.count > MAX_PAGES ? (
        <p className="mt-2 text-control text-oxblood">
          {t("document.tooMany", { count: pages.count, most: MAX_PAGES })}
        </p>
      ) : (
        <p className="mt-2 print:hidden">
          <Button size="bar" icon="eye" onClick={() => setAll(true)}>
            {t("document.openAll", { count: pages.count })}
          </Button>
        </p>
      )}
      <Dialog isOpen={isAll} onClose={closeAll} look="wide" title={t("document.title")}>
        <AllPages pages={pages} facts={facts} />
      </Dialog>
    </>
  );
}
