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
    masked: [],
    texts: {},
    requestId: undefined,
    details: {},
    ...over,
  };
  const children = createElement(Sentence, { happening });
  const given = { locale, messages: CATALOGUES[locale], timeZone: "UTC", children };
  return renderToStaticMarkup(createElement(NextIntlClientProvider, given)).replaceAll(/<[^>]*>/g, "");
}

const [FULL, MASKED] = [{ masked: [] }, { masked: ["amount", "narrative"] }];
const SOME = { masked: ["narrative"] };
const JOB = { kind: "transaction", id: "01a00000-0000-7000-8000-000000000001", name: "88-1402" } as const;

describe("an entry's sentence", () => {
  it.each([
    ["en", FULL, "Ruth Adler opened amount and narrative of T-1."],
    ["en", MASKED, "Ruth Adler saw amount and narrative of T-1 masked."],
    ["de", FULL, "Ruth Adler hat von T-1 geöffnet: Betrag und Beschreibung."],
    ["de", MASKED, "Ruth Adler hat von T-1 maskiert gesehen: Betrag und Beschreibung."],
    ["en", SOME, "Ruth Adler opened amount of T-1, and saw narrative masked."],
    ["de", SOME, "Ruth Adler hat von T-1 geöffnet: Betrag; maskiert gesehen: Beschreibung."],
  ] as const)("distinguishes opened from masked fields, in %s (%o)", (locale, over, sentence) => {
    expect(textOf(locale, over)).toBe(sentence);
  });

  it.each(["intent", "denied", "failed"] as const)("calls no masked access opened: outcome %s", (outcome) => {
    expect(textOf("en", { ...MASKED, outcome })).not.toMatch(/open/i);
    expect(textOf("de", { ...MASKED, outcome })).not.toMatch(/öffn/i);
  });

  it.each([
    ["en", "true", "The switch “Exports in the background” was turned on for Pilot."],
    ["en", "false", "The switch “Exports in the background” was turned off for Pilot."],
    ["de", "true", "Der Schalter „Exporte im Hintergrund“ wurde für Pilot eingeschaltet."],
  ] as const)("names the switch and the organisation of a change, in %s (%s)", (locale, on, sentence) => {
    const texts = { flag: "export.background", on, organisation: "Pilot" };
    const change = { action: "flag.change", actor: "system:portal", subject: undefined, texts };
    expect(textOf(locale, change)).toBe(sentence);
  });

  it.each([
    ["en", "done", "The worker verified the log."],
    ["de", "done", "Der Hintergrunddienst hat das Protokoll geprüft."],
    ["de", "intent", "Der Hintergrunddienst hat einen Vorgang angekündigt: "],
  ] as const)("gives a process its article, in %s (%s)", (locale, outcome, sentence) => {
    const run = { action: "audit.verify", actor: "system:worker", actorName: undefined, subject: undefined };
    expect(textOf(locale, { ...run, outcome, fields: [] })).toContain(sentence);
  });

  it("names both keys of an envelope that the custodian wrapped", () => {
    const texts = { old_kid: "client-123#1", new_kid: "client-123#2" };
    const text = textOf("en", { action: "disclosure.rewrap", texts });
    expect(text).toContain("for client-123#2, replacing the lost client-123#1.");
  });

  it("names a record as people call it, where the reader may know it", () => {
    expect(textOf("en", { subject: JOB })).toBe(
      "Ruth Adler opened amount and narrative of transaction 88-1402.",
    );
    expect(textOf("en", { subject: { ...JOB, name: undefined } })).not.toContain("88-1402");
  });

  it.each([
    ["en", "denied", "Ruth Adler tried this and was refused: Access to sealed fields, transaction 88-1402."],
    [
      "de",
      "denied",
      "Ruth Adler hat Folgendes versucht und wurde abgewiesen: Zugriff auf versiegelte Felder, Transaktion 88-1402.",
    ],
  ] as const)("names the record of an act that was not done, in %s: %s", (locale, outcome, sentence) => {
    expect(textOf(locale, { outcome, subject: JOB })).toBe(sentence);
  });

  it.each([
    ["en", "emergency.read", undefined, "Ruth Adler asked to see emergency accesses and was refused."],
    ["de", "emergency.read", undefined, "Ruth Adler wollte Notzugriffe ansehen und wurde abgewiesen."],
    ["en", "dispute.read", JOB, "Ruth Adler asked to see disputes and was refused: transaction 88-1402."],
    [
      "de",
      "dispute.read",
      JOB,
      "Ruth Adler wollte Streitfälle ansehen (Transaktion 88-1402) und wurde abgewiesen.",
    ],
  ] as const)("says what a refused read asked for, in %s: %s", (locale, action, subject, sentence) => {
    expect(textOf(locale, { action, subject, outcome: "denied" })).toBe(sentence);
  });
});
