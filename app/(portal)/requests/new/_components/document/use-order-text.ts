"use client";

import { useEffect, useState } from "react";
import type { FoundInText } from "./facts-in-text";
import type { ChosenDocument } from "./read-document";

/** Orders say their facts on their first pages; reading more would only take time. */
const READ_PAGES = 12;

/** `none`: the file has no text to read, as a scan has none. */
export type OrderText = FoundInText | "reading" | "none" | undefined;

type Places = Parameters<typeof import("./facts-in-text").factsInText>[1];

async function readText(document: ChosenDocument, places: Places): Promise<OrderText> {
  const [{ openOrder }, { factsInText, linesOf }] = await Promise.all([
    import("@/app/(portal)/requests/[id]/_components/order/worker/pdf-document"),
    import("./facts-in-text"),
  ]);
  const pages = await openOrder(new Uint8Array(await document.file.arrayBuffer()));
  try {
    const lines: string[][] = [];
    for (let number = 1; number <= Math.min(pages.count, READ_PAGES); number += 1)
      lines.push(linesOf(await pages.text(number)));
    return lines.every((page) => page.length === 0) ? "none" : factsInText(lines, places);
  } finally {
    pages.close();
  }
}

/** Reads the text of a chosen PDF in this browser. Nothing of it is sent anywhere by this. */
export function useOrderText(document: ChosenDocument | undefined, places: Places): OrderText {
  const [text, setText] = useState<OrderText>();
  useEffect(() => {
    if (document?.mediaType !== "application/pdf") {
      setText(undefined);
      return;
    }
    let isGone = false;
    setText("reading");
    readText(document, places).then(
      (found) => !isGone && setText(found),
      () => !isGone && setText("none"),
    );
    return () => {
      isGone = true;
    };
  }, [document, places]);
  return text;
}
