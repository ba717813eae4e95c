// @vitest-environment happy-dom
import { screen } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { ReadinessCause, type ReadinessItem, ReadinessItemName } from "@/lib/administration/readiness/schema";
import { answerCalls, show } from "@/lib/testing/components";
import { ReadinessItems } from "./readiness-items";

const PEOPLE = { second: null, is_open: false, may_name: false };
const FACTS = {
  ...{
    host: "portal.example",
    code: "CERT_HAS_EXPIRED",
    status: "502",
    count: "1",
    names: "Ada Lind",
    days: "90",
  },
  ...{
    by: "Ada Lind",
    and: "Ben Roth",
    to: "ada@x.example",
    engine: "ClamAV",
    agency: "Office",
    missing: "contacts",
  },
  ...{ organisation: "Havel", zone: "UTC", jurisdictions: "EU", ms: "18", where: "other_user", version: "v" },
  ...{ shares: "3/5", tried: "2026-11-01T00:00:00Z", held_on: "2026-11-02", place: "standby", size: "12480" },
  ...{ made: "2026-11-28T02:00:00Z", hours: "1072" },
};
const item = (changes: Partial<ReadinessItem>): ReadinessItem => ({
  ...{ item: "organisation", is_needed: true, state: "done", cause: null, detail: "", facts: FACTS },
  ...{ checked_at: "2026-11-29T12:00:00Z", checked_by: "Ada Lind" },
  ...changes,
});
const opened = () => document.querySelectorAll("details[open]");

describe("the list of what real data needs", () => {
  it("unfolds the first part that is not done, with its cause and what to do", async () => {
    const calls = answerCalls(() => ({ status: 200, json: {} }));
    const items = [
      item({}),
      item({ item: "custodian", state: "failed", cause: "custodian_away" }),
      item({ item: "mail", state: "open", cause: "code_sent" }),
    ];
    const { user } = show(<ReadinessItems items={items} people={PEOPLE} />);
    expect(opened()).toHaveLength(1);
    expect(opened()[0]?.textContent).toContain("The escrow custodian does not answer.");
    await user.click(screen.getByRole("button", { name: "Check again: Escrow custodian" }));
    expect(calls).toMatchObject([
      { method: "POST", path: "/confidential/admin/readiness", body: { items: ["custodian"] } },
    ]);
    expect(screen.getByRole("button", { name: "Enter the code", hidden: true })).toBeDefined();
  });

  it("names the parts whose root key is in a file", () => {
    const facts = { parts: "custodian, signer, witness" };
    show(
      <ReadinessItems
        items={[item({ item: "keys", state: "failed", cause: "key_file", facts })]}
        people={PEOPLE}
      />,
    );
    expect(opened()[0]?.textContent).toContain("in a file: custodian, signer, witness.");
  });

  it.each([
    ["en", "over 12,480 entries", "log of 12,480 entries", "1,072 hours"],
    ["de", "über 12.480 Einträge", "mit 12.480 Einträgen", "1.072 Stunden"],
  ] as const)("groups the digits of sizes and hours, in %s", (language, ...words) => {
    const items = [
      item({ item: "drill" }),
      item({ item: "database_backup" }),
      item({ item: "agency", state: "failed", cause: "database_backup_old" }),
    ];
    const { container } = show(<ReadinessItems items={items} people={PEOPLE} />, { language });
    for (const one of words) expect(container.textContent).toContain(one);
  });

  it("names the guide of a part that has no page of its own", () => {
    show(<ReadinessItems items={[item({ item: "scanner", state: "open" })]} people={PEOPLE} />);
    const link = screen.getByRole("link", { name: "Guide: Document scanner" });
    expect(link.getAttribute("href")).toBe("/developers/guides/administrator#scanning-documents");
  });

  it("unfolds nothing while one administrator is alone", () => {
    const items = [item({ state: "open", cause: "not_checked" })];
    show(<ReadinessItems items={items} people={{ ...PEOPLE, is_open: true }} />);
    expect(opened()).toHaveLength(0);
  });

  it.each(["en", "de"] as const)("has words for every part and every cause, in %s", (language) => {
    const items = ReadinessItemName.options.map((name) => item({ item: name }));
    const stated = item({ item: "backup", facts: { statement: "Replicated in two regions" } });
    const causes = ReadinessCause.options.map((cause) => item({ item: "agency", state: "failed", cause }));
    for (const list of [items, [stated], ...causes.map((one) => [one])]) {
      const shown = show(<ReadinessItems items={list} people={PEOPLE} />, { language });
      expect(shown.container.textContent).not.toMatch(/setup\.|undefined|\{/);
      shown.unmount();
    }
  });
});
