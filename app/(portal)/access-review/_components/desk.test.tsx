// @vitest-environment happy-dom
import { screen, waitFor, within } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import type { Review, ReviewRow } from "@/lib/administration/access-review/schema";
import { answerCalls, problem, show } from "@/lib/testing/components";
import { Desk } from "./desk";
import { ReviewRows } from "./review-rows";
import { SelectedFacts } from "./selected-facts";
import { SignReview } from "./sign-review";

type More = Partial<Omit<ReviewRow, "facts">> & {
  readonly name?: string;
  readonly facts?: Partial<ReviewRow["facts"]>;
};
const row = (n: number, more: More = {}): ReviewRow => {
  const { name = `Person ${n}`, facts, ...members } = more;
  return {
    id: `01936f2a-7c1b-7def-8a10-00000000000${n}`,
    subject: { kind: "person", id: `p-${n}` },
    facts: {
      ...{ name, owner: null, organisation: "Havel Clearing", role: "coordinator", duties: ["legal"] },
      ...{ memberships: [], participant: null, scopes: [], state: "active", signs_in_with: "passkey" },
      ...{ since: "2026-01-04T09:00:00Z", ends_at: null, looks: [] },
      ...{ last_used_at: "2026-11-20T09:00:00Z", ...facts },
    },
    version: `v${n}`,
    decided_version: null,
    use: { acts: 12, grants: [] },
    ...{ is_close: false, is_gone: false, is_own: false, reviewers: ["Anke Sommer"], may_decide: true },
    ...{ decision: null, reason: null, decided_by: null, decided_at: null, agreement: null },
    ...{ is_signed: false, to_sign: false, paused: [] },
    ...members,
  };
};
const review = (rows: ReviewRow[], more: Partial<Review> = {}): Review => ({
  ...{ id: "01936f2a-7c1b-7def-8a10-3f2b4c5d6e7f", state: "running", begun_at: "2026-11-29T09:00:00Z" },
  ...{ begun_by: "Anke Sommer", due_at: "2026-12-20T00:00:00Z", ended_at: null, digest: null },
  counts: { rows: rows.length, decided: 0, keep: 0, change: 0, remove: 0, paused: 0, left: 2, open: 2 },
  rows: { items: rows, next_cursor: null },
  ...{ organisations: [], signatures: [], statement: null, sign_block: "undecided" },
  ...more,
});
const desk = (value: Review) =>
  show(
    <Desk review={value}>
      <SignReview />
      <ReviewRows />
      <SelectedFacts canSeePeople={false} />
    </Desk>,
  );
const current = () => screen.getAllByRole("row").find((one) => one.getAttribute("aria-current") !== null);

describe("the desk of an access review", () => {
  it("moves with j and k, and y keeps the selected person and continues to the next", async () => {
    const calls = answerCalls(() => ({ status: 200, json: {} }));
    const { user, moves } = desk(review([row(1), row(2), row(3)]));
    expect(current()?.textContent).toContain("Person 1");
    await user.keyboard("j");
    expect(current()?.textContent).toContain("Person 2");
    await user.keyboard("k");
    await user.keyboard("y");
    expect(current()?.textContent).toContain("Person 2");
    await waitFor(() => expect(moves).toEqual([["refresh"]]));
    expect(calls.map(({ body }) => body)).toEqual([
      { decision: "keep", rows: [{ id: row(1).id, version: "v1" }] },
    ]);
    expect(screen.getByRole("button", { name: "Keep: Person 1", pressed: true })).toBeDefined();
  });

  it("asks for the reason of a removal, and sends it with what the reviewer saw", async () => {
    const calls = answerCalls(() => ({ status: 200, json: {} }));
    const { user } = desk(review([row(1)]));
    await user.keyboard("x");
    const dialog = screen.getByRole("dialog");
    await user.click(within(dialog).getByRole("button", { name: "Ask for removal" }));
    expect(await screen.findByText("Enter the reason")).toBeDefined();
    await user.type(within(dialog).getByLabelText("Reason"), "left");
    await user.click(within(dialog).getByRole("button", { name: "Ask for removal" }));
    await waitFor(() => expect(calls).toHaveLength(1));
    expect(calls[0]?.body).toEqual({
      ...{ decision: "remove", reason: "left" },
      rows: [{ id: row(1).id, version: "v1" }],
    });
  });

  it("offers no change of a program and no decision on the reader, and says who decides", async () => {
    const program = row(1, { name: "Nightly import", subject: { kind: "program", id: "k-1" } });
    const own = row(2, { is_own: true, may_decide: false, reviewers: ["Greta Holm"] });
    const { user } = desk(review([program, own]));
    const change = screen.getByRole("button", { name: "Change: Nightly import" });
    expect(change.hasAttribute("disabled")).toBe(true);
    await user.keyboard("c");
    expect(screen.queryByRole("dialog")).toBeNull();
    expect(screen.getByText("Your own access. Greta Holm decides.")).toBeDefined();
    expect(screen.queryByRole("button", { name: "Keep: Person 2" })).toBeNull();
  });

  it("takes a decision back where another reviewer was faster, and says so", async () => {
    answerCalls(() => problem(409, "access-review.decided", { decided_by: "Paul Winter" }));
    const { user, moves } = desk(review([row(1)]));
    await user.keyboard("y");
    expect(await screen.findByText("The decision was not recorded")).toBeDefined();
    expect(screen.getByRole("button", { name: "Keep: Person 1", pressed: false })).toBeDefined();
    expect(moves).toEqual([["refresh"]]);
  });

  it("lists the remaining rows again before it keeps them, without those that have a warning", async () => {
    const calls = answerCalls(() => ({ status: 200, json: {} }));
    const { user } = desk(review([row(1, { is_close: true }), row(2), row(3)]));
    await user.click(screen.getByRole("button", { name: "Keep the remaining 2" }));
    const dialog = screen.getByRole("dialog");
    expect(within(dialog).getAllByRole("listitem")).toHaveLength(2);
    expect(calls).toEqual([]);
    await user.click(within(dialog).getByRole("button", { name: "Keep 2" }));
    await waitFor(() => expect(calls).toHaveLength(1));
    expect(calls[0]?.body).toMatchObject({ decision: "keep", rows: [{ version: "v2" }, { version: "v3" }] });
  });

  it("never keeps together people who are suspended or never signed in, who have their own groups", async () => {
    const rows = [
      row(1),
      row(2, { facts: { last_used_at: null } }),
      row(3, { facts: { state: "suspended" } }),
      row(4, { is_close: true }),
    ];
    const { user } = desk(review(rows));
    const tables = screen
      .getAllByRole("table")
      .map((table) => [
        table.querySelector("caption")?.textContent,
        within(table).getAllByRole("rowheader").length,
      ]);
    expect(tables).toEqual([
      ["Needs attention", 1],
      ["Suspended", 1],
      ["Never signed in or used", 1],
      ["In use, no warnings", 1],
    ]);
    expect(screen.getAllByRole("button", { name: /^Keep the remaining/ })).toHaveLength(1);
    await user.keyboard("k");
    await user.keyboard("j");
    expect(current()?.textContent).toContain("Person 3");
  });

  it("says next to the signature why it is off", () => {
    desk(review([row(1)]));
    expect(screen.getByRole("button", { name: "Sign the review" }).hasAttribute("disabled")).toBe(true);
    expect(screen.getByText("First decide all your rows. 2 are open.")).toBeDefined();
  });
});
