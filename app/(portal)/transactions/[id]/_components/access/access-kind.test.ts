import { createTranslator } from "next-intl";
import { expect, test } from "vitest";
import { CATALOGUES } from "@/components/messages/catalogue";
import type { AccessLogItem } from "@/lib/audit/reading/access-logs";
import { accessKind } from "./accesses";

const item: AccessLogItem = {
  participant_id: "client-123",
  purpose: "audit",
  timestamp: "2026-11-24T12:00:00Z",
  action: "disclosure.prepare",
  authorized_by: "system",
  data_accessed: [],
  success: false,
};

test("being asked for a fresh proof is not a refusal", () => {
  expect(accessKind({ ...item, error: "auth.step-up" })).toBe("asked");
  expect(accessKind({ ...item, error: "access.no-grant" })).toBe("refused");
  expect(accessKind(item)).toBe("refused");
  expect(accessKind({ ...item, action: "disclosure.open", success: true })).toBe("opened");
  expect(accessKind({ ...item, action: "disclosure.open", success: true, level: "full" })).toBe("opened");
  expect(accessKind({ ...item, action: "disclosure.open", success: true, level: "masked" })).toBe("masked");
  expect(accessKind({ ...item, action: "disclosure.rewrap", success: true })).toBe("rewrapped");
});

test.each([
  ["en", "You were refused", "client-123 was refused", "You were asked to confirm the second factor again"],
  [
    "de",
    "Sie wurden abgewiesen",
    "client-123 wurde abgewiesen",
    "Sie wurden aufgefordert, den zweiten Faktor erneut zu bestätigen",
  ],
] as const)(
  "the sentence addresses the reader as you and names other people, in %s",
  (locale, own, other, asked) => {
    const messages = CATALOGUES[locale];
    const t = createTranslator({ locale, messages, namespace: "transactions.accesses" });
    expect(t("refused", { own: "yes", who: "client-123" })).toBe(own);
    expect(t("refused", { own: "no", who: "client-123" })).toBe(other);
    expect(t("asked", { own: "yes", who: "client-123" })).toBe(asked);
  },
);
