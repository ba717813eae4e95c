import { NextIntlClientProvider } from "next-intl";
import { createElement } from "react";
import { renderToStaticMarkup } from "react-dom/server";
import { describe, expect, it } from "vitest";
import { CATALOGUES } from "@/components/messages/catalogue";
import type { EventSentence } from "./event-sentence";
import { Sentence } from "./sentence";

function textOf(locale: "en" | "de", over: Partial<EventSentence>): string {
  const happening: EventSentence = {
    action: "disclosure.open",
    actor: "u_holder",
    actorName: "Ruth Adler",
    outcome: "done",
    at: "2026-11-24T12:00:00Z",
    purpose: "audit",
    subject: { kind: "participant", id: "T-1" },
    fields: ["amount", "narrative"],
    requestId: undefined,
    details: {},
    ...over,
  };
  const children = createElement(Sentence, { happening });
  const given = { locale, messages: CATALOGUES[locale], timeZone: "UTC", children };
  return renderToStaticMarkup(createElement(NextIntlClientProvider, given)).replaceAll(/<[^>]*>/g, "");
}

const [FULL, MASKED] = [{ details: { level: "full" } }, { details: { level: "masked" } }];

describe("an entry's sentence", () => {
  it.each([
    ["en", FULL, "Ruth Adler opened amount and narrative of T-1."],
    ["en", MASKED, "Ruth Adler saw amount and narrative of T-1 masked."],
    ["de", FULL, "Ruth Adler hat von T-1 geöffnet: Betrag und Beschreibung."],
    ["de", MASKED, "Ruth Adler hat von T-1 maskiert gesehen: Betrag und Beschreibung."],
  ] as const)("distinguishes opened from masked fields, in %s (%o)", (locale, over, sentence) => {
    expect(textOf(locale, over)).toBe(sentence);
  });

  it.each(["intent", "denied", "failed"] as const)("calls no masked access opened: outcome %s", (outcome) => {
    expect(textOf("en", { ...MASKED, outcome })).not.toMatch(/open/i);
    expect(textOf("de", { ...MASKED, outcome })).not.toMatch(/öffn/i);
  });

  it("names both keys of an envelope that the custodian wrapped", () => {
    const details = { old_kid: "client-123#1", new_kid: "client-123#2" };
    const text = textOf("en", { action: "disclosure.rewrap", details });
    expect(text).toContain("for client-123#2, replacing the lost client-123#1.");
  });
});
