import { NextIntlClientProvider } from "next-intl";
import { createElement } from "react";
import { renderToStaticMarkup } from "react-dom/server";
import { describe, expect, it } from "vitest";
import { CATALOGUES } from "@/components/messages/catalogue";
import type { AccessLogItem } from "@/lib/audit/reading/access-logs";
import { Accesses } from "./accesses";

const ID = "01a00000-0000-7000-8000-000000000001";

/** Returns the text of the section with one access, as a reader of the participant client-123 sees it. */
function textOf(locale: "en" | "de", access: Partial<AccessLogItem>): string {
  const item: AccessLogItem = {
    participant_id: "client-123",
    is_own: false,
    purpose: "audit",
    timestamp: "2026-11-24T12:00:00Z",
    action: "disclosure.open",
    authorized_by: "participant",
    data_accessed: ["amount", "narrative"],
    success: true,
    level: "full",
    ...access,
  };
  const record = { accesses: [item], accessCount: 1, view: { transaction_id: ID } };
  const children = createElement(Accesses, { record, own: "client-123", mayReadLog: false, isParty: false });
  const provider = createElement(NextIntlClientProvider, {
    locale,
    messages: CATALOGUES[locale],
    timeZone: "UTC",
    children,
  });
  return renderToStaticMarkup(provider).replaceAll(/<[^>]*>/g, "|");
}

const NAMED = { by_name: "Carla Brandt", by_organisation: "Brandt Handel", by_role: "client" };
const UNNAMED = { by_organisation: "Brandt Handel", by_role: "client" };

describe("accesses of a transaction", () => {
  it.each([
    ["en", { ...NAMED, is_own: true }, "You opened amount and narrative"],
    ["en", NAMED, "Carla Brandt opened amount and narrative"],
    ["en", UNNAMED, "A person of Brandt Handel (Client) opened amount and narrative"],
    ["en", { ...NAMED, level: "masked" }, "Carla Brandt saw amount and narrative masked"],
    ["en", { ...NAMED, is_own: true, level: "masked" }, "You saw amount and narrative masked"],
    ["en", { ...NAMED, action: "disclosure.copy" }, "Carla Brandt copied amount and narrative"],
    ["de", { ...NAMED, is_own: true }, "Sie haben geöffnet: Betrag und Beschreibung"],
    ["de", UNNAMED, "Eine Person (Brandt Handel, Kunde) hat geöffnet: Betrag und Beschreibung"],
    ["de", { ...NAMED, level: "masked" }, "Carla Brandt hat maskiert gesehen: Betrag und Beschreibung"],
  ] as const)("name the person and what they saw, in %s (%o)", (locale, access, sentence) => {
    expect(textOf(locale, access)).toContain(`|${sentence}|`);
  });

  it.each(["en", "de"] as const)("never call masked fields opened, in %s", (locale) => {
    expect(textOf(locale, { ...NAMED, level: "masked" })).not.toMatch(/opened|geöffnet/);
  });

  it("never show a participant as the person", () => {
    for (const access of [UNNAMED, NAMED, {}]) expect(textOf("en", access)).not.toContain("client-123");
    expect(textOf("en", {})).toContain("|An unknown person opened amount and narrative|");
  });

  it("show whose key the custodian wrapped for", () => {
    const wrap = { action: "disclosure.rewrap", data_accessed: ["amount"], level: undefined };
    expect(textOf("en", wrap)).toContain("Re-wrapped by the custodian for your new key");
    expect(textOf("en", wrap)).toContain("|amount|");
    expect(textOf("en", { ...wrap, participant_id: "miner-789" })).toContain("for miner-789’s new key");
  });
});
