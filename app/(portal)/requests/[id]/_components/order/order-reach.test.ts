import { NextIntlClientProvider } from "next-intl";
import { createElement } from "react";
import { renderToStaticMarkup } from "react-dom/server";
import { expect, test } from "vitest";
import { CATALOGUES } from "@/components/messages/catalogue";
import { reachFact } from "./order-reach";

function render(locale: "en" | "de", reach: Parameters<typeof reachFact>[1]): string {
  const [fact] = reachFact("reach", reach);
  const given = { locale, messages: CATALOGUES[locale], timeZone: "UTC", children: fact?.value };
  return renderToStaticMarkup(createElement(NextIntlClientProvider, given));
}

test.each([
  [
    "en",
    [
      "Transactions of client-456",
      "Submitted from",
      "Fields: Amount",
      "For the purpose audit",
      "At most 3 transactions",
    ],
  ],
  [
    "de",
    [
      "Transaktionen von client-456",
      "Eingereicht ab",
      "Felder: Betrag",
      "Zum Zweck Revision",
      "Höchstens 3 Transaktionen",
    ],
  ],
] as const)("a decider reads how far a signed order reaches, in %s", (locale, words) => {
  const html = render(locale, {
    selector: { participants: ["client-456"], from: "2026-10-01T00:00:00Z" },
    fields: ["amount"],
    purpose: "audit",
    max_records: 3,
  });
  for (const word of words) expect(html).toContain(word);
  expect(html).not.toContain(locale === "en" ? "Submitted before" : "Eingereicht vor");
});

test("an order that does not say how far it reaches has no such fact", () => {
  expect(reachFact("reach", undefined)).toEqual([]);
});
