// @vitest-environment happy-dom
import { screen, within } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import type { RosterChangeView, RosterPage } from "@/lib/identity/roster/schema";
import type { RosterEntry } from "@/lib/identity/roster/version-schema";
import { answerCalls, problem, show } from "@/lib/testing/components";
import { changeInForce, FirstRoster, ListedSection, MissingSection, PastSection } from "./roster-sections";
import { VersionSection } from "./version-section";

const GROUPS = "0123 4567 89ab cdef 0123 4567 89ab cdef";
const entry = (duties: string[]): RosterEntry => ({
  ...{
    organisation: "org-1",
    organisation_name: "Operations",
    role: "coordinator",
    duties,
    participant: null,
  },
  keys: [{ kind: "passkey", id: "cred", groups: GROUPS }],
});

const CHANGE: RosterChangeView = {
  ...{ id: "01936f2a-7c1b-7def-8a10-3f2b4c5d6e7f", person: "admin-greta", name: "Greta", kind: "people" },
  ...{ state: "pending", version: 2, purpose: "joins", awaits_me: true, agreements: [] },
  ...{ created_at: "2026-11-29T09:00:00Z", expires_at: "2026-12-13T09:00:00Z" },
  concerned: [{ person: "elif", name: "Elif Kaya" }],
  people: [
    { person: "elif", name: "Elif Kaya", act: "add", before: null, after: entry(["legal"]) },
    {
      ...{ person: "ines", name: "Ines Vogel", act: "change" },
      ...{ before: entry(["approve"]), after: entry(["privacy"]) },
    },
  ],
  may_confirm: [
    { person: "lena", name: "Lena" },
    { person: "nils", name: "Nils" },
  ],
};
const SIGNING = { rp_id: "localhost", credential_ids: [] };
const PAGE: RosterPage = {
  ...{ version: 1, digest: "A".repeat(43), changes: [], signing: SIGNING, may_ask: true },
  people: [{ ...entry(["legal"]), person: "lena", name: "Lena", may_confirm: true }],
  differences: [
    {
      ...{ person: "elif", name: "Elif Kaya", act: "add", before: null, after: entry(["legal"]) },
      ...{ is_due: false, organisation_name: "Operations" },
    },
    {
      ...{ person: "jonas", name: "Jonas", act: "remove", before: entry(["approve"]), after: null },
      ...{ is_due: true, organisation_name: "Operations" },
    },
  ],
  without_key: [{ person: "omar", name: "Omar Reyes", organisation_name: "Market Office" }],
};
const buttons = () => screen.queryAllByRole("button").map(({ textContent }) => textContent);

describe("a version that waits", () => {
  it("shows what changes with the groups to hear, who may sign, and only one's own acts", () => {
    const section = (change: RosterChangeView, isOwn = false) => (
      <VersionSection change={change} signing={SIGNING} isOwn={isOwn} />
    );
    const { rerender } = show(section(CHANGE));
    expect(screen.getByText("Elif Kaya is added to the roster")).toBeDefined();
    expect(screen.getAllByText(GROUPS).length).toBeGreaterThan(0);
    expect(screen.getByText("data protection").tagName).toBe("INS");
    expect(screen.getByText("approvals").tagName).toBe("DEL");
    expect(screen.getByText("Lena, Nils")).toBeDefined();
    expect(buttons()).toEqual(["Agree", "Refuse"]);
    rerender(section({ ...CHANGE, awaits_me: false }, true));
    expect(buttons()).toEqual(["Withdraw"]);
    rerender(section({ ...CHANGE, awaits_me: false, may_confirm: [] }));
    expect(buttons()).toEqual([]);
    expect(screen.getByText("Too few people may sign")).toBeDefined();
  });

  it("is not signed if the text to sign differs from the page", async () => {
    const roster = { log: "l", persons: [], authorities: [], origins: [] };
    const statement = {
      log: "l",
      version: 2,
      previous: "A".repeat(43),
      roster: "B".repeat(43),
      person: "lena",
    };
    const toSign = { statement, before: { ...roster, version: 1 }, after: { ...roster, version: 2 } };
    const calls = answerCalls(() => problem(500, "service.failed"));
    const change = { ...CHANGE, to_sign: toSign };
    const { user } = show(<VersionSection change={change} signing={SIGNING} isOwn={false} />);
    await user.click(screen.getByRole("button", { name: "Sign with your passkey" }));
    const dialog = screen.getByRole("dialog");
    await user.click(within(dialog).getByRole("button", { name: "Sign with your passkey" }));
    expect(await within(dialog).findByText(/does not match this page/)).toBeDefined();
    expect(calls).toEqual([]);
  });
});

describe("the roster's page", () => {
  it("names who is missing and whom to ask, with urgent ones chosen, in both languages", () => {
    for (const language of ["en", "de"] as const) {
      const { unmount } = show(
        <>
          <MissingSection roster={PAGE} isOpen={false} />
          <ListedSection people={PAGE.people} />
          <PastSection roster={{ version: 3, changes: [{ ...CHANGE, state: "done", people: [] }] }} />
        </>,
        { language },
      );
      expect(screen.getAllByRole<HTMLInputElement>("checkbox").map(({ checked }) => checked)).toEqual([
        false,
        true,
      ]);
      expect(screen.getByText("Omar Reyes")).toBeDefined();
      expect(screen.getByText("Lena")).toBeDefined();
      unmount();
    }
  });

  it("lists neither the version in force nor one that waits among the earlier ones", () => {
    const changes: RosterChangeView[] = [
      { ...CHANGE, id: `${CHANGE.id}4`, version: 4 },
      { ...CHANGE, id: `${CHANGE.id}3`, state: "done", version: 3 },
      { ...CHANGE, id: `${CHANGE.id}2`, state: "done", version: 2 },
      { ...CHANGE, id: `${CHANGE.id}1`, state: "refused", version: 3 },
    ];
    show(<PastSection roster={{ version: 3, changes }} />);
    const rows = screen.getAllByRole("row").slice(1);
    expect(
      rows.map(({ textContent }) => textContent?.match(/Version \d: .*?(Replaced|Refused)/)?.[0]),
    ).toEqual([expect.stringMatching(/Version 2.*Replaced/), expect.stringContaining("Refused")]);
    expect(changeInForce({ version: 3, changes })?.id).toBe(`${CHANGE.id}3`);
    expect(changeInForce({ version: 1, changes })).toBeUndefined();
  });

  it("without a roster leads to the draft and the command at the custodian", () => {
    show(<FirstRoster roster={{ ...PAGE, people: [], differences: [] }} />);
    const links = screen.getAllByRole("link").map((link) => link.getAttribute("href"));
    expect(links).toEqual([
      "/developers/guides/deploying#7-the-first-roster",
      "/confidential/admin/roster/draft",
    ]);
    expect(screen.getByText(/roster begin roster-draft.json/)).toBeDefined();
  });
});
