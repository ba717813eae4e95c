import { NextIntlClientProvider } from "next-intl";
import { createElement, type ReactElement } from "react";
import { renderToStaticMarkup } from "react-dom/server";
import { describe, expect, test } from "vitest";
import { CATALOGUES } from "@/components/messages/catalogue";
import { FaultReport } from "@/components/verify/result/fault-report";
import { draft, keysOf, layOut, operator } from "@/lib/audit/bundle-verifier/bundle-fixture";
import { changeBundle } from "@/lib/audit/bundle-verifier/change-bundle";
import { Policy } from "@/lib/audit/bundle-verifier/claims/bundle-format";
import { verifyBundle } from "@/lib/audit/bundle-verifier/verify-bundle";
import type { VerificationFinding, VerificationItem } from "@/lib/audit/self-check/schema";
import { ServerRuns } from "./server-runs";

const OURS = operator(1);
const BUNDLE = layOut(draft(OURS, 12, [1, 3, 7, 12]), OURS);
const POLICY = Policy.parse({ ...keysOf(OURS), quorum: 2 });
const LINES = {
  en: ["Verification failed", "No change was found, but something is missing:"],
  de: ["Prüfung nicht bestanden", "Es wurde keine Änderung gefunden, aber Folgendes fehlt:"],
} as const;

function render(locale: "en" | "de", element: ReactElement): string {
  const given = { locale, messages: CATALOGUES[locale], timeZone: "UTC", children: element };
  return renderToStaticMarkup(createElement(NextIntlClientProvider, given)).replaceAll("&#x27;", "'");
}

const TAIL: VerificationFinding = {
  class: "unanchored tail",
  detail: "3 entries wait for their leaf, the oldest for 120 s",
  is_unfinished: true,
};

function runWith(findings: readonly VerificationFinding[], more = 0): VerificationItem {
  return {
    id: "01a00000-0000-7000-8000-000000000000",
    state: "done",
    cause: "schedule",
    by: null,
    started_at: "2026-11-26T14:00:00.000Z",
    finished_at: "2026-11-26T14:00:01.000Z",
    progress: null,
    seq: null,
    recorded_in: null,
    record: "bound",
    report: {
      verdict: "wrong",
      signer: "agrees",
      entries: 12,
      size: 12,
      checkpoints: 4,
      pruned: 0,
      indexed: 12,
      time_stamps: { checked: 0, unchecked: 0 },
      queue: { count: 3, oldest_at: null },
      findings: [...findings],
      more,
      first_bad: null,
    },
  };
}

const runs = (locale: "en" | "de", run: VerificationItem) =>
  render(locale, createElement(ServerRuns, { runs: [run], present: "log.test/a" }));

describe.each(["en", "de"] as const)("where only something is missing, in %s", (locale) => {
  test("the browser's report says in its headline that no change was found, and below it what is missing", async () => {
    const report = await verifyBundle(BUNDLE, { policy: POLICY });
    expect(report.verdict).toBe("wrong");
    const html = render(locale, createElement(FaultReport, { report }));
    const [first, second] = LINES[locale];
    expect(html).toMatch(new RegExp(`<h3[^>]*>${first}</h3>`));
    expect(html.indexOf(second)).toBeGreaterThan(html.indexOf("</h3>"));
    expect(html).toContain(report.findings[0]?.detail);
  });

  test("a changed entry is never reported as unfinished, also with missing entries", async () => {
    const report = await verifyBundle(changeBundle(BUNDLE, 5), { policy: POLICY });
    const html = render(locale, createElement(FaultReport, { report }));
    expect(html).not.toContain(LINES[locale][1]);
    expect(html).not.toMatch(new RegExp(`<h3[^>]*>${LINES[locale][0]}</h3>`));
  });

  test("the worker's stored report says that the verification failed and what is missing, and leaves out the latter if there is also a fault", () => {
    const [first, second] = LINES[locale];
    const waiting = runs(locale, runWith([TAIL]));
    expect(waiting).toContain(first);
    expect(waiting).toContain(second);
    expect(waiting).toContain(TAIL.detail);
    const { is_unfinished: _, ...unmarked } = TAIL;
    const changed = { class: "content mismatch", detail: "the stored bytes of entry 5 give another leaf" };
    for (const run of [runWith([TAIL, changed]), runWith([TAIL], 1), runWith([unmarked])]) {
      expect(runs(locale, run)).toContain(first);
      expect(runs(locale, run)).not.toContain(second);
    }
  });
});

test.each([
  ["en", "Entries and faults"],
  ["de", "Einträge und Fehler"],
] as const)("the table of verifications names what a run compared and found, in %s", (locale, head) => {
  const element = createElement(ServerRuns, { runs: [runWith([TAIL])], present: "log" });
  expect(render(locale, element)).toContain(head);
});
