import { NextIntlClientProvider } from "next-intl";
import { createElement, type ReactElement } from "react";
import { renderToStaticMarkup } from "react-dom/server";
import { expect, test } from "vitest";
import { chosenColumns } from "@/app/(portal)/_kit/saved-views";
import { CATALOGUES } from "@/components/messages/catalogue";
import type { EventItem } from "@/lib/audit/schema";
import type { VerificationItem } from "@/lib/audit/self-check/schema";
import { FilterFault } from "../filter/filter-fault";
import { readFilter, withUnknown } from "../filter/read-filter";
import { LastRun } from "../last-run";
import { EventTable, useEventColumns } from "./event-table";

function render(locale: "en" | "de", element: ReactElement): string {
  const given = { locale, messages: CATALOGUES[locale], timeZone: "UTC", children: element };
  return renderToStaticMarkup(createElement(NextIntlClientProvider, given));
}

const NO_NAMES: ReadonlyMap<string, string> = new Map();

/** The list; without a choice its reader has the columns of all. */
function List(props: { events: readonly EventItem[]; names?: typeof NO_NAMES; chosen?: readonly string[] }) {
  const { events, names = NO_NAMES, chosen = [] } = props;
  const columns = useEventColumns({ signedSize: 3, isClosed: false, names });
  return createElement(EventTable, { events, columns: chosenColumns(columns, chosen) });
}

const failure = (seq: number, count?: number): EventItem => ({
  seq,
  entry_id: `01a00000-0000-7000-8000-00000000000${seq}`,
  at: "2026-11-26T14:00:00.000000Z",
  class: "identity",
  outcome: "denied",
  action: "identity.authenticate",
  actor: "anonymous",
  purpose: null,
  transaction_id: null,
  participant_id: null,
  request_id: null,
  grant_id: null,
  ...(count === undefined ? {} : { count }),
});

test.each([
  ["en", "×1,400", "1,400 failures of the same kind within a minute"],
  ["de", "×1.400", "1.400 gleichartige Fehlschläge innerhalb einer Minute"],
] as const)("an entry for many failures shows how many, in %s", (locale, times, words) => {
  const events = [failure(2, 1400), failure(1, 1), failure(0)];
  const html = render(locale, createElement(List, { events }));
  expect(html).toContain(times);
  expect(html).toContain(words);
  expect(html.match(/×/g)).toHaveLength(1);
});

test("a row is the sentence of its entry: who, what, of which record, and what was masked", () => {
  const id = "01a00000-0000-7000-8000-000000000009";
  const opened: EventItem = {
    ...failure(1),
    ...{ class: "disclosure", outcome: "done", action: "disclosure.open", actor: "8fQZ1c0aXg2LrTtm" },
    ...{ actor_name: "Ines Falkner", transaction_id: id },
    words: { fields: ["amount", "parties"], masked: ["parties"] },
  };
  const names = new Map([[id, "88-1402"]]);
  const text = (locale: "en" | "de", known: ReadonlyMap<string, string>) =>
    render(locale, createElement(List, { events: [opened], names: known })).replaceAll(/<[^>]*>/g, "");
  expect(text("en", names)).toContain(
    "Ines Falkner opened amount of transaction 88-1402, and saw parties masked.",
  );
  expect(text("de", names)).toContain("Ines Falkner hat von Transaktion 88-1402 geöffnet: Betrag; maskiert");
  expect(text("en", new Map())).not.toContain("88-1402");
});

test("a row has no action code unless its reader chose that column", () => {
  const events = [failure(1)];
  expect(render("en", createElement(List, { events }))).not.toContain("authenticate");
  const html = render("en", createElement(List, { events, chosen: ["what", "action"] }));
  expect(html).toContain("Action code");
  expect(html.replaceAll(/<[^>]*>/g, "")).toContain("identity.authenticate");
});

test("details are shown with labels and names, not as JSON", () => {
  const whole: EventItem = {
    ...failure(1),
    ...{ outcome: "done", action: "user.create", actor: "8fQZ1c0aXg2LrTtm" },
    details: { role: "auditor", duties: [], expires_at: "2026-12-01T09:00:00Z", old: { made_up: true } },
  };
  const html = render("en", createElement(List, { events: [whole] }));
  const text = html.replaceAll(/<[^>]*>/g, "|");
  expect(text).toMatch(/Role\|+Auditor\|+Duties\|+none\|+Expires\|/);
  expect(html).toContain('dateTime="2026-12-01T09:00:00.000Z"');
  expect(text).toMatch(/made_up\|+yes/);
  expect(text).not.toMatch(/[{}]/);
});

const run = (more: Partial<VerificationItem>): VerificationItem => ({
  id: "01a00000-0000-7000-8000-000000000000",
  state: "done",
  cause: "schedule",
  by: null,
  started_at: "2026-11-26T14:00:00.000Z",
  finished_at: "2026-11-26T14:00:01.000Z",
  progress: null,
  seq: 4,
  recorded_in: "log.test/a",
  report: null,
  record: "bound",
  ...more,
});

test("the worker's last verification is shown with its time; a running one is not counted", () => {
  const waiting = run({ state: "queued", finished_at: null });
  const html = render("en", createElement(LastRun, { runs: [waiting, run({ state: "failed", by: "Ada" })] }));
  expect(html).toContain("Last run on <time");
  expect(html).toContain('dateTime="2026-11-26T14:00:01.000Z"');
  expect(html).toContain("Requested by Ada.");
  expect(render("de", createElement(LastRun, { runs: [run({ record: "changed" })] }))).toContain(
    "ist ungültig. Der Lauf begann automatisch.",
  );
  expect(render("en", createElement(LastRun, { runs: [waiting] }))).toBe("");
});

test("an unknown name leads to the nearest one, and the other filters stay", () => {
  const asked = readFilter({ action: "transaction.creat", outcome: "done" }, 0);
  const props = { path: "/audit", read: withUnknown(asked, ["action"]) };
  const html = render("en", createElement(FilterFault, props));
  expect(html).toContain("No entry visible to you has the action “transaction.creat”");
  expect(html).toContain('href="/audit?action=transaction.create&amp;outcome=done"');
  expect(render("en", createElement(FilterFault, { path: "/audit", read: asked }))).toBe("");
});
